"""The patterns behind the demo's numbers: its calendar, its units and channels, and exact arithmetic."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, islice, pairwise
from random import Random
from typing import Any, NamedTuple

from app.domain.facts import CustomerKind
from app.domain.period import DAY, Period, month_of, shift_months

MONTHS = 18
CHUNK = 20_000

Row = dict[str, Any]
"""A fact as it is sent to the REST interface."""

TEAM_WEEK = (1.05, 1.03, 1.01, 1.0, 1.02, 0.97, 0.92)
STORE_WEEK = (0.86, 0.85, 0.88, 0.92, 1.03, 1.25, 1.21)
"""How busy the days from Monday to Sunday are; stores live on weekends."""

MEMBER_DAY, MEMBER_PULL = 28, 1.45
"""Day of the month (no campaign touches it) and pull of the members' day 会员日."""
SLUMP_DAYS, SLUMP = 3, 0.86


@dataclass(frozen=True, slots=True)
class Campaign:
    """A sale that comes every year: the pull of its day and of the `lead` days before it."""

    month: int
    day: int
    lead: int
    warm_up: float
    peak: float


CAMPAIGNS = (
    Campaign(3, 8, lead=4, warm_up=1.2, peak=1.7),  # 女王节
    Campaign(6, 18, lead=6, warm_up=1.25, peak=2.1),  # 618
    Campaign(11, 11, lead=8, warm_up=1.3, peak=2.5),  # 双11
    Campaign(12, 12, lead=3, warm_up=1.2, peak=1.7),  # 双12
)


@dataclass(frozen=True, slots=True)
class Profile:
    """What makes a unit itself; money in fen."""

    code: str
    cumulative: int
    current: int
    churn: float
    """Of the month's opening stock."""
    reach: dict[str, int]
    """A day, by source channel."""
    touchpoints: tuple[str, ...]
    buyers: float
    """Share of the friends who buy in a month."""
    first_orders: float
    """Share of the new friends who buy for the first time."""
    aov_old: int
    aov_new: int
    pushing: float = 1.0
    week: tuple[float, ...] = TEAM_WEEK
    breaches: dict[int, float] = field(default_factory=dict)
    """Churn of restless months, by how many months they lie before the latest."""


ALL_TOUCHPOINTS = ("official", "mini_program", "one_to_one", "community", "moments", "sms")
PROFILES = (
    Profile(
        code="ecommerce",
        cumulative=271_400,
        current=160_200,
        churn=0.036,
        reach={"video": 820, "mini_mall": 720, "parcel_card": 1000, "douyin": 850, "xiaohongshu": 620},
        touchpoints=ALL_TOUCHPOINTS,
        buyers=0.065,
        first_orders=0.30,
        aov_old=6_200,
        aov_new=2_900,
    ),
    Profile(
        code="stores",
        cumulative=148_900,
        current=90_350,
        churn=0.032,
        reach={"mini_mall": 200, "parcel_card": 260, "store_scan": 610},
        touchpoints=ALL_TOUCHPOINTS[1:],
        buyers=0.085,
        first_orders=0.36,
        aov_old=8_800,
        aov_new=4_600,
        pushing=0.8,
        week=STORE_WEEK,
    ),
    Profile(
        code="knowledge",
        cumulative=97_300,
        current=52_100,
        churn=0.044,
        reach={"video": 900, "douyin": 830, "xiaohongshu": 780},
        touchpoints=ALL_TOUCHPOINTS[:5],
        buyers=0.05,
        first_orders=0.24,
        aov_old=7_500,
        aov_new=3_500,
        pushing=1.35,
        breaches={0: 0.068, 1: 0.0535, 5: 0.0523, 11: 0.0571},
    ),
    Profile(
        code="members",
        cumulative=112_600,
        current=78_480,
        churn=0.029,
        reach={"video": 290, "mini_mall": 700, "parcel_card": 400},
        touchpoints=ALL_TOUCHPOINTS,
        buyers=0.11,
        first_orders=0.42,
        aov_old=9_600,
        aov_new=5_200,
        pushing=0.9,
    ),
)
GROWTH = 0.009
"""What reach gains in a month."""


class Source(NamedTuple):
    """How a source channel brings friends: adds of its reach, and how many more or fewer of them stay."""

    add_rate: float
    stay: float
    reach_known: bool = True


