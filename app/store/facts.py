"""Writing facts: one way for all six tables, all rows or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid, Issue
from app.domain.facts import TARGETS, FactTable
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.facts import FactInput
from app.queries import channels, units
from app.store import rows as store
from app.store.batch import Batch
from app.store.keys import Key, Resolver
from app.store.rows import Write


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did, the data version after it, and its batch in the history (None: nothing changed)."""

    inserted: int
    updated: int
    unchanged: int
    version: int
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """What a removal did, and the data version after it."""

    deleted: int
    missing: int
    version: int


def put(
    session: Session,
    viewer: Viewer,
    table: FactTable,
    rows: Sequence[FactInput],
    today: date,
    *,
    reason: str | None = None,
) -> Written:
    """Insert or overwrite rows by their key.

    Raises Forbidden, Invalid (every broken rule, with its row), Conflict (a stale revision) or
    Closed; then nothing has been written.
    """
    return put_all(session, viewer, table, [rows], today, reason=reason)


def put_all(
    session: Session,
    viewer: Viewer,
    table: FactTable,
    chunks: Iterable[Sequence[FactInput]],
    today: date,
    *,
    reason: str | None = None,
    unit_codes: Iterable[str] = (),
) -> Written:
    """Insert or overwrite the rows of many chunks as one batch; rows are counted through all of them.

    What raises inside of `chunks` ends the write, and nothing of it stays. `unit_codes` names the
    units of all chunks where they are known, so that they are locked in one order at the start.
    Raises as `put` does, for the first chunk that is refused.
    """
    resolver = Resolver(table, units.load_tree(session), channels.load(session))
    store.lock_units(session, resolver, _permitted(resolver, viewer, unit_codes))
    batch, seen = Batch(session, viewer, resolver, reason), dict[Key, int]()
    inserted = updated = offset = 0
    for rows in chunks:
        try:
            keys = _resolve(session, viewer, resolver, rows)
            _refuse_doubles(table, keys, seen, offset)
            stored = store.stored(session, table, keys)
            _check_revisions(rows, keys, stored, offset)
            writes = [
                Write(index, key, stored.get(key), store.merged(table, row, stored.get(key)))
                for index, (row, key) in enumerate(zip(rows, keys, strict=True))
            ]
            store.check(session, resolver, writes, today)
        except Invalid as error:
            raise _moved(error, offset) from None
        count = batch.write(writes)
        inserted, updated, offset = inserted + count.inserted, updated + count.updated, offset + len(rows)
    after = batch.close()
    return Written(inserted, updated, offset - inserted - updated, after, batch.id)


def remove(
    session: Session, viewer: Viewer, table: FactTable, rows: Sequence[FactInput], *, reason: str | None = None
) -> Removed:
    """Remove rows by their key; an unknown key is no error, and the history keeps what was there."""
    resolver = Resolver(table, units.load_tree(session), channels.load(session))
    keys = _resolve(session, viewer, resolver, rows)
    stored = store.stored(session, table, keys)
    writes = [Write(index, key, row, None) for index, (key, row) in enumerate(stored.items())]
    store.check(session, resolver, writes, date.max)
    batch = Batch(session, viewer, resolver, reason)
    deleted = batch.write(writes).deleted
    return Removed(deleted, len(set(keys)) - deleted, batch.close())


def _resolve(session: Session, viewer: Viewer, resolver: Resolver, rows: Sequence[FactInput]) -> list[Key]:
    """Check permission, turn codes into ids, and lock the units so that their facts stand still."""
    codes = {row.unit for row in rows}
    unit_ids = _permitted(resolver, viewer, codes)
    keys, before = resolver.keys(rows), (resolver.tree, resolver.channels)
    store.lock_units(session, resolver, unit_ids)
    if (resolver.tree, resolver.channels) != before:
        # A unit was moved or a channel changed, until the lock was there.
        _permitted(resolver, viewer, codes)
        keys = resolver.keys(rows)
    return keys


def _permitted(resolver: Resolver, viewer: Viewer, unit_codes: Iterable[str]) -> list[int]:
    """Return the ids of the units that exist; Forbidden where the viewer may not write."""
    tree = resolver.tree
    action = Action.WRITE_TARGETS if resolver.table is TARGETS else Action.WRITE_FACTS
    unit_ids = sorted(tree.by_code[code].id for code in set(unit_codes) & tree.by_code.keys())
    for unit_id in unit_ids:
        viewer.require(action, tree.lineage(unit_id))
    return unit_ids


def _refuse_doubles(table: FactTable, keys: Sequence[Key], first: dict[Key, int], offset: int) -> None:
    """Refuse a key that came before; `first` holds where each was met, counted through all chunks."""
    issues = []
    for index, key in enumerate(keys):
        if key in first:
            message = Text("与第 {row} 行是同一条数据", "has the same key as row {row}")
            issues.append(Issue(table.day_key, message.fill(row=first[key]), index))
        first.setdefault(key, offset + index)
    if issues:
        raise Invalid(issues)


def _check_revisions(rows: Sequence[FactInput], keys: Sequence[Key], stored: dict[Key, Any], offset: int) -> None:
    conflicts: list[dict[str, object]] = []
    for index, (row, key) in enumerate(zip(rows, keys, strict=True)):
        asked = getattr(row, "revision", None)
        actual = stored[key].revision if key in stored else 0
        if asked is not None and asked != actual:
            conflicts.append({"row": offset + index, "stored": actual})
    if conflicts:
        message = Text("数据已被他人修改，请先查看最新值", "The stored row has changed since it was read")
        raise Conflict(message, conflicts)


def _moved(error: Invalid, offset: int) -> Invalid:
    """Return a refusal with its rows counted through all chunks."""
    return Invalid(
        [Issue(issue.field, issue.message, None if issue.row is None else issue.row + offset) for issue in error.issues]
    )
