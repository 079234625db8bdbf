"""Writing facts: one way for all six tables, all rows or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid, Issue
from app.domain.facts import TARGETS, FactTable
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.facts import FactInput
from app.models import OrgUnit
from app.queries import channels, units, version
from app.queries.facts import table_of
from app.store import cohorts, history, rules
from app.store.keys import Key, Resolver, columns, key_of
from app.store.version import bump

CHUNK = 500
"""Keys per query: small enough for every database's limit on parameters."""

Values = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did, and the data version after it."""

    inserted: int
    updated: int
    unchanged: int
    version: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal did, and the data version after it."""

    deleted: int
    missing: int
    version: int


@dataclass(frozen=True, slots=True)
class Write:
    """One row of a write: its place in the request, its key, what is stored, and the merged values."""

    index: int
    key: Key
    stored: Any
    values: Values


def put(session: Session, viewer: Viewer, table: FactTable, rows: Sequence[FactInput], today: date) -> Written:
    """Insert or overwrite rows by their key.

    Raises Forbidden, Invalid (every broken rule, with its row) or Conflict (a stale revision);
    then nothing has been written.
    """
    resolver, keys = _resolve(session, viewer, table, rows)
    _refuse_doubles(table, keys)
    stored = _stored(session, table, keys)
    _check_revisions(rows, keys, stored)
    writes = [
        Write(index, key, stored.get(key), _merged(table, row, stored.get(key)))
        for index, (row, key) in enumerate(zip(rows, keys, strict=True))
    ]
    _check(session, resolver, writes, today)
    return _write(session, viewer, resolver, writes)


def remove(session: Session, viewer: Viewer, table: FactTable, rows: Sequence[FactInput]) -> Removed:
    """Remove rows by their key; an unknown key is no error, and the history keeps what was there."""
    resolver, keys = _resolve(session, viewer, table, rows)
    stored = _stored(session, table, keys)
    missing = len(set(keys)) - len(stored)
    if not stored:
        return Removed(0, missing, version.current(session))
    sql = table_of(table)
    ids = [row.id for row in stored.values()]
    for start in range(0, len(ids), CHUNK):
        session.execute(delete(sql).where(sql.c.id.in_(ids[start : start + CHUNK])))
    changes = (
        history.Changed(key.unit_id, key.day, resolver.named(key), _values(table, row), None)
        for key, row in stored.items()
    )
    history.record(session, viewer, table.kind, changes)
    return Removed(len(stored), missing, bump(session))


def _resolve(
    session: Session, viewer: Viewer, table: FactTable, rows: Sequence[FactInput]
) -> tuple[Resolver, list[Key]]:
    """Check permission, turn codes into ids, and lock the units so that their facts stand still."""
    tree = units.load_tree(session)
    action = Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS
    unit_ids = sorted(tree.by_code[code].id for code in {row.unit for row in rows} & tree.by_code.keys())
    for unit_id in unit_ids:
        viewer.require(action, tree.lineage(unit_id))
    resolver = Resolver(table, tree, channels.load(session))
    keys = resolver.keys(rows)
    for start in range(0, len(unit_ids), CHUNK):
        chunk = unit_ids[start : start + CHUNK]
        session.execute(select(OrgUnit.id).where(OrgUnit.id.in_(chunk)).order_by(OrgUnit.id).with_for_update()).all()
    return resolver, keys


def _refuse_doubles(table: FactTable, keys: Sequence[Key]) -> None:
    first: dict[Key, int] = {}
    issues = []
    for index, key in enumerate(keys):
        if key in first:
            message = Text("与第 {row} 行是同一条数据", "has the same key as row {row}")
            issues.append(Issue(table.day_key, message.fill(row=first[key]), index))
        first.setdefault(key, index)
    if issues:
        raise Invalid(issues)


def _stored(session: Session, table: FactTable, keys: Sequence[Key]) -> dict[Key, Any]:
    """Return the database rows that have these keys."""
    sql = table_of(table)
    place = tuple_(sql.c.unit_id, sql.c[table.day_key], *(sql.c[name] for name in columns(table)))
    found: dict[Key, Any] = {}
    for start in range(0, len(keys), CHUNK):
        wanted = [key.flat for key in keys[start : start + CHUNK]]
        found.update({key_of(table, row): row for row in session.execute(select(sql).where(place.in_(wanted)))})
    return found


def _check_revisions(rows: Sequence[FactInput], keys: Sequence[Key], stored: dict[Key, Any]) -> None:
    conflicts: list[dict[str, object]] = []
    for index, (row, key) in enumerate(zip(rows, keys, strict=True)):
        asked = getattr(row, "revision", None)
        actual = stored[key].revision if key in stored else 0
        if asked is not None and asked != actual:
            conflicts.append({"row": index, "stored": actual})
    if conflicts:
        message = Text("数据已被他人修改，请先查看最新值", "The stored row has changed since it was read")
        raise Conflict(message, conflicts)


def _values(table: FactTable, row: Any) -> Values:  # noqa: ANN401 (a row of a table known at run time)
    return {measure.key: getattr(row, measure.key) for measure in table.measures}


def _merged(table: FactTable, row: FactInput, stored: Any) -> Values:  # noqa: ANN401 (a database row or None)
    values: Values = {measure.key: None for measure in table.measures} if stored is None else _values(table, stored)
    given = row.model_fields_set
    values.update({key: Resolver.measure(row, key) for key in values if key in given})
    return values


def _check(session: Session, resolver: Resolver, writes: Sequence[Write], today: date) -> None:
    """Refuse what breaks a rule on the merged result."""
    table = resolver.table
    others = cohorts.counterparts(session, table, [write.key for write in writes])
    issues: list[Issue] = []
    for write in writes:
        merged = rules.Merged(write.index, write.key.day, write.key.dims, write.values)
        issues += rules.of_row(table, merged, today)
        issues += rules.retained_within_adds(table, merged, others.get(write.key))
        if write.stored is None:
            issues += resolver.closed(write.key, write.index)
    if issues:
        raise Invalid(issues)


def _write(session: Session, viewer: Viewer, resolver: Resolver, writes: Sequence[Write]) -> Written:
    table, sql, now = resolver.table, table_of(resolver.table), datetime.now(UTC)
    inserts: list[dict[str, Any]] = []
    updates: list[dict[str, Any]] = []
    changes: list[history.Changed] = []
    for write in writes:
        before = None if write.stored is None else _values(table, write.stored)
        if before == write.values:
            continue
        if write.stored is None:
            inserts.append({**resolver.row(write.key), **write.values, "revision": 1, "updated_at": now})
        else:
            revision = write.stored.revision + 1
            updates.append({**write.values, "row_id": write.stored.id, "revision": revision, "updated_at": now})
        named = resolver.named(write.key)
        changes.append(history.Changed(write.key.unit_id, write.key.day, named, before, write.values))
    if not changes:
        return Written(0, 0, len(writes), version.current(session))
    connection = session.connection()
    if inserts:
        connection.execute(insert(sql), inserts)
    if updates:
        connection.execute(update(sql).where(sql.c.id == bindparam("row_id")), updates)
    history.record(session, viewer, table.kind, changes)
    return Written(len(inserts), len(updates), len(writes) - len(changes), bump(session))
