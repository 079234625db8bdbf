"""The body of GET /metrics/query and the coverage of a period."""

from datetime import date
from fractions import Fraction
from typing import Any

from .days import DAY, compared, periods
from .values import change, divided, metric, points
from .world import CUSTOMER_KINDS, SPLITS, World, children, day_of, rows_of, scope_of, subtree


def coverage(world: World, unit: str, first: date, last: date) -> Fraction | None:
    """Return the share of the expected unit-days that have a friends row."""
    expected = filled = 0
    for code in subtree(world, unit):
        active = next(other for other in world.units if other["code"] == code)["active"]
        begun = first_fact(world, code)
        if not active or children(world, code) or begun is None:
            continue
        rows = [row for row in world.facts.get("friends", []) if row["unit"] == code]
        day = max(first, begun)
        while day <= last and day < world.today:  # today's row may still come, so it is not expected yet
            expected += 1
            if any(day_of("friends", row) == day for row in rows):
                filled += 1
            day += DAY
    return divided(Fraction(filled), Fraction(expected))


def first_fact(world: World, code: str) -> date | None:
    """Return the first day a unit has any fact or stock count of its own."""
    found = None
    for table in SPLITS:
        for row in world.facts.get(table, []):
            if row["unit"] == code and (found is None or day_of(table, row) < found):
                found = day_of(table, row)
    return found


def candidates(world: World, unit: str, by: str) -> list[tuple[str, str]]:
    """List the groups that could have a row, in the order of their codes."""
    if by == "unit":
        codes = [unit, *children(world, unit)]
    elif by == "customer_kind":
        codes = list(CUSTOMER_KINDS)
    else:
        codes = ["unattributed_source", "unattributed_touchpoint"]
        codes += [channel["code"] for channel in world.channels]
    return [(by, code) for code in sorted(set(codes))]


def has_fact(
    world: World,
    unit: str,
    first: date,
    last: date,
    channel: str | None,
    group: tuple[str, str],
) -> bool:
    """Say whether a group has any row of any table in the range."""
    scope = scope_of(world, unit, channel, None, group)
    return any(rows_of(world, table, scope, first, last) for table in SPLITS)


def answer(
    world: World,
    metrics: list[str],
    unit: str,
    first: date,
    last: date,
    grain: str,
    channel: str | None,
    compare: str | None,
    group: tuple[str, str] | None,
) -> dict[str, Any]:
    """Return the values and comparisons of one row."""
    values = {key: metric(world, key, unit, first, last, channel, None, group) for key in metrics}
    if compare is None:
        return {"values": values, "compare": None}
    before, until = compared(first, last, compare, world.today, grain)
    comparison = {}
    for key in metrics:
        previous = metric(world, key, unit, before, until, channel, None, group)
        comparison[key] = {
            "value": previous,
            "change": change(values[key], previous),
            "points": points(key, values[key], previous),
        }
    return {"values": values, "compare": comparison}


def query(
    world: World,
    metrics: list[str],
    unit: str,
    first: date,
    last: date,
    grain: str,
    by: str | None = None,
    channel: str | None = None,
    compare: str | None = None,
) -> dict[str, Any]:
    """Return what GET /metrics/query answers, with unrounded fractions for numbers."""
    groups: list[tuple[str, str] | None] = [None]
    if by is not None:
        groups = [*candidates(world, unit, by)]
    shown: list[dict[str, Any]] = []
    for group in groups:
        rows = []
        for start, end in periods(first, last, grain):
            row: dict[str, Any] = {"period": start.isoformat(), "end": end.isoformat()}
            row["group"] = None if group is None else group[1]
            row.update(answer(world, metrics, unit, start, end, grain, channel, compare, group))
            rows.append(row)
        # A store that only has a stock from before the range has no fact in it, yet it is part of the total.
        valued = any(value is not None for row in rows for value in row["values"].values())
        if group is None or valued or has_fact(world, unit, first, last, channel, group):
            shown.extend(rows)
    shown.sort(key=lambda row: (row["period"], row["group"] or ""))
    return {
        "unit": unit,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "grain": grain,
        "by": by,
        "coverage": coverage(world, unit, first, last),
        "rows": shown,
        "total": answer(world, metrics, unit, first, last, grain, channel, compare, None),
    }
