"""A small world by hand: every edge that the numbers must survive, in a leap February between two year ends."""

from datetime import date
from typing import Any

from tests.plain import World

TODAY = date(2024, 3, 20)
Row = dict[str, Any]

UNITS: list[Row] = [
    {"code": code, "kind": kind, "parent": parent, "active": code != "closed"}
    for code, kind, parent in (
        ("co", "company", None),
        ("north", "division", "co"),
        ("east", "store", "north"),
        ("west", "store", "north"),
        ("empty", "store", "co"),
        ("closed", "team", "co"),
        ("alien", "company", None),  # a root of its own: nothing of it may show in the company
    )
]
CHANNELS: list[Row] = [
    *({"code": code, "kind": "source"} for code in ("card", "video", "unused")),
    *({"code": code, "kind": "touchpoint"} for code in ("group", "sms")),
]


def friend(day: str, unit: str, channel: str, *measures: int | None) -> Row:
    """Return a friends row: reach, adds and losses, as far as given."""
    return {
        "day": day,
        "unit": unit,
        "channel": channel,
        **dict(zip(("reach", "adds", "losses"), measures, strict=False)),
    }


FRIENDS = [
    friend("2023-02-28", "east", "card", 50, 9, 1),
    friend("2023-03-15", "east", "card", 70, 8, 0),
    friend("2023-12-30", "east", "card", 100, 12, 3),
    friend("2023-12-31", "east", "card", 90, 10, 4),
    friend("2023-12-31", "west", "video", None, 6, None),  # adds but no reach
    friend("2024-01-01", "east", "card", 80, 11, 2),
    friend("2024-01-01", "north", "card", 10, 1, 0),  # an inner unit
    friend("2024-01-30", "closed", "card", 40, 5, 1),
    friend("2024-01-31", "closed", "video", None, 7, 2),
    friend("2024-01-31", "east", "card", 60, 0, 0),  # zeros are recorded, unlike what is absent
    friend("2024-02-01", "east", "card", 120, 14, 6),
    friend("2024-02-09", "east", "card", 30, None, 5),
    friend("2024-02-10", "east", "card", 77, 9, 1),
    friend("2024-02-10", "east", "unattributed_source", None, 3, 3),
    friend("2024-02-28", "east", "card", 55, 8, 2),
    friend("2024-02-29", "east", "card", 66, 7, 9),
    friend("2024-02-29", "west", "video", None, 20, None),
    friend("2024-02-29", "north", "card", 12, 2, 1),
    friend("2024-03-01", "east", "card", 31, 4, 8),
    friend("2024-03-01", "west", "card", None, None, None),  # a row of which nothing was recorded
    friend("2024-03-05", "east", "card", 44, 6, 7),
    friend("2024-03-05", "west", "video", None, 5, 2),
    friend("2024-03-10", "west", "card", 20, 3, 1),
    friend("2024-03-19", "east", "card", 90, 10, 2),
    friend("2024-03-20", "east", "card", 91, 11, 3),
    friend("2024-01-15", "alien", "card", 999, 99, 9),
    friend("2024-03-15", "alien", "video", 888, 88, 8),
]
COUNTS: list[Row] = [
    {"day": day, "unit": unit, "cumulative": cumulative, "current": current}
    for day, unit, cumulative, current in (
        ("2024-02-10", "east", 500, 300),  # the first count comes late: both ran from 0 before it
        ("2024-03-05", "east", 512, 290),  # and is re-based
        ("2024-01-31", "closed", 60, 50),
        ("2024-03-01", "west", 80, 70),
        ("2024-02-01", "alien", 5000, 4000),
    )
]
RETENTION: list[Row] = [
    {"cohort_day": day, "unit": unit, "channel": channel, "day_n": day_n, "retained": retained}
    for day, unit, channel, day_n, retained in (
        ("2023-12-31", "east", "card", 1, 8),
        ("2023-12-31", "east", "card", 7, 7),
        ("2023-12-31", "west", "video", 1, 6),
        ("2024-01-31", "east", "card", 1, 0),  # nobody was added, so nobody could stay
        ("2024-02-09", "east", "card", 1, 3),  # the adds of this cohort are absent
        ("2024-02-11", "east", "card", 1, 4),  # and of this one there is no friends row at all
        ("2024-02-10", "east", "card", 1, None),  # here it is the retained that is absent
        ("2024-02-10", "east", "card", 7, 5),
        ("2024-02-10", "east", "card", 30, 4),
        ("2024-02-29", "west", "video", 7, 18),
        ("2024-03-19", "east", "card", 1, 9),
        ("2024-01-15", "alien", "card", 1, 90),
    )
]


