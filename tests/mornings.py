"""A made-up world for 今日: nine weeks of daily numbers, a breach of churn, unusual days and targets behind."""

from datetime import date, timedelta
from typing import Any

from tests import small
from tests.plain import World

TODAY = small.TODAY
YESTERDAY = TODAY - timedelta(days=1)
FIRST = date(2024, 1, 10)
UNIT = "north"
"""The unit that is looked at; east and west are its children."""
MISSED = date(2024, 3, 11)
"""Nothing was entered of west on this day."""

Row = dict[str, Any]


def world(*, is_whole: bool = True, today: date = TODAY) -> World:
    """Return the world; east lacks its pushes of yesterday unless it is whole."""
    facts: dict[str, list[Row]] = {kind: [] for kind in ("friends", "sales", "pushes")}
    for number in range((YESTERDAY - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        _east(facts, day, number)
        if day != MISSED:
            # Yesterday west won far more than on any Tuesday before.
            adds = 60 if day == YESTERDAY else 10 + number % 3
            facts["friends"].append(small.friend(day.isoformat(), "west", "video", None, adds, 0))
    if not is_whole:
        facts["pushes"].pop()
    facts["stock-counts"] = [{"day": "2024-01-31", "unit": "east", "cumulative": 3000, "current": 2000}]
    facts["targets"] = [
        *(_target(UNIT, *each) for each in _AIMS),
        _target("east", "gmv", "12000.00"),
        _target("west", "friends_added", 400),
        _target("west", "gmv", "100.00"),
    ]
    return World(small.UNITS, small.CHANNELS, facts, today)


def _east(facts: dict[str, list[Row]], day: date, number: int) -> None:
    name = day.isoformat()
    losses = 9 if day.month == small.TODAY.month else 3
    facts["friends"].append(small.friend(name, "east", "card", 100 + number % 7, 20 + number % 5, losses))
    # Yesterday east sold next to nothing.
    new, old = ("1.00", "2.25") if day == YESTERDAY else (f"{100 + number % 9}.50", f"{200 + number % 11}.25")
    facts["sales"].append(small.sale(name, "east", ("sms", "card", "new"), new, 3, 2, "1.00", None))
    facts["sales"].append(small.sale(name, "east", ("group", "card", "loyal"), old, 5, 4, None, "1.00"))
    values = {"pushes": 1000 + number, "push_cost": "9.50", "push_gmv": f"{80 + number % 4}.00", "push_losses": 2}
    facts["pushes"].append({"day": name, "unit": "east", "touchpoint": "group", **values})


_AIMS = (
    ("friends_added", 1100),
    ("friends_current", 3200),
    ("gmv", "12000.00"),
    ("repeat_share", "0.6"),
    ("push_loss_rate", "0.0015"),
    ("refunds", "1000.00"),
    ("add_rate", "0.3", "card"),
)


def _target(unit: str, metric: str, value: str | int, channel: str | None = None) -> Row:
    return {"month": "2024-03", "unit": unit, "metric": metric, "channel": channel, "value": value}
