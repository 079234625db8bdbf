"""The reference itself: rules whose outcome was worked out on paper."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from .catalogue import CATALOGUE
from .days import compared
from .query import coverage, query
from .targets import forecast, target_rows
from .values import metric, pct
from .world import World

LATER = date(2030, 1, 1)
MAY = (date(2024, 5, 1), date(2024, 5, 31))

COMPARISONS = [
    # first, last, how, today, grain -> first, last
    ("2024-03-05", "2024-03-05", "previous", LATER, "day", "2024-03-04", "2024-03-04"),
    ("2024-03-05", "2024-03-05", "previous", LATER, "week", "2024-02-27", "2024-02-27"),
    ("2024-03-01", "2024-03-31", "previous", LATER, None, "2024-02-01", "2024-02-29"),
    ("2023-02-01", "2023-02-28", "previous", LATER, "month", "2023-01-01", "2023-01-31"),
    ("2024-02-01", "2024-02-28", "previous", LATER, "month", "2024-01-01", "2024-01-28"),
    ("2024-03-10", "2024-03-31", "previous", LATER, "month", "2024-02-10", "2024-02-29"),
    ("2024-03-10", "2024-03-31", "previous", LATER, "total", "2024-02-17", "2024-03-09"),
    ("2024-03-01", "2024-03-31", "previous", date(2024, 3, 30), "month", "2024-02-01", "2024-02-29"),
    ("2023-02-01", "2023-02-28", "previous", date(2023, 2, 28), "month", "2023-01-01", "2023-01-28"),
    ("2024-04-01", "2024-06-30", "previous", LATER, "total", "2024-01-01", "2024-03-31"),
    ("2024-04-01", "2024-05-15", "previous", LATER, "total", "2024-01-01", "2024-02-15"),
    ("2024-01-01", "2024-12-31", "previous", date(2024, 1, 20), "total", "2023-01-01", "2023-01-20"),
    ("2024-05-06", "2024-05-12", "previous", LATER, None, "2024-04-29", "2024-05-05"),
    ("2024-05-06", "2024-05-12", "previous", date(2024, 5, 8), None, "2024-04-29", "2024-05-01"),
    ("2024-05-07", "2024-05-13", "previous", LATER, None, "2024-04-30", "2024-05-06"),
    ("2024-05-07", "2024-05-20", "previous", date(2024, 5, 9), None, "2024-05-04", "2024-05-06"),
    ("2024-02-29", "2024-02-29", "last_year", LATER, "day", "2023-02-28", "2023-02-28"),
    ("2025-02-01", "2025-02-28", "last_year", LATER, "month", "2024-02-01", "2024-02-29"),
    ("2024-05-06", "2024-05-12", "last_year", LATER, "week", "2023-05-08", "2023-05-14"),
    ("2024-05-06", "2024-05-12", "last_year", LATER, "day", "2023-05-06", "2023-05-12"),
    ("2024-05-01", "2024-05-31", "last_year", date(2024, 5, 9), "month", "2023-05-01", "2023-05-09"),
]


@pytest.mark.parametrize(("first", "last", "how", "today", "grain", "before", "until"), COMPARISONS)
def test_compared(first: str, last: str, how: str, today: date, grain: str | None, before: str, until: str) -> None:
    """The comparison period of a range."""
    found = compared(date.fromisoformat(first), date.fromisoformat(last), how, today, grain)
    assert [day.isoformat() for day in found] == [before, until]


def world_of(today: date, **facts: list[dict[str, Any]]) -> World:
    """Build a company `co` over the stores `a` and `b`, with one channel of each kind."""
    units = [{"code": "co", "kind": "company", "parent": None, "active": True}]
    units += [{"code": code, "kind": "store", "parent": "co", "active": True} for code in "ab"]
    channels = [{"code": "card", "kind": "source"}, {"code": "chat", "kind": "touchpoint"}]
    return World(units, channels, {name.replace("_", "-"): rows for name, rows in facts.items()}, today)


def friend(day: str, unit: str, channel: str = "card", **measures: int) -> dict[str, Any]:
    """Return a friends row."""
    return {"day": day, "unit": unit, "channel": channel, **measures}


def test_paired_rates_and_absence() -> None:
    """Adds without reach do not count, cohorts need both sides, a half recorded net has no value."""
    friends = [friend("2024-05-01", "a", reach=100, adds=10), friend("2024-05-02", "a", adds=90)]
    kept = [{"cohort_day": "2024-05-0" + n, "unit": "a", "channel": "card", "day_n": 1, "retained": 5} for n in "123"]
    world = world_of(LATER, friends=friends, retention=kept)
    assert metric(world, "add_rate", "co", *MAY) == Fraction(1, 10)
    assert metric(world, "retention_d1", "co", *MAY) == Fraction(10, 100)
    assert metric(world, "retention_d7", "co", *MAY) is None
    assert metric(world, "friends_net", "co", *MAY) is None
    assert metric(world, "friends_current", "co", *MAY) == Fraction(100)
    assert metric(world, "friends_current", "co", *MAY, channel="card") is None
    assert metric(world, "friends_current", "b", *MAY) is None


def test_stock_is_rebased() -> None:
    """A later count replaces what was computed; its own day is in it."""
    friends = [friend(f"2024-05-0{day}", "a", adds=10, losses=4) for day in (1, 2, 3)]
    counts = [{"day": "2024-05-02", "unit": "a", "cumulative": 50, "current": 40}]
    world = world_of(LATER, friends=friends, stock_counts=counts)
    levels = [metric(world, "friends_current", "co", *(date(2024, 5, day),) * 2) for day in (1, 2, 3)]
    assert levels == [6, 40, 46]
    assert metric(world, "churn_rate", "co", *(date(2024, 5, 3),) * 2) == Fraction(4, 40)
    assert metric(world, "churn_rate_mtd", "co", *MAY) is None


def test_groups_and_coverage() -> None:
    """Groups without anything are left out, the unit itself stands among its children."""
    sale = {"day": "2024-05-02", "unit": "co", "touchpoint": "chat", "source": "card", "customer_kind": "new"}
    friends = [friend("2024-05-01", "a", adds=3), friend("2024-05-03", "a", adds=4)]
    world = world_of(date(2024, 5, 5), friends=friends, sales=[{**sale, "gmv": "8.50"}])
    asked = (["gmv", "friends_added"], "co", *MAY, "total")
    assert [row["group"] for row in query(world, *asked, by="unit")["rows"]] == ["a", "co"]
    by_channel = query(world, *asked, by="channel")["rows"]
    assert [row["group"] for row in by_channel] == ["card", "chat"]
    assert by_channel[0]["values"] == {"gmv": Fraction(17, 2), "friends_added": 7}
    assert by_channel[1]["values"] == {"gmv": Fraction(17, 2), "friends_added": None}
    by_kind = query(world, *asked, by="customer_kind")
    assert [row["values"] for row in by_kind["rows"]] == [{"gmv": Fraction(17, 2), "friends_added": None}]
    assert by_kind["total"]["values"] == {"gmv": Fraction(17, 2), "friends_added": 7}
    assert coverage(world, "co", *MAY) == Fraction(2, 4)
    assert coverage(world, "b", *MAY) is None


def test_running_target_and_forecast() -> None:
    """A month of which ten of thirty-one days have run, without a weekday pattern."""
    friends = [friend(f"2024-05-{day:02d}", "a", adds=10, losses=2) for day in range(1, 11)]
    row = {"month": "2024-05", "unit": "co", "metric": "friends_added", "value": 310}
    rows = [row, {**row, "metric": "friends_lost", "value": 0}, {**row, "metric": "friends_current", "value": 85}]
    world = world_of(date(2024, 5, 10), friends=friends, targets=rows)
    added, lost, current = target_rows(world, "co", "2024-05")
    assert (added["pace"], added["status"]) == (0, "on_track")
    assert (lost["usage"], lost["completion"], lost["status"]) == (None, None, "over_limit")
    assert (current["completion"], current["pace"], current["status"]) == (Fraction(80, 85), None, "behind")
    assert forecast(world, "friends_added", "co", "2024-05") == 310
    assert forecast(world, "friends_current", "co", "2024-05") == 80 + 8 * 21
    assert forecast(world, "friends_added", "co", "2024-06") is None


def test_weekday_pattern() -> None:
    """Mondays weigh everything: the four of May, of which one has passed, carry the forecast."""
    days = [date.fromordinal(date(2024, 5, 10).toordinal() - ago) for ago in range(70)]
    friends = [friend(day.isoformat(), "a", adds=7 if day.weekday() == 0 else 0) for day in days]
    assert forecast(world_of(date(2024, 5, 10), friends=friends), "friends_added", "co", "2024-05") == 28


def test_every_metric_of_nothing() -> None:
    """A workspace without facts has no value anywhere."""
    assert all(metric(world_of(LATER), key, "co", *MAY) is None for key in CATALOGUE)


def test_percent() -> None:
    """Half away from zero, and no minus before a zero."""
    assert [pct(Fraction(n, 20000)) for n in (1, -1, 3)] == ["0.01", "-0.01", "0.02"]
    assert pct(Fraction(-1, 30000)) == "0.00"
