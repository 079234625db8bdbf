"""The raw rows of one made-up workspace and the plain ways to pick from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

Row = Mapping[str, Any]

OLD_KINDS = ("first_repeat", "second_repeat", "loyal")
CUSTOMER_KINDS = ("new", *OLD_KINDS)

# What a table can be restricted by, and the field of its rows that answers for it.
SPLITS: dict[str, dict[str, str]] = {
    "friends": {"source": "channel"},
    "retention": {"source": "channel"},
    "sales": {"source": "source", "touchpoint": "touchpoint", "customer_kind": "customer_kind"},
    "pushes": {"touchpoint": "touchpoint"},
    "stock-counts": {},
}


@dataclass(frozen=True)
class World:
    """Units, channels and facts as the REST API takes them, and the day it is today."""

    units: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    facts: dict[str, list[dict[str, Any]]]
    today: date


@dataclass(frozen=True)
class Scope:
    """A set of units and the (kind, code) restrictions that every row must satisfy."""

    units: tuple[str, ...]
    restrictions: tuple[tuple[str, str], ...] = ()


def number(row: Row, measure: str) -> Fraction | None:
    """Return a measure of a row exactly, or None when it was not recorded."""
    value = row.get(measure)
    if value is None:
        return None
    return _exact(str(value))


def day_of(table: str, row: Row) -> date:
    """Return the business day of a fact; for retention the day of the cohort."""
    return _day(row["cohort_day" if table == "retention" else "day"])


# The same few texts are read hundreds of thousands of times.
_exact = cache(Fraction)
_day = cache(date.fromisoformat)


def children(world: World, unit: str) -> list[str]:
    """List the direct children of a unit, active or not."""
    return [other["code"] for other in world.units if other.get("parent") == unit]


def subtree(world: World, unit: str) -> list[str]:
    """List a unit and everything below it in today's tree."""
    found = [unit]
    for child in children(world, unit):
        found.extend(subtree(world, child))
    return found


def channel_kind(world: World, code: str) -> str:
    """Say whether a channel is a source or a touchpoint."""
    for channel in world.channels:
        if channel["code"] == code:
            return str(channel["kind"])
    if code in {"unattributed_source", "unattributed_touchpoint"}:  # built in, so a world need not list them
        return code.removeprefix("unattributed_")
    message = f"no channel {code}"
    raise ValueError(message)


def scope_of(
    world: World,
    unit: str,
    channel: str | None = None,
    customer_kind: str | None = None,
    group: tuple[str, str] | None = None,
) -> Scope:
    """Put together the units and restrictions that a question asks about."""
    units = subtree(world, unit)
    restrictions = []
    if channel is not None:
        restrictions.append((channel_kind(world, channel), channel))
    if customer_kind is not None:
        restrictions.append(("customer_kind", customer_kind))
    if group is not None:
        by, code = group
        if by == "channel":
            restrictions.append((channel_kind(world, code), code))
        elif by == "customer_kind":
            restrictions.append(("customer_kind", code))
        elif by != "unit":
            message = f"no grouping by {by}"
            raise ValueError(message)
        elif code == unit:
            units = [unit]  # the children stand in rows of their own
        elif code in children(world, unit):
            units = subtree(world, code)
        else:
            message = f"{code} is no direct child of {unit}"
            raise ValueError(message)
    return Scope(tuple(units), tuple(restrictions))


def can_split(table: str, scope: Scope) -> bool:
    """Say whether every restriction of the scope means something in a table."""
    return all(kind in SPLITS[table] for kind, _ in scope.restrictions)


def satisfies(table: str, row: Row, kind: str, code: str) -> bool:
    """Say whether one row meets one restriction."""
    value = row.get(SPLITS[table][kind])
    if kind == "customer_kind":
        return value in OLD_KINDS if code == "old" else value == code
    if value is None:
        value = f"unattributed_{kind}"  # the channel may be left out of a sales row
    return bool(value == code)


def rows_of(world: World, table: str, scope: Scope, first: date, last: date) -> list[Row]:
    """List the rows of a table in the scope and period; none where it cannot be restricted so."""
    if not can_split(table, scope):
        return []
    found: list[Row] = []
    for row in world.facts.get(table, []):
        if row["unit"] not in scope.units:
            continue
        if not first <= day_of(table, row) <= last:
            continue
        if all(satisfies(table, row, kind, code) for kind, code in scope.restrictions):
            found.append(row)
    return found