def sale(day: str, unit: str, where: tuple[str, str | None, str], *measures: str | int | None) -> Row:
    """Return a sales row of a touchpoint, a source (or none named) and a customer kind."""
    names = ("gmv", "orders", "buyers", "refunds", "member_gmv", "member_orders")
    key = {"day": day, "unit": unit, "touchpoint": where[0], "customer_kind": where[2]}
    source = {} if where[1] is None else {"source": where[1]}
    return {**key, **source, **dict(zip(names, measures, strict=False))}


SALES = [
    sale("2023-03-10", "east", ("group", "card", "new"), "300.10", 3, 3, "0", "100.00", 1),
    sale("2023-12-31", "east", ("group", "card", "new"), "99.99", 2, 2, None, "0"),
    sale("2024-01-01", "east", ("group", "card", "new"), "100.01", 3, 2, "10.50", "40.00", 1),
    sale("2024-01-01", "west", ("sms", None, "loyal"), "0.01", 1, 1),
    sale("2024-01-31", "closed", ("sms", "video", "first_repeat"), "250.00", 4, 3, "5.00"),
    sale("2024-02-10", "east", ("group", "card", "second_repeat"), "333.33", 7, 6, "0", "111.11", 2),
    sale("2024-02-29", "east", ("group", "video", "new"), "29.29", 1, 1, "100.00"),  # more refunded than sold
    sale("2024-02-29", "west", ("sms", "video", "loyal"), "58.58", 2, 2, None, "58.58", 2),
    sale("2024-02-29", "north", ("unattributed_touchpoint", None, "new"), "7.77", 1, 1),
    sale("2024-03-01", "east", ("group", "card", "new"), "0", 0, 0, "0", "0", 0),
    sale("2024-03-01", "west", ("sms", "card", "first_repeat"), "64.00", 3, None),
    sale("2024-03-02", "west", ("sms", "card", "first_repeat"), None, 3, 2),
    sale("2024-03-20", "east", ("group", "card", "loyal"), "12.34", 1, 1, "1.00"),
    sale("2024-02-20", "alien", ("group", "card", "new"), "9999.99", 90, 80, "1.00", "9.00", 1),
]
PUSHES: list[Row] = [
    {"day": day, "unit": unit, "touchpoint": touchpoint, **dict(zip(_PUSH, measures, strict=False))}
    for _PUSH in (("pushes", "push_cost", "push_gmv", "push_losses"),)
    for day, unit, touchpoint, measures in (
        ("2023-12-31", "east", "group", (1000, "10.00", "300.00", 2)),
        ("2024-01-01", "east", "group", (1500, "15.55", None, 3)),
        ("2024-02-29", "west", "sms", (700, "70.07", "35.00", None)),
        ("2024-02-29", "east", "group", (0, "0", "0", 0)),
        ("2024-03-01", "east", "sms", (333, "33.33", "99.99", 7)),
        ("2024-03-19", "north", "sms", (None, "1.00", None, 1)),
        ("2024-03-19", "alien", "sms", (9000, "90.00", "900.00", 90)),
    )
]
WORLD = World(
    UNITS,
    CHANNELS,
    {"friends": FRIENDS, "stock-counts": COUNTS, "retention": RETENTION, "sales": SALES, "pushes": PUSHES},
    TODAY,
)
