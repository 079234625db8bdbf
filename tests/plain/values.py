"""Every value of the catalogue, by loops over raw rows."""

from datetime import date
from fractions import Fraction

from .catalogue import CATALOGUE, LEVELS, SUMS, tables_of
from .days import DAY, start_of
from .world import OLD_KINDS, Row, Scope, World, can_split, day_of, number, rows_of, scope_of

ZERO = Fraction(0)


def divided(numerator: Fraction | None, denominator: Fraction | None) -> Fraction | None:
    """Divide, giving no value where a side is missing or the denominator is not above zero."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return numerator / denominator


def total_of(rows: list[Row], measure: str) -> Fraction | None:
    """Add a measure up; a sum of which nothing was recorded is missing."""
    found = None
    for row in rows:
        value = number(row, measure)
        if value is not None:
            found = value if found is None else found + value
    return found


def summed(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Sum a flow over the days, units and channels of a scope."""
    table, measure, kinds = SUMS[name]
    rows = rows_of(world, table, scope, first, last)
    if kinds == "new":
        rows = [row for row in rows if row["customer_kind"] == "new"]
    if kinds == "old":
        rows = [row for row in rows if row["customer_kind"] in OLD_KINDS]
    return total_of(rows, measure)


def last_count(world: World, unit: str, name: str, day: date) -> tuple[date, Fraction] | None:
    """Return the day and number of a unit's latest stock count up to a day."""
    found = None
    for row in world.facts.get("stock-counts", []):
        counted, other = number(row, name), number(row, "current" if name == "cumulative" else "cumulative")
        counted_on = day_of("stock-counts", row)
        if row["unit"] != unit or counted_on > day or counted is None or other is None:
            continue  # a stock count needs both numbers
        if found is None or counted_on > found[0]:
            found = counted_on, counted
    return found


def unit_level(world: World, unit: str, name: str, day: date) -> Fraction | None:
    """Return the friends of one unit alone at the close of a day; nothing before anything was recorded."""
    count = last_count(world, unit, name, day)
    total = None if count is None else count[1]
    for row in rows_of(world, "friends", Scope((unit,)), date.min, day):
        adds, losses = number(row, "adds"), number(row, "losses")
        if adds is None and losses is None:
            continue
        # The count was taken at the close of its day, so that day's own movements are in it already.
        if count is not None and day_of("friends", row) <= count[0]:
            continue
        moved = (adds or ZERO) - (losses or ZERO) if name == "current" else adds or ZERO
        total = moved if total is None else total + moved
    return total


def level(world: World, scope: Scope, name: str, day: date) -> Fraction | None:
    """Return the friends (current or cumulative) at the close of a day, summed over units."""
    found = None
    for unit in scope.units:
        value = unit_level(world, unit, name, day)
        if value is not None:
            found = value if found is None else found + value
    return found


def adds_with_reach(world: World, scope: Scope, first: date, last: date) -> Fraction | None:
    """Sum the adds of the rows that have a reach; the others must not inflate the rate."""
    rows = rows_of(world, "friends", scope, first, last)
    return total_of([row for row in rows if number(row, "reach") is not None], "adds")


def cohorts(world: World, scope: Scope, day_n: int, first: date, last: date) -> list[tuple[Fraction, Fraction]]:
    """List (retained, adds) of the cohorts of a period that have both."""
    found = []
    for row in rows_of(world, "retention", scope, first, last):
        retained = number(row, "retained")
        if int(row["day_n"]) != day_n or retained is None:
            continue
        for friends in rows_of(world, "friends", scope, day_of("retention", row), day_of("retention", row)):
            adds = number(friends, "adds")
            if friends["unit"] == row["unit"] and friends["channel"] == row["channel"] and adds is not None:
                found.append((retained, adds))
    return found


def cohort_term(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Sum one side of the cohorts; `retained_7` or `cohort_adds_7`."""
    side, _, day_n = name.rpartition("_")
    found = cohorts(world, scope, int(day_n), first, last)
    if not found:
        return None
    return sum((pair[0] if side == "retained" else pair[1] for pair in found), ZERO)


def level_term(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Return a level at the close, the opening or the opening of the month of a period."""
    stock, when = LEVELS[name]
    shown = min(last, world.today)
    if shown < first:
        return None  # the period has not begun, so there is no day to show
    if when == "open":
        return level(world, scope, stock, first - DAY)
    if when == "month_open":
        return level(world, scope, stock, start_of(shown, "month") - DAY)
    return level(world, scope, stock, shown)


def losses_mtd(world: World, scope: Scope, first: date, last: date) -> Fraction | None:
    """Sum the losses since the first of the month of the last day shown."""
    shown = min(last, world.today)
    if shown < first:
        return None  # the period has not begun, so there is no day to show
    return summed(world, scope, "losses", start_of(shown, "month"), shown)


def term(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Return one term of a formula; nothing where a table of it cannot be restricted as asked."""
    if not all(can_split(table, scope) for table in tables_of(name)):
        return None
    if name in SUMS:
        return summed(world, scope, name, first, last)
    if name in LEVELS:
        return level_term(world, scope, name, first, last)
    if name == "losses_mtd":
        return losses_mtd(world, scope, first, last)
    if name == "adds_with_reach":
        return adds_with_reach(world, scope, first, last)
    return cohort_term(world, scope, name, first, last)


def composed(key: str, terms: list[Fraction | None]) -> Fraction | None:
    """Put the terms of a metric together by its formula."""
    entry = CATALOGUE[key]
    if entry.shape in {"flow", "stock"}:
        return terms[0]
    left, right = terms
    if left is None or right is None:
        return None
    if entry.shape == "net":
        return left - right
    return divided(left * entry.factor, right)


def metric(
    world: World,
    key: str,
    unit: str,
    first: date,
    last: date,
    channel: str | None = None,
    customer_kind: str | None = None,
    group: tuple[str, str] | None = None,
) -> Fraction | None:
    """Return one metric over a period and a unit's subtree; money in yuan, rates as fractions."""
    scope = scope_of(world, unit, channel, customer_kind, group)
    return composed(key, [term(world, scope, name, first, last) for name in CATALOGUE[key].terms])


def change(current: Fraction | None, previous: Fraction | None) -> Fraction | None:
    """Return current / previous - 1."""
    ratio = divided(current, previous)
    return None if ratio is None else ratio - 1


def points(key: str, current: Fraction | None, previous: Fraction | None) -> Fraction | None:
    """Return the difference of two rates; other units have none."""
    if CATALOGUE[key].unit != "rate" or current is None or previous is None:
        return None
    return current - previous


def pct(fraction: Fraction) -> str:
    """Write a fraction as a percentage with two decimals, half away from zero, without the sign %."""
    return two_decimals(fraction * 100)


def two_decimals(value: Fraction) -> str:
    """Write a number with two decimals, half away from zero."""
    hundredths = abs(value) * 100
    whole = hundredths.numerator // hundredths.denominator
    if hundredths - whole >= Fraction(1, 2):
        whole += 1
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def campaign(cost: Fraction, gmv: Fraction) -> dict[str, Fraction | None]:
    """Return a campaign's profit and its three returns, the article's own among them."""
    return {
        "profit": gmv - cost,
        "roi_article": divided(cost + gmv, cost),
        "gmv_over_cost": divided(gmv, cost),
        "profit_over_cost": divided(gmv - cost, cost),
    }
