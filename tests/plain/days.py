"""Calendar periods and the periods they are compared with, counted out by hand."""

from datetime import date, timedelta

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def back(day: date, months: int) -> date:
    """Return the same day that many months before, or that month's last day if it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def start_of(day: date, grain: str) -> date:
    """Return the first day of the calendar period around a day."""
    if grain == "week":
        return day - day.weekday() * DAY
    if grain == "month":
        return date(day.year, day.month, 1)
    if grain == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if grain == "year":
        return date(day.year, 1, 1)
    return day


def end_of(day: date, grain: str) -> date:
    """Return the last day of the calendar period around a day."""
    start = start_of(day, grain)
    while start_of(day + DAY, grain) == start:
        day += DAY
    return day


def periods(first: date, last: date, grain: str) -> list[tuple[date, date]]:
    """Cut a range into its calendar periods; the outer ones end where the range does."""
    if grain == "total":
        return [(first, last)]
    found = []
    day = first
    while day <= last:
        end = min(end_of(day, grain), last)
        found.append((day, end))
        day = end + DAY
    return found


def month_of(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written YYYY-MM."""
    first = date.fromisoformat(f"{month}-01")
    return first, end_of(first, "month")


def whole(first: date, last: date, grain: str) -> bool:
    """Say whether a range is exactly one calendar period."""
    return first == start_of(first, grain) and last == end_of(first, grain)


def kind_of(first: date, last: date, grain: str | None) -> str:
    """Name the calendar period that a range is, or is a part of; `other` when it is none."""
    if grain in {"week", "month", "quarter", "year"} and last <= end_of(first, str(grain)):
        return str(grain)
    if first == last:
        return "day"
    for name in ("month", "quarter", "year"):
        if whole(first, last, name):
            return name
    for name in ("month", "quarter", "year"):
        if first == start_of(first, name) and last <= end_of(first, name):
            return name
    if whole(first, last, "week"):
        return "week"
    return "other"


def compared(first: date, last: date, how: str, today: date, grain: str | None = None) -> tuple[date, date]:
    """Return the range that a range is compared with: the one before it, or last year's."""
    running = first <= today <= last
    until = today if running else last
    if how == "last_year":
        return year_before(first, last, until, running=running, grain=grain)
    if how != "previous":
        message = f"no comparison {how}"
        raise ValueError(message)
    # What the range is, is asked before it is cut: a year of which three weeks have run is still a year.
    kind = kind_of(first, last, grain)
    if kind == "day":
        return first - DAY, first - DAY
    if kind == "week":
        return first - 7 * DAY, until - 7 * DAY
    if kind == "other":
        return first - (until - first) - DAY, first - DAY
    if whole(first, last, kind) and not running:
        return start_of(first - DAY, kind), first - DAY
    return back(first, MONTHS[kind]), back(until, MONTHS[kind])


def year_before(first: date, last: date, until: date, *, running: bool, grain: str | None) -> tuple[date, date]:
    """Return the range of a year before."""
    if grain == "week" and last <= end_of(first, "week"):
        return first - 364 * DAY, until - 364 * DAY
    if not running:
        for name in ("month", "quarter", "year"):
            if whole(first, last, name):
                start = back(first, 12)
                return start, end_of(start, name)
    return back(first, 12), back(until, 12)
