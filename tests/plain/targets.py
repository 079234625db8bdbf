"""Targets against actuals, and the forecast of a month's end."""

from datetime import date
from fractions import Fraction
from typing import Any

from .catalogue import CATALOGUE, LEVELS
from .days import DAY, compared, month_of
from .values import change, composed, divided, level, metric, points, summed, term
from .world import Row, Scope, World, number, scope_of

PATTERN_DAYS = 56
SAME_WEEKDAYS = 8


def time_progress(first: date, last: date, today: date) -> Fraction:
    """Return the share of a period's days that have run, today among them."""
    elapsed = (min(last, today) - first).days + 1
    return Fraction(max(elapsed, 0), (last - first).days + 1)


def status_of(key: str, actual: Fraction | None, goal: Fraction | None, progress: Fraction, *, over: bool) -> str:
    """Name the state of a target or limit."""
    entry = CATALOGUE[key]
    if entry.better == "down":
        if actual is None or goal is None:
            return "no_data"
        return "within_limit" if actual <= goal else "over_limit"
    completion = divided(actual, goal)
    if completion is None:
        return "no_data"
    if completion >= 1 or over:
        return "done" if completion >= 1 else "missed"
    if entry.shape in {"flow", "net"}:
        pace = completion - progress
        on_track, behind = pace >= Fraction(-5, 100), pace >= Fraction(-15, 100)
    else:
        on_track, behind = completion >= Fraction(95, 100), completion >= Fraction(85, 100)
    if on_track:
        return "on_track"
    return "behind" if behind else "far_behind"


def target_row(world: World, unit: str, row: Row) -> dict[str, Any]:
    """Return one target with all that is said about it."""
    key, channel, kind = row["metric"], row.get("channel"), row.get("customer_kind")
    first, last = month_of(row["month"])
    goal = number(row, "value")
    actual = None
    if first <= world.today:
        actual = metric(world, key, unit, first, min(last, world.today), channel, kind)
    before, until = compared(first, last, "previous", world.today, "month")
    previous = metric(world, key, unit, before, until, channel, kind)
    limit = CATALOGUE[key].better == "down"
    completion = None if limit else divided(actual, goal)
    progress = time_progress(first, last, world.today)
    paced = completion is not None and CATALOGUE[key].shape in {"flow", "net"}
    return {
        "metric": key,
        "channel": channel,
        "customer_kind": kind,
        "target": goal,
        "actual": actual,
        "completion": completion,
        "usage": divided(actual, goal) if limit else None,
        "previous": previous,
        "change": change(actual, previous),
        "points": points(key, actual, previous),
        "time_progress": progress,
        "pace": completion - progress if completion is not None and paced else None,
        "status": status_of(key, actual, goal, progress, over=world.today > last),
    }


def target_rows(world: World, unit: str, month: str) -> list[dict[str, Any]]:
    """List the targets set on exactly this unit for a month, in the order of the catalogue."""
    found: list[dict[str, Any]] = []
    for key in CATALOGUE:
        rows = [row for row in world.facts.get("targets", []) if row["metric"] == key]
        rows = [row for row in rows if row["unit"] == unit and row["month"] == month]
        rows.sort(key=lambda row: (row.get("channel") or "", row.get("customer_kind") or ""))
        found.extend(target_row(world, unit, row) for row in rows)
    return found


def needed_daily(world: World, unit: str, row: Row) -> Fraction | None:
    """Return what each day after today must bring for a target to be reached; only what adds up day by day has it."""
    found = target_row(world, unit, row)
    first, last = month_of(row["month"])
    left = (last - world.today).days
    entry = CATALOGUE[row["metric"]]
    running = first <= world.today < last
    if entry.better == "down" or entry.shape not in {"flow", "net"} or not running:
        return None
    goal, actual = found["target"], found["actual"]
    if goal is None or actual is None or actual >= goal:
        return None
    return Fraction(goal - actual) / left


def year_so_far(world: World, unit: str, key: str, year: int) -> tuple[Fraction, Fraction] | None:
    """Return the sums of the targets and of the actuals of months of a year that have both; only for flows."""
    if CATALOGUE[key].shape not in {"flow", "net"}:
        return None
    pairs = []
    for month in range(1, 13):
        for row in target_rows(world, unit, f"{year}-{month:02d}"):
            whole = row["metric"] == key and not row["channel"] and not row["customer_kind"]
            if whole and row["target"] is not None and row["actual"] is not None:
                pairs.append((Fraction(row["target"]), Fraction(row["actual"])))
    return (sum(goal for goal, _ in pairs), sum(actual for _, actual in pairs)) if pairs else None  # type: ignore[return-value]


def weights(world: World, scope: Scope, name: str) -> list[Fraction]:
    """Return how much each weekday (Monday first) weighs, by the eight weeks before today."""
    equal = [Fraction(1)] * 7
    pattern = [Fraction(0)] * 7
    recorded = [0] * 7
    for ago in range(1, PATTERN_DAYS + 1):
        day = world.today - ago * DAY
        value = term(world, scope, name, day, day)
        if value is not None:
            pattern[day.weekday()] += value
            recorded[day.weekday()] += 1
    if any(count < SAME_WEEKDAYS for count in recorded) or sum(pattern) == 0:
        return equal
    return pattern


def flow_forecast(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Return the month to date, blown up by the weight of the days still to come."""
    weight = weights(world, scope, name)
    elapsed = month = Fraction(0)
    day = first
    while day <= last:
        month += weight[day.weekday()]
        if day <= world.today:
            elapsed += weight[day.weekday()]
        day += DAY
    return divided(term(world, scope, name, first, world.today), divided(elapsed, month))


def level_forecast(world: World, scope: Scope, name: str, first: date, last: date) -> Fraction | None:
    """Return a level at the month's end if the days left move it as the days so far did on average."""
    stock, when = LEVELS[name]
    if when != "close":  # an opening is known already
        return term(world, scope, name, first, world.today)
    now = level(world, scope, stock, world.today)
    if now is None or scope.restrictions:
        return None
    moved = summed(world, scope, "adds", first, world.today) or Fraction(0)
    if stock == "current":
        moved -= summed(world, scope, "losses", first, world.today) or Fraction(0)
    elapsed = (world.today - first).days + 1
    return now + moved / elapsed * (last - world.today).days


def forecast(
    world: World,
    key: str,
    unit: str,
    month: str,
    channel: str | None = None,
    customer_kind: str | None = None,
) -> Fraction | None:
    """Return what a metric will be at the end of the running month; nothing for any other month."""
    first, last = month_of(month)
    if not first <= world.today <= last:
        return None
    scope = scope_of(world, unit, channel, customer_kind)
    terms = []
    for name in CATALOGUE[key].terms:
        if name in LEVELS:
            terms.append(level_forecast(world, scope, name, first, last))
        else:
            flow = "losses" if name == "losses_mtd" else name
            terms.append(flow_forecast(world, scope, flow, first, last))
    return composed(key, terms)
