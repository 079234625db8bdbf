"""Made-up worlds in a real database: written by the stores, asked by the boards, compared with the plain reference."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from app.boards.answer import Question, answer
from app.db import Database
from app.domain.facts import TABLES, Unit
from app.domain.period import Compare, Grain, Period
from app.domain.roles import SYSTEM
from app.domain.scope import GroupBy, Scope
from app.inputs.facts import ROWS
from app.inputs.master import ChannelInput, UnitInput
from app.metrics.catalog import CATALOG
from app.models import NoDataDay
from app.queries import channels as known_channels
from app.queries.facts import table_of
from app.queries.settings import limits
from app.queries.units import load_tree
from app.store import channels, facts, units
from tests import bed, plain, small
from tests.plain import World

KEYS = tuple(plain.CATALOGUE)
"""All metrics, by the reference's own list."""

DECIMALS = {"count": 0, "yuan": 2, "rate": 10, "times": 2}


@dataclass(frozen=True)
class Ask:
    """A question as the REST query takes it."""

    first: date
    last: date
    grain: str = "total"
    by: str | None = None
    channel: str | None = None
    compare: str | None = None
    unit: str = "co"
    metrics: tuple[str, ...] = KEYS


def write(database: Database, world: World) -> None:
    """Put a whole world into a database; what is inactive is switched off only after its history is in."""
    with database.write() as session:
        for unit in world.units:
            given = UnitInput(name=unit["code"], kind=unit["kind"], parent=unit["parent"])
            units.put(session, SYSTEM, unit["code"], given)
        for channel in world.channels:
            channels.put(session, SYSTEM, channel["code"], ChannelInput(name=channel["code"], kind=channel["kind"]))
    for kind in TABLES:
        put(database, world, kind, world.facts.get(kind, []))
    with database.write() as session:
        for unit in world.units:
            if not unit["active"]:
                units.put(session, SYSTEM, unit["code"], UnitInput(active=False))


def write_small(database: Database) -> None:
    """Put the small world into a database, as the stores do."""
    bed.filled(database, _write_small)


def _write_small(database: Database) -> None:
    write(database, small.WORLD)


def put(database: Database, world: World, kind: str, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of one kind in one request."""
    parsed = [ROWS[kind].model_validate(row) for row in rows]
    if parsed:
        with database.write() as session:
            facts.put(session, SYSTEM, TABLES[kind], parsed, world.today)


def asked(database: Database, world: World, ask: Ask) -> dict[str, Any]:
    """Return what the application answers, days written out."""
    with database.read() as session:
        tree = load_tree(session)
        scope = Scope(
            tree.by_code[ask.unit].id,
            known_channels.find(known_channels.load(session), ask.channel),
            by=GroupBy(ask.by) if ask.by else None,
        )
        metrics = tuple(CATALOG[key] for key in ask.metrics)
        how = Compare(ask.compare) if ask.compare else None
        question = Question(scope, metrics, Period(ask.first, ask.last), Grain(ask.grain), how, world.today)
        found = answer(session, SYSTEM, tree, question)
    days = {"period", "end"}
    rows = [{key: value.isoformat() if key in days else value for key, value in row.items()} for row in found["rows"]]
    return {**found, "rows": rows}


def expected(world: World, ask: Ask) -> dict[str, Any]:
    """Return the answer of the plain reference, rounded as an output is."""
    found = plain.query(
        world, list(ask.metrics), ask.unit, ask.first, ask.last, ask.grain, ask.by, ask.channel, ask.compare
    )
    return {
        "coverage": rounded(found["coverage"], "rate"),
        "rows": [{**row, **_numbers(row)} for row in found["rows"]],
        "total": _numbers(found["total"]),
    }


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    units_of = {key: plain.CATALOGUE[key].unit for key in row["values"]}
    compared = row["compare"] and {
        key: {
            "value": rounded(beside["value"], units_of[key]),
            "change": rounded(beside["change"], "rate"),
            "points": rounded(beside["points"], "rate"),
        }
        for key, beside in row["compare"].items()
    }
    values = {key: rounded(value, units_of[key]) for key, value in row["values"].items()}
    return {"values": values, "compare": compared}


def rounded(value: Fraction | None, unit: str | Unit) -> Decimal | None:
    """Round half away from zero, digit by digit of the exact fraction."""
    if value is None:
        return None
    decimals = DECIMALS[unit]
    scaled = abs(Fraction(value)) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(whole if value >= 0 else -whole).scaleb(-decimals)


Expect = Callable[[World, Ask], dict[str, Any]]


def differences(database: Database, world: World, asks: Iterable[Ask], expect: Expect = expected) -> list[str]:
    """Say where the application and the reference disagree, a line for each value."""
    found = []
    for ask in asks:
        ours, theirs = asked(database, world, ask), expect(world, ask)
        name = " ".join(str(part) for part in (*_short(ask), "coverage"))
        if ours["coverage"] != theirs["coverage"]:
            found.append(f"{name}: {ours['coverage']} is not {theirs['coverage']}")
        found += _rows(ask, ours["rows"], theirs["rows"]) + _values(ask, "total", ours["total"], theirs["total"])
    return found


def _short(ask: Ask) -> Sequence[object]:
    return (ask.unit, ask.first, ask.last, ask.grain, ask.by, ask.channel, ask.compare)


def _rows(ask: Ask, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[str]:
    places = [[(row["period"], row["end"], row["group"]) for row in rows] for rows in (ours, theirs)]
    if places[0] != places[1]:
        return [f"{_short(ask)}: rows {sorted(set(places[0]) ^ set(places[1]), key=str)}"]
    found = []
    for place, our, their in zip(places[0], ours, theirs, strict=True):
        found += _values(ask, str(place), our, their)
    return found


def _values(ask: Ask, place: str, our: dict[str, Any], their: dict[str, Any]) -> list[str]:
    return [
        f"{_short(ask)} {place} {part} {key}: {our[part][key]} is not {their[part][key]}"
        for part in ("values", "compare")
        for key in (their[part] or {})
        if our[part][key] != their[part][key]
    ]


def stored(database: Database) -> dict[str, Any]:
    """Return all that is stored, named by codes; not what tells when and how often it was written."""
    with database.read() as session:
        tree, known = load_tree(session), known_channels.load(session)
        names = {node.id: node.code for node in tree.nodes.values()}
        codes = {row.id: row.code for row in known.values()}
        rows: dict[str, Any] = {}
        for kind, table in TABLES.items():
            columns = ["unit_id", table.day_key, *(dim.column for dim in table.dims), *(m.key for m in table.measures)]
            named = {"unit_id": names, **{dim.column: codes for dim in table.dims if dim.channels}}
            found = session.execute(select(*(table_of(table).c[name] for name in columns))).mappings()
            rows[kind] = sorted(str([named[k].get(v) if k in named else v for k, v in row.items()]) for row in found)
        marks = {(names[unit], day) for unit, day in session.execute(select(NoDataDay.unit_id, NoDataDay.day))}
        organisation = [
            (node.code, node.name, node.kind, names.get(node.parent_id or 0), node.active)
            for node in tree.nodes.values()
        ]
        shown = [(row.code, row.name, row.kind, row.color_slot, row.position, row.active) for row in known.values()]
        return {**rows, "marks": marks, "units": sorted(organisation), "channels": shown, "limits": limits(session)}