class Touchpoint(NamedTuple):
    """A touchpoint: shares of old and new trade; pushes per friend and day, what 1,000 cost and bring in fen."""

    old: float
    new: float
    pushes: float = 0.0
    cost: int = 0
    revenue: int = 0
    weekdays: Sequence[int] = range(7)
    """Days of pushing, beside those of campaigns."""


class Buying(NamedTuple):
    """A kind of old customer, or the new ones: share of the buyers, order value, orders of members."""

    share: float
    value: float
    members: float


SOURCES = {
    "video": Source(0.049, 0.01),
    "mini_mall": Source(0.076, 0.015),
    "parcel_card": Source(0.09, 0.0),
    "douyin": Source(0.033, -0.035),
    "xiaohongshu": Source(0.027, -0.015),
    # Nobody counts who walks past the code in a shop.
    "store_scan": Source(0.15, 0.025, reach_known=False),
}
TOUCHPOINTS = {
    "official": Touchpoint(0.12, 0.10, 0.14, 200, 33_000, weekdays=(1, 4)),
    "mini_program": Touchpoint(0.22, 0.34),
    "one_to_one": Touchpoint(0.27, 0.28, 0.08, 800, 52_000),
    "community": Touchpoint(0.23, 0.18, 0.12, 300, 26_000),
    "moments": Touchpoint(0.09, 0.07, 0.10, 100, 15_000),
    "sms": Touchpoint(0.07, 0.03, 0.04, 4_500, 90_000, weekdays=(2,)),
}
NEW = Buying(1.0, 1.0, 0.2)
OLD = {
    CustomerKind.FIRST_REPEAT: Buying(0.30, 0.9, 0.53),
    CustomerKind.SECOND_REPEAT: Buying(0.24, 1.0, 0.64),
    CustomerKind.LOYAL: Buying(0.46, 1.15, 0.72),
}
SUMS = {1: 0.92, 7: 0.81, 30: 0.69}
"""Share of a day's new friends who are still there so many days later."""

PACKING_REST = 6
"""The weekday (Sunday) on which no parcels arrive, and so no cards: a true zero."""
RECOUNTS = (6, 12)
"""Months at whose close friends are counted again."""
FORGOTTEN, ABSENT = 0.009, 0.003
"""How often a unit's whole day, or a single number, was not written down."""


def demo_days(today: date) -> Period:
    """Return the days of the demo: from the first of the month 18 months back until yesterday."""
    return Period(shift_months(month_of(today).first, -MONTHS), today - DAY)


def pull(day: date) -> float:
    """Return what campaigns make of an ordinary day (1.0); what is bought early is missing after."""
    for campaign in CAMPAIGNS:
        ahead = (date(day.year, campaign.month, campaign.day) - day).days
        if ahead == 0:
            return campaign.peak
        if 0 < ahead <= campaign.lead:
            return campaign.warm_up
        if -SLUMP_DAYS <= ahead < 0:
            return SLUMP
    return MEMBER_PULL if day.day == MEMBER_DAY else 1.0


def busy(day: date, week: Sequence[float] = TEAM_WEEK) -> float:
    """Return how much of an average day's trade falls on `day`."""
    return week[day.weekday()] * pull(day)


def parcels(day: date) -> float:
    """Return how many parcels arrive, and with them cards: what was sold three days ago."""
    return busy(day - timedelta(days=3))


def season(day: date, phase: float) -> float:
    """Return a slow yearly wave between -1 and 1, so that rates drift instead of standing still."""
    return math.sin(2 * math.pi * day.timetuple().tm_yday / 365 + phase)


def seeded(name: str) -> Random:
    """Return the random numbers of one subject, the same ones every time."""
    return Random(f"luopan {name}")  # noqa: S311 - pictures of numbers, not secrets


def whole(rng: Random, mean: float) -> int:
    """Return an integer >= 0 whose mean is `mean`, also where that is far below 1."""
    return max(0, int(mean + rng.random()))


def spread(total: int, weights: Iterable[float]) -> list[int]:
    """Split `total` by `weights` into integers that add up to it exactly."""
    sums = list(accumulate(weights))
    return [high - low for low, high in pairwise([0, *(round(total * part / sums[-1]) for part in sums)])]


def money(fen: int) -> str:
    """Write fen as yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in lists of at most 20,000."""
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
