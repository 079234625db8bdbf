"""Stock counts of files that know one number only: what a SCRM exports as 客户总数."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Friends, StockCount
from app.store.rows import Values


class Carried:
    """Carries 累计好友 on from the count before, for rows that only say 现好友.

    That nobody counted it is no difference: it is the count before and what was added since, stored or
    earlier in the same file. Where nothing is known, or less than the friends that are there now,
    those who are there were all added at some time.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: dict[int, tuple[date, int]] = {}

    def completed(self, unit_id: int, day: date, values: Values) -> Values:
        """Return the values of a count with the missing number; rows must come in the order of their days."""
        cumulative, current = values["cumulative"], values["current"]
        if cumulative is None and current is not None:
            cumulative = max(self._computed(unit_id, day), current)
        if cumulative is not None:
            self._last[unit_id] = (day, cumulative)
        return {**values, "cumulative": cumulative}

    def _computed(self, unit_id: int, day: date) -> int:
        counts = select(StockCount.day, StockCount.cumulative).where(
            StockCount.unit_id == unit_id, StockCount.day < day, StockCount.cumulative.is_not(None)
        )
        stored = self._session.execute(counts.order_by(StockCount.day.desc()).limit(1)).first()
        known = [(stored.day, int(stored.cumulative or 0))] if stored else []
        known += [last for last in (self._last.get(unit_id),) if last and last[0] < day]
        base = max(known, default=None)
        adds = select(func.coalesce(func.sum(Friends.adds), 0)).where(Friends.unit_id == unit_id, Friends.day <= day)
        if base is not None:
            adds = adds.where(Friends.day > base[0])
        gained = self._session.execute(adds).scalar_one()
        return (base[1] if base else 0) + int(gained or 0)
