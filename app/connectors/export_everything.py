"""All numbers of an installation in one zip: csv files that another, empty installation can be filled from.

Units, channels, settings, days without data and the six fact tables; not people, tokens and the history.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from io import RawIOBase, TextIOWrapper
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import __version__
from app.connectors.export import KINDS, Kind
from app.connectors.export_csv import text
from app.domain.facts import TABLES, TARGETS, FactTable
from app.domain.number import plain
from app.domain.roles import SYSTEM
from app.domain.tree import Tree, UnitNode
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.models import NoDataDay, Setting
from app.queries import channels, facts, units

FORMAT = 1
"""Raised when older versions could not read the files any more."""
MANIFEST = "manifest.json"
UNITS = ("code", "name", "kind", "parent", "active")
CHANNELS = ("code", "name", "kind", "color_slot", "position", "active")
SETTINGS = ("key", "value")
NO_DATA = ("unit", "day")

Lines = Iterable[Sequence[str]]
Step = Callable[[int], None]


class _Hashed(RawIOBase):
    """A file being written, and the SHA-256 of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (any buffer)
        """Write bytes."""
        self.digest.update(data)
        return self._file.write(data)


def size(session: Session) -> int:
    """Return how many fact rows there are to be written."""
    tree = units.load_tree(session)
    return sum(facts.count(session, SYSTEM, tree, table, facts.Filter()) for table in TABLES.values())


def write(session: Session, file: IO[bytes], now: datetime, step: Step) -> None:
    """Write everything into a binary file; `step` is told how many rows went out since it was last called."""
    tree = units.load_tree(session)
    known = channels.load(session)
    codes = facts.Codes(tree, known)
    parts: dict[str, tuple[Sequence[str], Lines]] = {
        "units": (UNITS, (_unit(tree, node) for node in _parents_first(tree))),
        "channels": (CHANNELS, ([_cell(getattr(row, name)) for name in CHANNELS] for row in known.values())),
        "settings": (SETTINGS, (list(map(_cell, row)) for row in session.execute(select(Setting.key, Setting.value)))),
        "no-data": (NO_DATA, _marks(session, tree)),
    }
    for table in TABLES.values():
        names = (*table.key, *(measure.key for measure in table.measures))
        parts[table.kind] = names, _rows(session, tree, codes, table, step)
    about = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for name, (heads, lines) in parts.items():
            with packed.open(f"{name}.csv", "w", force_zip64=True) as entry:
                about[f"{name}.csv"] = _table(entry, heads, lines)
        manifest = {"program": "luopan", "format": FORMAT, "version": __version__, "made": now.isoformat()}
        packed.writestr(MANIFEST, json.dumps({**manifest, "files": about}, indent=1, ensure_ascii=False))


def _table(file: IO[bytes], heads: Sequence[str], lines: Lines) -> dict[str, Any]:
    """Write one csv file; return how many rows it has and its hash."""
    hashed, count = _Hashed(file), 0
    with TextIOWrapper(hashed, encoding="utf-8-sig", newline="") as written:  # type: ignore[type-var]
        writer = csv.writer(written, lineterminator="\r\n")
        writer.writerow(heads)
        for line in lines:
            writer.writerow(line)
            count += 1
    return {"rows": count, "sha256": hashed.digest.hexdigest()}


def _cell(value: str | float | None) -> str:
    """Return a value of the master data; true and false are 1 and 0."""
    return text(value, Kind.TEXT) if isinstance(value, str) else "" if value is None else str(int(value))


def _parents_first(tree: Tree) -> Iterator[UnitNode]:
    for root in tree.children.get(None, ()):
        yield from tree.subtree(root.id)


def _unit(tree: Tree, node: UnitNode) -> list[str]:
    parent = None if node.parent_id is None else tree.nodes[node.parent_id].code
    return [_cell(value) for value in (node.code, node.name, node.kind, parent, node.active)]


def _marks(session: Session, tree: Tree) -> Lines:
    query = select(NoDataDay.unit_id, NoDataDay.day).order_by(NoDataDay.day, NoDataDay.unit_id)
    return ([tree.nodes[unit_id].code, day.isoformat()] for unit_id, day in session.execute(query))


def _rows(session: Session, tree: Tree, codes: facts.Codes, table: FactTable, step: Step) -> Lines:
    kinds = {measure.key: KINDS[measure.unit] for measure in table.measures}
    for page in facts.pages(session, SYSTEM, tree, table, facts.Filter()):
        for row in page:
            record = codes.record(table, row)
            if table is TARGETS:
                metric = CATALOG[row.metric]
                record["value"], kinds["value"] = plain(from_steps(metric, row.value), metric.unit), KINDS[metric.unit]
            key = [_key(record[name]) for name in table.key]
            yield [*key, *(text(record[name], kind) for name, kind in kinds.items())]
        step(len(page))


def _key(value: str | int | date | None) -> str:
    return "" if value is None else str(value)
