"""Filling an empty installation from the zip that `luopan export` made of another one."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import click
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.cli.exports import progress
from app.cli.opened import opened
from app.connectors.export_csv import unguarded
from app.connectors.export_everything import FORMAT, MANIFEST
from app.db import Database
from app.domain.errors import Conflict, Invalid, Issue
from app.domain.facts import TABLES, TARGETS, UNATTRIBUTED, FactTable, Unit
from app.domain.roles import SYSTEM
from app.domain.text import Text
from app.inputs.facts import ROWS, FactInput
from app.inputs.master import ChannelInput, UnitInput
from app.inputs.problems import issues
from app.queries import channels as known_channels
from app.queries import units as known_units
from app.settings import load
from app.store import channels, days, facts, settings, units

VIEWER = replace(SYSTEM, origin="file")
CHUNK = 5000
NOT_OURS = Text("不是罗盘导出的完整数据包", "is not a whole export of Luopan")
DAMAGED = Text("文件 {name} 缺失或已损坏", "{name} is missing or damaged")
NOT_EMPTY = Text("只能导入到空数据库", "there is data already; everything only goes into an empty database")

Line = dict[str, str]


def import_everything(database: Database, path: Path, today: date, step: Callable[[int], None]) -> dict[str, int]:
    """Write all that a zip holds in one transaction; return how many rows of each file.

    `step` is told how many fact rows went in since it was last called. Raises Conflict where there is
    data already, Invalid for a file that is damaged or breaks a rule; then nothing has been written.
    """
    try:
        with ZipFile(path) as packed:
            counts = _checked(packed)
            with database.write() as session:
                _require_empty(session)
                _write(session, packed, today, step)
    except (BadZipFile, csv.Error, ValueError):
        raise Invalid.one("file", NOT_OURS) from None
    return counts


def restore(path: Path) -> None:
    """Fill the database of the settings from a zip, with a progress bar."""
    with opened() as database, progress(rows_in(path), "import") as step:
        counts = import_everything(database, path, load().today(), step)
    click.echo(f"{path}: {sum(counts[kind] for kind in TABLES)} row(s) in an empty database", err=True)


def rows_in(path: Path) -> int:
    """Return how many fact rows a zip says to hold."""
    try:
        with ZipFile(path) as packed:
            files = _manifest(packed)["files"]
    except BadZipFile:
        raise Invalid.one("file", NOT_OURS) from None
    return sum(files[f"{kind}.csv"]["rows"] for kind in TABLES)


def _manifest(packed: ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(packed.read(MANIFEST))
        files = {
            name: {"rows": int(part["rows"]), "sha256": str(part["sha256"])} for name, part in manifest["files"].items()
        }
        ours = manifest["program"] == "luopan" and manifest["format"] <= FORMAT and _names() <= files.keys()
    except (KeyError, TypeError, ValueError, AttributeError):
        ours, files = False, {}
    if not ours:
        raise Invalid.one("file", NOT_OURS)
    return {**manifest, "files": files}


def _names() -> set[str]:
    return {f"{name}.csv" for name in ("units", "channels", "settings", "no-data", *TABLES)}


def _checked(packed: ZipFile) -> dict[str, int]:
    """Return how many rows each file has, all of them being whole."""
    files = _manifest(packed)["files"]
    for name in sorted(_names()):
        digest = hashlib.sha256()
        try:
            with packed.open(name) as entry:
                while piece := entry.read(1 << 20):
                    digest.update(piece)
        except KeyError:
            digest.update(b"missing")
        if digest.hexdigest() != files[name]["sha256"]:
            raise Invalid.one("file", DAMAGED.fill(name=name))
    return {name.removesuffix(".csv"): files[name]["rows"] for name in _names()}


def _require_empty(session: Session) -> None:
    known = known_channels.load(session).keys() - set(UNATTRIBUTED.values())
    if known or known_units.load_tree(session).nodes:
        raise Conflict(NOT_EMPTY)


def _write(session: Session, packed: ZipFile, today: date, step: Callable[[int], None]) -> None:
    """Write what is referred to first; what is inactive takes no facts, so it is switched off last."""
    master = {name: [line for _, line in _lines(packed, name)] for name in ("units", "channels")}
    for line in master["units"]:
        given = {"name": line["name"], "kind": line["kind"], "parent": line["parent"] or None}
        units.put(session, VIEWER, line["code"], UnitInput.model_validate(given))
    for line in master["channels"]:
        numbers = {name: int(line[name]) for name in ("color_slot", "position")}
        named = {"name": line["name"], "kind": line["kind"], **numbers}
        channels.put(session, VIEWER, line["code"], ChannelInput.model_validate(named))
    for _, line in _lines(packed, "settings"):
        settings.put(session, VIEWER, line["key"], line["value"])
    for _, line in _lines(packed, "no-data"):
        days.mark(session, VIEWER, line["unit"], date.fromisoformat(line["day"]), today, on=True)
    for table in TABLES.values():
        _put(session, packed, table, today, step)
    for line in master["channels"]:
        if line["active"] == "0":
            channels.put(session, VIEWER, line["code"], ChannelInput(active=False))
    for line in master["units"]:
        if line["active"] == "0":
            units.put(session, VIEWER, line["code"], UnitInput(active=False))


def _put(session: Session, packed: ZipFile, table: FactTable, today: date, step: Callable[[int], None]) -> None:
    def chunks() -> Iterator[list[FactInput]]:
        lines = _lines(packed, table.kind)
        while chunk := [_row(table, number, line) for number, line in islice(lines, CHUNK)]:
            yield chunk
            step(len(chunk))

    try:
        facts.put_all(session, VIEWER, table, chunks(), today)
    except Invalid as error:
        first = error.issues[0]
        place = first.field if first.row is None else f"{table.kind}.csv:{first.row + 2} {first.field}"
        raise Invalid([Issue(place, first.message)]) from None


def _row(table: FactTable, number: int, line: Line) -> FactInput:
    """Return a line as the row that it was; numbers of heads are integers, as in JSON."""
    values: dict[str, Any] = {name: text or None for name, text in line.items()}
    counts = [
        "day_n",
        *(measure.key for measure in table.measures if measure.unit is Unit.COUNT and table is not TARGETS),
    ]
    for name in counts:
        if values.get(name) is not None:
            values[name] = int(values[name]) if values[name].isdecimal() else values[name]
    try:
        return ROWS[table.kind].model_validate(values)
    except ValidationError as error:
        issue = issues(error.errors())[0]
        raise Invalid([Issue(issue.field, issue.message, number)]) from None


def _lines(packed: ZipFile, name: str) -> Iterator[tuple[int, Line]]:
    """Yield the lines of a file by their heads, numbered from 0."""
    with packed.open(f"{name}.csv") as entry, TextIOWrapper(entry, encoding="utf-8-sig", newline="") as text:
        for number, line in enumerate(csv.DictReader(text, strict=True)):
            yield number, {head: unguarded(cell) for head, cell in line.items()}
