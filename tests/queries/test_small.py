"""The small world on every kind of database, against the plain reference: all metrics, every grain and grouping."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.db import Database
from tests import small
from tests.plain import World
from tests.worlds import KEYS, Ask, differences, expected, write_small

WINTER = date(2023, 12, 30), date(2024, 3, 25)
LEAP = date(2024, 2, 27), date(2024, 3, 6)
LATER = date(2024, 3, 18), date(2024, 4, 10)
AHEAD = date(2024, 4, 1), date(2024, 4, 30)
GROUPS = (None, "unit", "channel", "customer_kind")
GRAINS = ("day", "week", "month", "quarter", "year", "total")
CHANNELS = ("card", "video", "unattributed_source", "group", "sms", "unattributed_touchpoint")
COMPARES = ("previous", "last_year")

_answers: dict[Ask, dict[str, Any]] = {}


def once(world: World, ask: Ask) -> dict[str, Any]:
    """Return the reference's answer, worked out once for all databases."""
    if ask not in _answers:
        _answers[ask] = expected(world, ask)
    return _answers[ask]


def wrong(database: Database, asks: Iterable[Ask]) -> list[str]:
    """Write the small world and say where its answers differ."""
    write_small(database)
    return differences(database, small.WORLD, asks, once)


def test_every_metric_at_every_grain_and_grouping(database: Database) -> None:
    days = [Ask(*LEAP, "day", by) for by in GROUPS]
    asks = [Ask(*WINTER, grain, by) for grain in GRAINS[1:] for by in GROUPS]
    assert wrong(database, [*days, *asks]) == []


def test_every_metric_in_a_channel(database: Database) -> None:
    asks = [Ask(*WINTER, "month", by, channel) for by in GROUPS for channel in CHANNELS]
    assert wrong(database, asks) == []


def test_every_metric_beside_the_period_before_and_a_year_before(database: Database) -> None:
    whole = [Ask(*LEAP, grain, compare=how) for grain in ("day", "month", "total") for how in COMPARES]
    parts = [Ask(*WINTER, "month", by, compare=how) for by in GROUPS[1:] for how in COMPARES]
    narrow = [Ask(*WINTER, "month", "channel", "card", how) for how in COMPARES]
    assert wrong(database, [*whole, *parts, *narrow]) == []


def test_every_metric_of_every_unit(database: Database) -> None:
    asks = [Ask(*WINTER, "month", by, unit=unit["code"]) for by in (None, "unit") for unit in small.UNITS]
    assert wrong(database, asks) == []


def test_a_range_that_runs_into_the_future(database: Database) -> None:
    grains, spans = ("week", "total"), (LATER, AHEAD)
    asks = [Ask(*span, grain, by, compare="previous") for span in spans for grain in grains for by in (None, "unit")]
    assert wrong(database, asks) == []


def test_a_metric_asked_alone_lists_every_group_that_has_any_fact(database: Database) -> None:
    asks = [Ask(*LATER, "total", by, metrics=(key,)) for key in KEYS for by in GROUPS[1:]]
    assert wrong(database, asks) == []


def test_what_a_hand_made_answer_says(database: Database) -> None:
    """The reference itself, where it is easy to work out on paper."""
    write_small(database)
    day = Ask(date(2024, 2, 29), date(2024, 2, 29), "day", metrics=("friends_current", "friends_cumulative"))
    # East: 300 counted on 10 February, then 8 - 2 and 7 - 9. West: 6 + 20. North: 1 - 0 and 2 - 1. Closed: 50.
    total = once(small.WORLD, day)["total"]["values"]
    assert total["friends_current"] == 300 + 6 - 2 + 26 + 2 + 50
    assert total["friends_cumulative"] == 500 + 8 + 7 + 26 + 3 + 60
    assert differences(database, small.WORLD, [day]) == []
