"""Rows of a file on the scales: what each would do to what is stored, or why it cannot be written."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.domain.errors import Invalid, Issue
from app.domain.facts import RETENTION, STOCK_COUNTS, TARGETS, FactTable
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.facts import FactInput
from app.inputs.imports import Chunk, Parsed, Problem
from app.queries import channels, closings, units
from app.store import rows as store
from app.store.counts import Carried
from app.store.keys import Key, Resolver
from app.store.rows import Values, Write

State = Literal["new", "changed", "same"]
DOUBLE = Text("与第 {row} 行是同一条数据", "has the same key as row {row}")


@dataclass(frozen=True, slots=True)
class Weighed:
    """One fact of a file: its row there, and what writing it would do."""

    row: int
    fact: FactInput
    write: Write
    before: Values | None
    after: Values

    @property
    def state(self) -> State:
        """What writing it would do."""
        if self.before is None:
            return "new"
        return "same" if self.before == self.after else "changed"


class Weigher:
    """Weighs the rows of one file, chunk by chunk; it remembers the keys, so that none comes twice.

    Before a write it locks the units of each chunk. Forbidden where the viewer may not write.
    """

    def __init__(self, session: Session, viewer: Viewer, table: FactTable, today: date, *, lock: bool = False) -> None:
        self._session, self._viewer, self._table, self._today = session, viewer, table, today
        self._lock = lock
        self._permitted: set[int] = set()
        self.resolver = Resolver(table, units.load_tree(session), channels.load(session))
        self._closed = closings.load(session)
        self.closing: closings.Closing | None = None
        """The closed month that the first such row falls into."""
        # Days as numbers below the rest of the key: a million keys of their own would take 300 MB.
        self._seen: dict[tuple[Any, ...], dict[int, int]] = {}
        self._counts = Carried(session)
        self._hash = sha256()

    @property
    def fingerprint(self) -> str:
        """A hash over the keys and stored revisions of all good rows so far."""
        return self._hash.hexdigest()

    def weigh(self, chunk: Chunk) -> tuple[list[Weighed], list[Parsed]]:
        """Return the facts that can be written, and the rows that cannot."""
        scale = _Scale(chunk)
        keys = self._keys(scale)
        stored = store.stored(self._session, self._table, list(keys.values()))
        writes = [
            Write(index, key, stored.get(key), self._values(key, scale.fact(index), stored.get(key)))
            for index, key in keys.items()
        ]
        open_ = [write for write in writes if not self._is_closed(scale, write)]
        try:
            store.check(self._session, self.resolver, open_, self._today)
        except Invalid as error:
            scale.refuse(error)
        good = [write for write in open_ if not scale.is_bad(write.index)]
        for write in good:
            revision = write.stored.revision if write.stored else 0
            self._hash.update(repr((write.key.flat, revision)).encode())
        return [self._weighed(scale, write) for write in good], scale.bad()

    def _values(self, key: Key, fact: FactInput, stored: Any) -> Values:  # noqa: ANN401 (a database row or None)
        values = store.merged(self._table, fact, stored)
        if self._table is STOCK_COUNTS:
            return self._counts.completed(key.unit_id, key.day, values)
        return values

    def _keys(self, scale: "_Scale") -> dict[int, Key]:
        """Return the keys of the facts that have one; whoever has none, or one of another row, is bad."""
        facts = dict(scale.good())
        try:
            found = self.resolver.keys(list(facts.values()))
        except Invalid as error:
            order = list(facts)
            scale.refuse(Invalid([_at(issue, order[issue.row or 0]) for issue in error.issues]))
            facts = dict(scale.good())
            found = self.resolver.keys(list(facts.values()))
        before = self.resolver.channels
        self._permit({key.unit_id for key in found})
        if self.resolver.channels != before:
            return self._keys(scale)  # they changed until the lock was there
        for index, key in zip(facts, found, strict=True):
            days = self._seen.setdefault((key.unit_id, *key.dims), {})
            first = days.setdefault(key.day.toordinal(), scale.row(index))
            if first != scale.row(index) or scale.repeats(key):
                scale.refuse(Invalid.one("", DOUBLE.fill(row=first), index))
        return {index: key for index, key in zip(facts, found, strict=True) if not scale.is_bad(index)}

    def _permit(self, unit_ids: set[int]) -> None:
        """Refuse units that the viewer may not write, and lock the others so that their facts stand still."""
        action = Action.WRITE_TARGETS if self._table is TARGETS else Action.WRITE_FACTS
        for unit_id in unit_ids - self._permitted:
            self._viewer.require(action, self.resolver.tree.lineage(unit_id))
        if self._lock and unit_ids - self._permitted:
            store.lock_units(self._session, self.resolver, unit_ids - self._permitted)
        self._permitted |= unit_ids

    def _is_closed(self, scale: "_Scale", write: Write) -> bool:
        """Refuse a change in a closed month; the same values once more change nothing."""
        if not self._closed:
            return False
        day_n = int(write.key.dims[1]) if self._table is RETENTION else 0
        closing = closings.of_day(self._closed, self._table, write.key.day, day_n)
        if closing is None or write.before(self._table) == write.values:
            return False
        self.closing = self.closing or closing
        scale.refuse(Invalid.one(self._table.day_key, closing.text, write.index))
        return True

    def _weighed(self, scale: "_Scale", write: Write) -> Weighed:
        before = write.before(self._table)
        return Weighed(scale.row(write.index), scale.fact(write.index), write, before, write.values or {})


class _Scale:
    """The facts of one chunk by a running number, and the problems of its rows."""

    def __init__(self, chunk: Chunk) -> None:
        self._facts = [
            (parsed.row, fact, columns)
            for parsed in chunk
            for fact, columns in zip(parsed.facts, parsed.columns, strict=True)
        ]
        self._problems: dict[int, list[Problem]] = {
            parsed.row: list(parsed.problems) for parsed in chunk if parsed.problems
        }
        self._keys: set[Key] = set()

    def row(self, index: int) -> int:
        return self._facts[index][0]

    def fact(self, index: int) -> FactInput:
        return self._facts[index][1]

    def good(self) -> list[tuple[int, FactInput]]:
        return [(index, fact) for index, (row, fact, _) in enumerate(self._facts) if row not in self._problems]

    def is_bad(self, index: int) -> bool:
        return self.row(index) in self._problems

    def repeats(self, key: Key) -> bool:
        """Say whether a key has come before in this chunk."""
        known = key in self._keys
        self._keys.add(key)
        return known

    def refuse(self, error: Invalid) -> None:
        for issue in error.issues:
            row, _, columns = self._facts[issue.row or 0]
            problem = Problem(columns.get(issue.field, ""), issue.message)
            known = self._problems.setdefault(row, [])
            # The facts of a wide row share its day: what is wrong with it is said once.
            if problem not in known:
                known.append(problem)

    def bad(self) -> list[Parsed]:
        return [Parsed(row, problems=tuple(problems)) for row, problems in sorted(self._problems.items())]


def _at(issue: Issue, index: int) -> Issue:
    return Issue(issue.field, issue.message, index)
