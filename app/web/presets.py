"""Ranges of days with a name that stays true tomorrow, and the step from a range to the one beside it."""

from datetime import date, timedelta

from app.domain.facts import FIRST_DAY
from app.domain.period import DAY, Grain, Period, calendar, month_of
from app.domain.text import Text

PRESETS = {
    "yesterday": Text("昨日", "Yesterday"),
    "7d": Text("近7天", "7 days"),
    "30d": Text("近30天", "30 days"),
    "week": Text("本周", "Week"),
    "month": Text("本月", "Month"),
    "last_month": Text("上月", "Last month"),
    "quarter": Text("本季", "Quarter"),
    "year": Text("今年", "Year"),
}
DEFAULT = "month"
"""The preset of an address that names no days."""
_RUNNING = {"week": Grain.WEEK, "month": Grain.MONTH, "quarter": Grain.QUARTER, "year": Grain.YEAR}
_DAYS = {"yesterday": 1, "7d": 7, "30d": 30}


def preset(name: str, today: date) -> Period:
    """Return the days of a preset; a week, month, quarter or year on its first day shows the one before."""
    yesterday = today - DAY
    if name in _DAYS:
        return Period(today - _DAYS[name] * DAY, yesterday)
    if name == "last_month":
        return month_of(month_of(today).first - DAY)
    before = calendar(_RUNNING.get(name, Grain.MONTH), yesterday)
    return before if before.last == yesterday else Period(before.first, today)


def step(period: Period, way: int, today: date) -> Period | None:
    """Return the range before (way -1) or after (1) a range; None where that has not begun, or is out of reach.

    From a week, month, quarter or year, whole or up to today, it goes to the whole one beside it, the
    running one up to today. Any other range moves by its own length.
    """
    grain = _frame(period, today)
    if grain is None:
        days = timedelta(days=way * len(period))
        found = Period(period.first + days, period.last + days)
    else:
        whole = calendar(grain, period.first)
        found = calendar(grain, whole.first - DAY if way < 0 else whole.last + DAY).until(today)
    return found if FIRST_DAY <= found.first <= today else None


def _frame(period: Period, today: date) -> Grain | None:
    for grain in _RUNNING.values():
        whole = calendar(grain, period.first)
        if period == whole or (period.first == whole.first and period.last == today and len(period) > 1):
            return grain
    return None
