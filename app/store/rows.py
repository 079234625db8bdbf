"""Rows on their way into a fact table: checked on what they would become, written, and noted in the history."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.domain.errors import Invalid, Issue
from app.domain.facts import RETENTION, FactTable
from app.inputs.facts import FactInput
from app.models import OrgUnit
from app.observe import tally
from app.queries import channels, closings, units
from app.queries.facts import table_of
from app.store import cohorts, history, rules
from app.store.bulk import insert_rows, plain
from app.store.keys import Key, Resolver, columns, key_of
from app.store.near import near

CHUNK = 500
"""Keys per query: small enough for every database's limit on parameters."""

Values = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Write:
    """One row of a write: its place in the request, its key, what is stored, and the values it gets.

    `values` None removes the row.
    """

    index: int
    key: Key
    stored: Any
    values: Values | None

    def before(self, table: FactTable) -> Values | None:
        """Return the stored values; None where there is no row yet."""
        return None if self.stored is None else values_of(table, self.stored)


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a write put in, changed and took out."""

    inserted: int
    updated: int
    deleted: int


def values_of(table: FactTable, row: Any) -> Values:  # noqa: ANN401 (a row of a table known at run time)
    """Return the measures of a database row."""
    return {measure.key: getattr(row, measure.key) for measure in table.measures}


def merged(table: FactTable, row: FactInput, stored: Any) -> Values:  # noqa: ANN401 (a database row or None)
    """Return what a row makes of the stored values: what it leaves out stays."""
    blank: Values = {measure.key: None for measure in table.measures}
    values = blank if stored is None else values_of(table, stored)
    given = row.model_fields_set
    return values | {key: Resolver.measure(row, key) for key in values if key in given}


def lock_units(session: Session, resolver: Resolver, unit_ids: Iterable[int]) -> None:
    """Lock units in the order of their ids, so that their facts stand still and no two writers block each other.

    Whoever changes the organisation locks all units: they are read again, and the channels, and stay from here on.
    """
    ids = sorted(set(unit_ids))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        session.execute(select(OrgUnit.id).where(OrgUnit.id.in_(chunk)).order_by(OrgUnit.id).with_for_update()).all()
    resolver.renew(units.load_tree(session), channels.load(session))


def stored(session: Session, table: FactTable, keys: Sequence[Key]) -> dict[Key, Any]:
    """Return the database rows that have these keys."""
    sql, wanted = table_of(table), set(keys)
    place = (sql.c.unit_id, sql.c[table.day_key], *(sql.c[name] for name in columns(table)))
    found: dict[Key, Any] = {}
    for start in range(0, len(keys), CHUNK):
        some = [key.flat for key in keys[start : start + CHUNK]]
        rows = ((key_of(table, row), row) for row in session.execute(select(sql).where(near(place, some))))
        found.update({key: row for key, row in rows if key in wanted})
    return found


def check(session: Session, resolver: Resolver, writes: Sequence[Write], today: date, *, new: bool = True) -> None:
    """Refuse what breaks a rule on the merged result: Invalid, or Closed for a closed month.

    `new` False leaves out that inactive units and channels take no new rows: what is put back is not new.
    """
    table = resolver.table
    kept = [write for write in writes if write.values is not None]
    others = cohorts.counterparts(session, table, [write.key for write in kept])
    issues: list[Issue] = []
    for write in kept:
        merged = rules.Merged(write.index, write.key.day, write.key.dims, write.values or {})
        issues += rules.of_row(table, merged, today)
        issues += rules.retained_within_adds(table, merged, others.get(write.key))
        if new and write.stored is None:
            issues += resolver.closed(write.key, write.index)
    if issues:
        raise Invalid(issues)
    _refuse_closed(session, table, writes)


def _refuse_closed(session: Session, table: FactTable, writes: Sequence[Write]) -> None:
    """Refuse a change in a closed month; the same values once more change nothing."""
    closed = closings.load(session)
    if not closed:
        return
    for write in writes:
        day_n = int(write.key.dims[1]) if table is RETENTION else 0
        closing = closings.of_day(closed, table, write.key.day, day_n)
        if closing is not None and write.before(table) != write.values:
            raise closing.refusal()


def write(session: Session, resolver: Resolver, changed: Sequence[Write], log: history.Log, *, unchanged: int) -> Count:
    """Insert, update and delete rows that become something else than they are; `unchanged` is only counted."""
    table, sql, now = resolver.table, table_of(resolver.table), datetime.now(UTC)
    measures = [measure.key for measure in table.measures]
    inserts: list[tuple[Any, ...]] = []
    updates: list[dict[str, Any]] = []
    deletes: list[int] = []
    changes: list[history.Changed] = []
    for item in changed:
        if item.values is None:
            deletes.append(item.stored.id)
        elif item.stored is None:
            values = (item.values[name] for name in measures)
            inserts.append((*resolver.place(item.key), *values, 1, now))
        else:
            revision = item.stored.revision + 1
            updates.append({**item.values, "row_id": item.stored.id, "revision": revision, "updated_at": now})
        named = resolver.named(item.key)
        changes.append(history.Changed(item.key.unit_id, item.key.day, named, item.before(table), item.values))
    connection = session.connection()
    if inserts:
        names = (*resolver.columns, *measures, "revision", "updated_at")
        insert_rows(connection, plain(sql), names, inserts)
    if updates:
        connection.execute(update(sql).where(sql.c.id == bindparam("row_id")), updates)
    for start in range(0, len(deletes), CHUNK):
        connection.execute(delete(sql).where(sql.c.id.in_(deletes[start : start + CHUNK])))
    log.add(changes)
    count = Count(len(inserts), len(updates), len(deletes))
    tally.note(connection.info, table.kind, **asdict(count), unchanged=unchanged)
    return count
