"""The case of the source article as the unit 文章案例: facts that its printed figures come out of.

May 2023 stands day by day. August and September 2023 are known by their totals, which are spread
over the days; what the article does not attribute to a channel is kept under 未区分.
"""

from collections.abc import Iterator
from datetime import date

from app.cli.demo.patterns import Row, busy, money, spread
from app.domain.facts import (
    FRIENDS,
    PUSHES,
    SALES,
    STOCK_COUNTS,
    TARGETS,
    UNATTRIBUTED,
    ChannelKind,
    CustomerKind,
)
from app.domain.period import Period, month_of

UNIT = "article"
PARCEL = "parcel_card"
SOURCE = UNATTRIBUTED[ChannelKind.SOURCE]
TOUCHPOINT = UNATTRIBUTED[ChannelKind.TOUCHPOINT]

MAY = Period(date(2023, 5, 1), date(2023, 5, 7))
MAY_ADDS = (160, 170, 185, 200, 220, 240, 265)
MAY_LOSSES = (155, 160, 160, 170, 180, 185, 190)

AUGUST = month_of(date(2023, 8, 1))
AUGUST_REACH, AUGUST_ADDS = 22_400, 1_684
AUGUST_GMV_OLD = 21_374_000

SEPTEMBER = month_of(date(2023, 9, 1))
SEPTEMBER_REACH, SEPTEMBER_ADDS = 25_000, 2_432
SEPTEMBER_ADDS_TOTAL, SEPTEMBER_LOSSES = 4_043, 5_528
SEPTEMBER_GMV_NEW, SEPTEMBER_ORDERS_NEW = 7_411_950, 3_000
SEPTEMBER_GMV_OLD = 42_763_000
SEPTEMBER_PUSHES, SEPTEMBER_PUSH_LOSSES = 2_321_593, 23_840
"""Money in fen."""

# The article prints no cumulative number for August; this one keeps 62% of all friends ever added.
COUNTS = (("2023-04-30", 31_774, 10_000), ("2023-08-31", 346_912, 215_086))

GOALS: tuple[tuple[str, str | None, int | str], ...] = (
    ("add_rate", PARCEL, "0.14779"),
    ("aov_new", None, "30.00"),
    ("gmv_old", None, "470553.00"),
    ("pushes", None, 891_429),
    ("push_loss_rate", None, "0.0021"),
    ("friends_current", None, 218_262),
    ("churn_rate", None, "0.05"),
)


def facts() -> Iterator[tuple[str, list[Row]]]:
    """Yield (kind, rows) of the case; stock counts come first, so that no stock falls below zero."""
    yield STOCK_COUNTS.kind, [{"day": day, "unit": UNIT, "cumulative": c, "current": n} for day, c, n in COUNTS]
    yield FRIENDS.kind, [*_may(), *_parcels(AUGUST, AUGUST_REACH, AUGUST_ADDS), *_september()]
    yield SALES.kind, [*_old(AUGUST, AUGUST_GMV_OLD), *_old(SEPTEMBER, SEPTEMBER_GMV_OLD), *_new()]
    yield PUSHES.kind, _pushes()
    yield TARGETS.kind, [_target(*goal) for goal in GOALS]


def _split(total: int, month: Period) -> list[int]:
    return spread(total, map(busy, month))


def _friends(day: date, channel: str, **measures: int) -> Row:
    return {"day": day.isoformat(), "unit": UNIT, "channel": channel, **measures}


def _may() -> list[Row]:
    days = zip(MAY, MAY_ADDS, MAY_LOSSES, strict=True)
    return [_friends(day, SOURCE, adds=adds, losses=losses) for day, adds, losses in days]


def _parcels(month: Period, reach: int, adds: int) -> list[Row]:
    days = zip(month, _split(reach, month), _split(adds, month), strict=True)
    return [_friends(day, PARCEL, reach=cards, adds=new) for day, cards, new in days]


def _september() -> list[Row]:
    """Everybody who did not come by a parcel card, without reach; and everybody who left."""
    adds = _split(SEPTEMBER_ADDS_TOTAL - SEPTEMBER_ADDS, SEPTEMBER)
    days = zip(SEPTEMBER, adds, _split(SEPTEMBER_LOSSES, SEPTEMBER), strict=True)
    others = [_friends(day, SOURCE, adds=new, losses=losses) for day, new, losses in days]
    return [*_parcels(SEPTEMBER, SEPTEMBER_REACH, SEPTEMBER_ADDS), *others]


def _sale(day: date, kind: CustomerKind, fen: int) -> Row:
    return {
        "day": day.isoformat(),
        "unit": UNIT,
        "touchpoint": TOUCHPOINT,
        "customer_kind": kind.value,
        "gmv": money(fen),
    }


def _old(month: Period, fen: int) -> list[Row]:
    """Old customers are one number in the article; any of the three repeat kinds adds up to it."""
    return [_sale(day, CustomerKind.LOYAL, part) for day, part in zip(month, _split(fen, month), strict=True)]


def _new() -> list[Row]:
    gmv, orders = _split(SEPTEMBER_GMV_NEW, SEPTEMBER), _split(SEPTEMBER_ORDERS_NEW, SEPTEMBER)
    days = zip(SEPTEMBER, gmv, orders, strict=True)
    return [{**_sale(day, CustomerKind.NEW, fen), "orders": count} for day, fen, count in days]


def _pushes() -> list[Row]:
    pushes, losses = _split(SEPTEMBER_PUSHES, SEPTEMBER), _split(SEPTEMBER_PUSH_LOSSES, SEPTEMBER)
    key = {"unit": UNIT, "touchpoint": TOUCHPOINT}
    return [
        {"day": day.isoformat(), **key, "pushes": sent, "push_losses": lost}
        for day, sent, lost in zip(SEPTEMBER, pushes, losses, strict=True)
    ]


def _target(metric: str, channel: str | None, value: int | str) -> Row:
    key = {"month": "2023-09", "unit": UNIT, "metric": metric, "channel": channel, "customer_kind": None}
    return {**key, "value": value}
