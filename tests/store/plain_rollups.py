"""What the rollups should hold, computed one fact at a time in plain Python, from what the tables say."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Base

Row = dict[str, Any]
Numbers = dict[str, int | None]
Rollup = dict[tuple[Any, ...], Numbers]
"""By unit, day and dims: the sums, None where nobody recorded any, and how many facts there are."""

DIMS = {
    "friends": ("channel_id",),
    "retention": ("channel_id", "day_n"),
    "sales": ("touchpoint_id", "source_id", "customer_kind"),
    "pushes": ("touchpoint_id",),
    "stock": (),
    "reporting": (),
}


def stored(session: Session) -> dict[str, Rollup]:
    """Return what stands in the tables of the rollups, by their names; rows of no fact stand for nothing."""
    found = {}
    for name, dims in DIMS.items():
        for grain in ("day", "month"):
            rows = (row for row in _rows(session, f"{name}_{grain}") if row["facts"])
            found[f"{name}_{grain}"] = {
                (row["unit_id"], row["day"], *(row[dim] for dim in dims)): {
                    key: value
                    for key, value in row.items()
                    if key not in {"unit_id", "day", *dims} and key[-2:] != "_n"
                }
                for row in rows
            }
    return found


def expected(session: Session) -> dict[str, Rollup]:
    """Return what should stand there."""
    units = {row["id"]: row for row in _rows(session, "units")}
    inner = {row["parent_id"] for row in units.values()}
    found: dict[str, Rollup] = {f"{name}_{grain}": {} for name in DIMS for grain in ("day", "month")}
    for name, unit_id, day, dims, numbers in _contributions(session, units, inner):
        above: int | None = unit_id
        while above is not None:
            if above in inner or name == "reporting":
                _add(found[f"{name}_day"], (above, day, *dims), numbers)
            _add(found[f"{name}_month"], (above, day.replace(day=1), *dims), numbers)
            above = units[above]["parent_id"]
    return found


def _add(rollup: Rollup, key: tuple[Any, ...], numbers: Numbers) -> None:
    known = rollup.setdefault(key, {**dict.fromkeys(numbers), "facts": 0})
    for name, number in {**numbers, "facts": 1}.items():
        if number is not None:
            known[name] = (known[name] or 0) + number


Contribution = tuple[str, int, date, tuple[Any, ...], Numbers]


def _contributions(session: Session, units: dict[int, Row], inner: set[int]) -> Iterator[Contribution]:
    adds = {(row["unit_id"], row["day"], row["channel_id"]): row["adds"] for row in _rows(session, "friends")}
    for row in _rows(session, "friends"):
        numbers = {name: row[name] for name in ("reach", "adds", "losses")}
        reached = None if row["reach"] is None else row["adds"]
        yield "friends", row["unit_id"], row["day"], _dims("friends", row), {**numbers, "adds_reached": reached}
    for row in _rows(session, "retention"):
        beside = adds.get((row["unit_id"], row["cohort_day"], row["channel_id"]))
        pair = (None, None) if beside is None or row["retained"] is None else (row["retained"], beside)
        numbers = {"retained": pair[0], "adds": pair[1]}
        yield "retention", row["unit_id"], row["cohort_day"], _dims("retention", row), numbers
    measures = {
        "sales": ("gmv", "orders", "buyers", "refunds", "member_gmv", "member_orders"),
        "pushes": ("pushes", "push_cost", "push_gmv", "push_losses"),
    }
    for name, keys in measures.items():
        for row in _rows(session, name):
            yield name, row["unit_id"], row["day"], _dims(name, row), {key: row[key] for key in keys}
    yield from _steps(session)
    for unit_id, unit in units.items():
        if unit["active"] and unit_id not in inner:
            yield from _reporting(session, unit_id)


def _steps(session: Session) -> Iterator[Contribution]:
    """Walk each unit's stock from its first day on, and see how far each count is from it."""
    friends, counts = _rows(session, "friends"), _rows(session, "stock_counts")
    for count in counts:
        earlier = [row for row in counts if row["unit_id"] == count["unit_id"] and row["day"] < count["day"]]
        base = max(earlier, key=lambda row: row["day"], default={"cumulative": 0, "current": 0, "day": date.min})
        flows = [r for r in friends if r["unit_id"] == count["unit_id"] and base["day"] < r["day"] <= count["day"]]
        gained, lost = (sum(row[name] or 0 for row in flows) for name in ("adds", "losses"))
        steps = (count["cumulative"] - base["cumulative"] - gained, count["current"] - base["current"] - gained + lost)
        differs = bool(earlier) and any(steps)
        names = ("cumulative_step", "current_step", "cumulative_recount", "current_recount")
        numbers: Numbers = dict(zip(names, (*steps, *(steps if differs else (None, None))), strict=True))
        yield "stock", count["unit_id"], count["day"], (), numbers


def _reporting(session: Session, unit_id: int) -> Iterator[Contribution]:
    tables = {"friends": "day", "retention": "cohort_day", "sales": "day", "pushes": "day", "stock_counts": "day"}
    days = [row[day] for name, day in tables.items() for row in _rows(session, name) if row["unit_id"] == unit_id]
    since = min(days, default=None)
    present = {row["day"] for row in _rows(session, "friends") if row["unit_id"] == unit_id}
    marked = {row["day"] for row in _rows(session, "no_data_days") if row["unit_id"] == unit_id}
    excused = {day for day in marked - present if since is not None and day >= since}
    for day in {*present, *excused, *([since] if since else [])}:
        starts = day == since
        yield (
            "reporting",
            unit_id,
            day,
            (),
            {
                "starts": 1 if starts else None,
                "start_ordinals": (day - date(1, 1, 1)).days + 1 if starts else None,
                "present": 1 if day in present else None,
                "excused": 1 if day in excused else None,
            },
        )


def _dims(name: str, row: Row) -> tuple[Any, ...]:
    return tuple(row[dim] for dim in DIMS[name])


def _rows(session: Session, name: str) -> list[Row]:
    return [dict(row) for row in session.execute(select(Base.metadata.tables[name])).mappings()]


def drifted(session: Session) -> list[str]:
    """Return where what stands there is not what should, table by table."""
    there, right = stored(session), expected(session)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in right:
        for key in there[name].keys() | right[name].keys():
            if there[name].get(key) != right[name].get(key):
                found[name].append(f"{name} {key}: {there[name].get(key)} is not {right[name].get(key)}")
    return [line for lines in found.values() for line in sorted(lines)]
