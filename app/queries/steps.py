"""What each stock count differs by from the stock that was computed just before it (metrics.md, section 1)."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.facts import FIRST_DAY
from app.domain.period import DAY
from app.models import Friends, StockCount

MEASURES = ("cumulative_step", "current_step", "cumulative_recount", "current_recount")


def computed(narrow: Callable[[Any], ColumnElement[bool]] | None = None) -> Select[Any]:
    """Return id, unit_id, day and the four steps of each stock count, from its unit's own facts.

    `narrow` chooses among the counts, given their class. The first count of a unit is its opening
    balance; only a later one that differs is 对账差异.
    """
    count, earlier, base = aliased(StockCount), aliased(StockCount), aliased(StockCount)
    last = select(func.max(earlier.day)).where(earlier.unit_id == count.unit_id, earlier.day < count.day)
    since = func.coalesce(base.day, FIRST_DAY - DAY)
    between = and_(Friends.unit_id == count.unit_id, Friends.day > since, Friends.day <= count.day)
    adds, losses = (
        select(func.coalesce(func.sum(column), 0)).where(between).correlate(count, base).scalar_subquery()
        for column in (Friends.adds, Friends.losses)
    )
    query = select(
        count.id,
        count.unit_id,
        count.day,
        (count.cumulative - func.coalesce(base.cumulative, 0) - adds).label("cumulative_step"),
        (count.current - func.coalesce(base.current, 0) - adds + losses).label("current_step"),
        base.day.label("last"),
    ).join(
        base,
        and_(base.unit_id == count.unit_id, base.day == last.correlate(count).scalar_subquery()),
        isouter=True,
    )
    found = (query if narrow is None else query.where(narrow(count))).subquery("found")
    differs = and_(found.c.last.is_not(None), or_(found.c.cumulative_step != 0, found.c.current_step != 0))
    steps = (found.c.cumulative_step, found.c.current_step)
    recounts = (case((differs, step)) for step in steps)
    return select(found.c.id, found.c.unit_id, found.c.day, *steps, *recounts)
