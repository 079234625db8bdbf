"""完整度: since when a unit is expected to report, and on which days it did."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.rollups import REPORTING_SUMS
from app.domain.tree import Tree
from app.models import SUMS, Friends, NoDataDay, OrgUnit
from app.queries.starts import first_days
from app.store.near import near
from app.store.rollups.deltas import Deltas, Numbers

CHUNK = 500

Place = tuple[int, date]
"""A unit and a day."""


def settle(session: Session, deltas: Deltas, tree: Tree, places: Iterable[Place]) -> None:
    """Note how what units report on some days differs from what is kept of it.

    Units with children report nothing themselves: what is kept of them is what those below report.
    """
    ordered = sorted({place for place in places if tree.is_leaf(place[0])})
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        kept, now = _kept(session, some), _own(session, tree, some)
        for place in some:
            before, after = kept.get(place), now.get(place)
            if before != after:
                deltas.move(REPORTING_SUMS, place[0], place[1:], before, after)


def withdraw(session: Session, deltas: Deltas, unit_id: int) -> None:
    """Note that a unit reports nothing any more, all that is kept of it being its own."""
    for (_, day), numbers in _kept(session, sorted(all_of(session, unit_id))).items():
        deltas.move(REPORTING_SUMS, unit_id, (day,), numbers, None)


def all_of(session: Session, unit_id: int) -> set[Place]:
    """Return every day on which a unit reports, or is kept as reporting."""
    table = SUMS[REPORTING_SUMS.name].day
    queries: tuple[Select[Any], ...] = (
        select(table.c.day).where(table.c.unit_id == unit_id),
        select(Friends.day).where(Friends.unit_id == unit_id).distinct(),
        select(NoDataDay.day).where(NoDataDay.unit_id == unit_id),
        select(OrgUnit.since).where(OrgUnit.id == unit_id, OrgUnit.since.is_not(None)),
    )
    return {(unit_id, day) for query in queries for day in session.execute(query).scalars()}


def start(session: Session, added: Mapping[int, date], removed: Mapping[int, date]) -> set[Place]:
    """Note since when units have facts, given the first day that each was given and lost; return the days concerned.

    With the start of a unit those days change, too, that it marked 当日无数据 before it.
    """
    ids = sorted(added.keys() | removed.keys())
    known: dict[int, date | None] = {}
    for first in range(0, len(ids), CHUNK):
        query = select(OrgUnit.id, OrgUnit.since).where(OrgUnit.id.in_(ids[first : first + CHUNK]))
        known.update(session.execute(query).all())
    lost = [id_ for id_ in removed if known[id_] is None or removed[id_] <= known[id_]]  # type: ignore[operator]
    now = {**known, **{id_: min(filter(None, (known[id_], day))) for id_, day in added.items()}}
    now |= first_days(session, lost)
    moved = {id_: since for id_, since in now.items() if since != known[id_]}
    if not moved:
        return set()
    table = OrgUnit.metadata.tables["units"]
    rows = [{"unit": id_, "day": since} for id_, since in sorted(moved.items())]
    session.connection().execute(
        update(table).where(table.c.id == bindparam("unit")).values(since=bindparam("day")), rows
    )
    marked = [place for first in range(0, len(rows), CHUNK) for place in _marked(session, rows[first : first + CHUNK])]
    edges = ((id_, day) for id_ in moved for day in (known[id_], moved[id_]) if day is not None)
    return {*edges, *marked}


def _marked(session: Session, rows: Sequence[dict[str, Any]]) -> list[Place]:
    query = select(NoDataDay.unit_id, NoDataDay.day).where(NoDataDay.unit_id.in_([row["unit"] for row in rows]))
    return [(unit_id, day) for unit_id, day in session.execute(query)]


def _kept(session: Session, places: Sequence[Place]) -> dict[Place, Numbers]:
    table = SUMS[REPORTING_SUMS.name].day
    columns = (table.c[name] for name in REPORTING_SUMS.measures)
    query = select(table.c.unit_id, table.c.day, *columns).where(
        near((table.c.unit_id, table.c.day), places), table.c.facts != 0
    )
    return {(unit_id, day): numbers for unit_id, day, *numbers in session.execute(query)}


def _own(session: Session, tree: Tree, places: Sequence[Place]) -> dict[Place, Numbers]:
    """Return starts, their ordinals, present and excused of each place that has any."""
    units = {unit_id for unit_id, _ in places if tree.nodes[unit_id].active}
    some = [place for place in places if place[0] in units]
    if not some:
        return {}
    since = dict(session.execute(select(OrgUnit.id, OrgUnit.since).where(OrgUnit.id.in_(units))).all())
    place = (Friends.unit_id, Friends.day)
    present = set(session.execute(select(*place).where(near(place, some)).distinct()))
    marked = (NoDataDay.unit_id, NoDataDay.day)
    marks = set(session.execute(select(*marked).where(near(marked, some))))
    found: dict[Place, Numbers] = {}
    for unit_id, day in some:
        begun = since[unit_id]
        starts = begun == day
        is_present = (unit_id, day) in present
        excused = (unit_id, day) in marks and not is_present and begun is not None and begun <= day
        if starts or is_present or excused:
            ordinal = day.toordinal() if starts else None
            found[unit_id, day] = [1 if starts else None, ordinal, 1 if is_present else None, 1 if excused else None]
    return found
