"""对账: where a later stock count disagrees with what was computed since the one before."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from app.domain.period import DAY, Period
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.models import Friends, StockCount
from app.queries.readable import in_scope


@dataclass(frozen=True, slots=True)
class Recount:
    """A unit's stock count after an earlier one; `days` are those whose numbers lie between the two."""

    unit_id: int
    days: Period
    counted: tuple[int, int]
    computed: tuple[int, int]

    @property
    def difference(self) -> tuple[int, int]:
        """Counted less computed: cumulative and current."""
        return self.counted[0] - self.computed[0], self.counted[1] - self.computed[1]


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, limit: int = 200) -> list[Recount]:
    """Return the stock counts of a period that differ from the computed stock, the latest first.

    Each is compared on its unit's own facts: the count before, plus adds, less losses, up to its close.
    """
    viewer.require(Action.READ, tree.lineage(unit_id))
    query = _counts().where(StockCount.day.between(period.first, period.last))
    narrowed = in_scope(StockCount.unit_id, tree, unit_id)
    rows = session.execute(query if narrowed is None else query.where(narrowed))
    found = []
    for unit, last, day, *numbers in rows:
        cumulative, current, was_cumulative, was_current = (int(number or 0) for number in numbers)
        days = Period(last + DAY, day)
        recount = Recount(unit, days, (cumulative, current), (was_cumulative, was_current))
        if any(recount.difference):
            found.append(recount)
        if len(found) == limit:
            break
    return found


def _counts() -> Select[*tuple[Any, ...]]:
    """Return each count after another: unit, day before, day, counted, and computed from the one before."""
    earlier, base = aliased(StockCount), aliased(StockCount)
    last = (
        select(func.max(earlier.day))
        .where(earlier.unit_id == StockCount.unit_id, earlier.day < StockCount.day)
        .correlate(StockCount)
        .scalar_subquery()
    )
    between = and_(Friends.unit_id == StockCount.unit_id, Friends.day > last, Friends.day <= StockCount.day)
    adds, losses = (
        select(func.coalesce(func.sum(column), 0)).where(between).correlate(StockCount).scalar_subquery()
        for column in (Friends.adds, Friends.losses)
    )
    counted = (StockCount.unit_id, base.day, StockCount.day, StockCount.cumulative, StockCount.current)
    query: Select[*tuple[Any, ...]] = select(*counted, base.cumulative + adds, base.current + adds - losses)
    query = query.join(base, and_(base.unit_id == StockCount.unit_id, base.day == last))
    return query.order_by(StockCount.day.desc(), StockCount.unit_id)
