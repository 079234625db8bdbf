"""What the made-up company aims at: near what each month reaches, and parts that add up to their whole."""

from collections.abc import Iterator
from datetime import date

from app.cli.demo import patterns
from app.cli.demo.books import CODE, Books
from app.cli.demo.patterns import PROFILES, Row, busy, spread
from app.domain.facts import Unit
from app.domain.period import DAY, Grain, Period, month_of, shift_months, split
from app.metrics.catalog import CATALOG

ENOUGH = 7
"""Days after which a running month says enough about itself to aim by it."""
UNITS = tuple(profile.code for profile in PROFILES)
FLOWS = {"friends_added": 1.0, "gmv_old": 1.0, "gmv_new": 1.0, "orders": 1.0, "pushes": 1.6}
"""How far each runs past what was planned: more is pushed than anybody meant to."""
WHOLES = {"gmv": ("gmv_old", "gmv_new")}
"""Targets that are the sum of others."""
RATES = {
    "aov_new": ("gmv_new", "orders_new", 0.5),
    "repeat_share": ("gmv_old", "gmv", 0.1),
    "member_share": ("member_gmv", "gmv", 0.3),
    "first_order_rate": ("buyers_new", "friends_added", 1.0),
}
"""Numerator, denominator, and how far targets stray from what is reached."""
STRAY_STOCK = 0.3
LIMITS = {"churn_rate": "0.05", "push_loss_rate": "0.0022"}
REACHED = (1.04, 0.98, 1.08, 0.92, 0.97, 1.01, 0.83, 1.28, 0.96, 0.71)
"""What part of its target a figure reaches, in turn, so that every status occurs."""
STEP = 1000
"""Yuan to which the part of a target that a touchpoint gets is rounded."""

Plan = dict[tuple[str, str], int]
"""Targets that add up, by unit (the company too) and metric; money in yuan."""
Goal = tuple[str, str | None, float, float]
"""Metric, channel, what is reached, and how far the target strays from it."""


def targets(books: Books, today: date) -> Iterator[Row]:
    """Set targets near what each month reaches, or in a running one will reach."""
    last = month_of(today)
    for turn, month in enumerate(split(Period(books.days.first, last.last), Grain.MONTH)):
        young = month == last and today.day <= ENOUGH
        base = Period(shift_months(month.first, -1), month.first - DAY) if young else month
        told = base.until(books.days.last)
        scale = sum(map(busy, month)) / sum(map(busy, told))
        plan = _plan(books, turn, told, scale)
        for place, unit in enumerate((CODE, *UNITS)):
            for metric in (key for code, key in plan if code == unit):
                yield _target(month, unit, metric, None, _figure(plan[unit, metric], CATALOG[metric].unit))
            for position, (metric, channel, value, stray) in enumerate(_levels(books, unit, told)):
                reached = _reached(turn, 7 * place + position) ** stray
                yield _target(month, unit, metric, channel, _figure(_rounded(value / reached), CATALOG[metric].unit))
            for metric, limit in LIMITS.items():
                yield _target(month, unit, metric, None, limit)
        for code, part in _touchpoints(books, turn, told, plan[CODE, "gmv_old"]):
            yield _target(month, CODE, "gmv_old", code, _figure(part, Unit.YUAN))


def _reached(turn: int, position: int) -> float:
    return REACHED[(3 * turn + position) % len(REACHED)]


def _plan(books: Books, turn: int, told: Period, scale: float) -> Plan:
    """Plan the units first; the company aims at what they do together."""
    plan: Plan = {}
    for place, unit in enumerate(UNITS, 1):
        for position, (metric, excess) in enumerate(FLOWS.items()):
            # A month is good or bad for all units, and better for some of them than for others.
            reached = (_reached(turn, position) * _reached(turn, 7 * place + position)) ** 0.5
            value = books.sums[unit, f"{told.first:%Y-%m}", metric] * scale / excess
            plan[unit, metric] = int(_rounded(value / reached))
        for whole, parts in WHOLES.items():
            plan[unit, whole] = sum(plan[unit, part] for part in parts)
        reached = _reached(turn, 7 * place + len(FLOWS)) ** STRAY_STOCK
        plan[unit, "friends_current"] = int(_rounded(books.current[unit, told.last] / reached))
    metrics = dict.fromkeys(metric for _, metric in plan)
    return plan | {(CODE, metric): sum(plan[unit, metric] for unit in UNITS) for metric in metrics}


def _touchpoints(books: Books, turn: int, told: Period, whole: int) -> Iterator[tuple[str, int]]:
    """Give every touchpoint its part of the target of old customers; what is left over goes to the first."""
    sums = [books.sums[CODE, f"{told.first:%Y-%m}", f"gmv_old/{code}"] for code in patterns.TOUCHPOINTS]
    parts = spread(whole // STEP, [value / _reached(turn, position) for position, value in enumerate(sums)])
    for position, (code, part) in enumerate(zip(patterns.TOUCHPOINTS, parts, strict=True)):
        yield code, part * STEP + (0 if position else whole % STEP)


def _levels(books: Books, unit: str, told: Period) -> Iterator[Goal]:
    month = f"{told.first:%Y-%m}"
    for metric, (numerator, denominator, stray) in RATES.items():
        yield metric, None, books.sums[unit, month, numerator] / books.sums[unit, month, denominator], stray
    for code in patterns.SOURCES:
        if reach := books.sums[unit, month, f"reach/{code}"]:
            yield "add_rate", code, books.sums[unit, month, f"adds/{code}"] / reach, 1.0


def _target(month: Period, unit: str, metric: str, channel: str | None, value: int | str) -> Row:
    key = {"month": f"{month.first:%Y-%m}", "unit": unit, "metric": metric, "channel": channel, "customer_kind": None}
    return {**key, "value": value}


def _rounded(value: float) -> float:
    """Round as people do when they set a target: three figures count."""
    return float(f"{value:.3g}")


def _figure(value: float, unit: Unit) -> int | str:
    if unit is Unit.COUNT:
        return int(value)
    return f"{value:.2f}" if unit is Unit.YUAN else f"{value:.4f}"
