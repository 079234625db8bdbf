"""The stock of a unit's own facts at the close of the day before, which a day's entries carry on."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Friends, StockCount


@dataclass(frozen=True, slots=True)
class Opening:
    """Friends at the opening of a day; `counted` once a stock count stands behind it."""

    cumulative: int
    current: int
    counted: bool


def load(session: Session, unit_id: int, day: date) -> Opening | None:
    """Return the opening of `day`: the latest count before it, carried on; None where nothing was recorded.

    Units below are not part of it: a form holds the facts of one unit only.
    """
    query = select(StockCount.day, StockCount.cumulative, StockCount.current)
    query = query.where(StockCount.unit_id == unit_id, StockCount.day < day)
    count = session.execute(query.order_by(StockCount.day.desc()).limit(1)).first()
    figures = (func.count(Friends.adds) + func.count(Friends.losses), func.sum(Friends.adds), func.sum(Friends.losses))
    flows = select(*figures).where(Friends.unit_id == unit_id, Friends.day < day)
    recorded, adds, losses = session.execute(flows.where(Friends.day > count.day) if count else flows).one()
    if count is None and not recorded:
        return None
    gained, lost = int(adds or 0), int(losses or 0)
    base = (int(count.cumulative or 0), int(count.current or 0)) if count else (0, 0)
    return Opening(base[0] + gained, base[1] + gained - lost, count is not None)
