"""Steps of stock counts: recomputed where adds, losses or counts before them changed."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.rollups import STOCK_SUMS
from app.models import StockCount
from app.queries import steps
from app.store.near import near
from app.store.rollups.deltas import Deltas, Numbers

CHUNK = 500

Place = tuple[int, date]
"""A unit and a day."""


def rebase(
    session: Session, deltas: Deltas, changed: Iterable[Place], removed: dict[Place, Numbers], after: int
) -> None:
    """Recompute the next count from each changed day on, and `after` more: 1 where counts themselves changed.

    `removed` holds the steps of counts that are gone.
    """
    places = sorted(set(changed))
    for (unit_id, day), numbers in removed.items():
        deltas.move(STOCK_SUMS, unit_id, (day,), numbers, None)
    known = _counts(session, places)
    affected = {
        place for unit_id, day in places if unit_id in known for place in _next(unit_id, known[unit_id], day, after)
    }
    for start in range(0, len(wanted := sorted(affected)), CHUNK):
        _recompute(session, deltas, wanted[start : start + CHUNK], known)


def _next(unit_id: int, counts: dict[date, Any], day: date, after: int) -> Iterable[Place]:
    days = list(counts)
    first = bisect_left(days, day)
    return [(unit_id, found) for found in days[first : first + 1 + after]]


def _counts(session: Session, places: Sequence[Place]) -> dict[int, dict[date, Any]]:
    """Return the counts of units from their first changed day on, by day."""
    firsts: dict[int, date] = {}
    for unit_id, day in places:
        firsts.setdefault(unit_id, day)
    found: dict[int, dict[date, Any]] = {}
    ids = list(firsts)
    columns = (
        StockCount.id,
        StockCount.unit_id,
        StockCount.day,
        *(getattr(StockCount, name) for name in steps.MEASURES),
    )
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        query = select(*columns).where(
            StockCount.unit_id.in_(some), StockCount.day >= min(firsts[unit_id] for unit_id in some)
        )
        for row in session.execute(query.order_by(StockCount.unit_id, StockCount.day)):
            found.setdefault(row.unit_id, {})[row.day] = row
    return found


def _recompute(session: Session, deltas: Deltas, places: list[Place], known: dict[int, dict[date, Any]]) -> None:
    chosen = set(places)
    query = steps.computed(lambda count: near((count.unit_id, count.day), places))
    rows = []
    for id_, unit_id, day, *numbers in session.execute(query):
        if (unit_id, day) not in chosen:
            continue
        after = [None if number is None else int(number) for number in numbers]
        row = known[unit_id][day]
        before = [getattr(row, name) for name in steps.MEASURES]
        if before != after:
            rows.append({"row_id": id_, **dict(zip(steps.MEASURES, after, strict=True))})
            # A count that was just written has no steps yet.
            deltas.move(STOCK_SUMS, unit_id, (day,), None if row.cumulative_step is None else before, after)
    if rows:
        table = StockCount.metadata.tables["stock_counts"]
        session.connection().execute(update(table).where(table.c.id == bindparam("row_id")), rows)
