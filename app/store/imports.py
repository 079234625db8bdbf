"""Importing a file: its rows weighed against what is stored, then shown, or written as one batch."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid, Issue
from app.domain.facts import FactTable
from app.domain.roles import Viewer
from app.domain.text import Text
from app.inputs.imports import Chunk, Parsed
from app.store.batch import Batch
from app.store.keys import Resolver
from app.store.weigh import Weighed, Weigher

ORIGIN = "file"
LISTED = 100
"""Rows with problems that a refusal lists."""
STALE = Text("预览之后数据有变化，请重新预览", "The data has changed since the preview; look at it again")

See = Callable[[int], None]
"""Told how many rows of the file are done; what it raises ends the import."""


@dataclass(slots=True)
class Tally:
    """What an import does, counted: facts that are new, changed or the same, and rows with problems."""

    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    totals: dict[str, int] = field(default_factory=dict)

    def add(self, weighed: Weighed) -> None:
        """Count one fact."""
        setattr(self, weighed.state, getattr(self, weighed.state) + 1)
        given = weighed.fact.model_fields_set
        for key, value in weighed.after.items():
            if value is not None and key in given:
                self.totals[key] = self.totals.get(key, 0) + value


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written: the tally, the rows left out, and the batch of the history (None: nothing changed)."""

    tally: Tally
    left_out: int
    batch: int | None


class Preview:
    """What importing a file would do; `shown` holds the first facts of each state, `name` gives their keys."""

    def __init__(self, resolver: Resolver, limit: int) -> None:
        self.tally = Tally()
        self._resolver = resolver
        self.shown: dict[str, list[Weighed]] = {"new": [], "changed": [], "same": []}
        self.bad: list[Parsed] = []
        self.fingerprint = ""
        self._limit = limit

    def name(self, weighed: Weighed) -> dict[str, Any]:
        """Return the key of a fact in codes."""
        return self._resolver.named(weighed.write.key)

    def add(self, weighed: Weighed) -> None:
        """Take in one fact."""
        self.tally.add(weighed)
        if len(self.shown[weighed.state]) < self._limit:
            self.shown[weighed.state].append(weighed)

    def refuse(self, row: Parsed) -> None:
        """Take in one row with problems."""
        self.tally.bad += 1
        if len(self.bad) < self._limit:
            self.bad.append(row)


def preview(
    session: Session, viewer: Viewer, table: FactTable, chunks: Iterable[Chunk], today: date, limit: int, see: See
) -> Preview:
    """Say what writing these rows would do; nothing is written."""
    weigher = Weigher(session, viewer, table, today)
    found = Preview(weigher.resolver, limit)
    for chunk in chunks:
        good, bad = weigher.weigh(chunk)
        for weighed in good:
            found.add(weighed)
        for row in bad:
            found.refuse(row)
        see(chunk[-1].row)
    found.fingerprint = weigher.fingerprint
    return found


def bad_rows(
    session: Session, viewer: Viewer, table: FactTable, chunks: Iterable[Chunk], today: date
) -> Iterator[Parsed]:
    """Yield every row with problems."""
    weigher = Weigher(session, viewer, table, today)
    for chunk in chunks:
        yield from weigher.weigh(chunk)[1]


def write(
    session: Session,
    viewer: Viewer,
    table: FactTable,
    chunks: Iterable[Chunk],
    today: date,
    see: See,
    *,
    fingerprint: str | None = None,
    skip_bad: bool = False,
    reason: str | None = None,
) -> Imported:
    """Write the rows as one batch, all or none.

    Raises Conflict when the stored rows are not those of the preview that had this fingerprint; where
    rows with problems were not to be skipped, Closed for a closed month, else Invalid.
    """
    weigher, tally = Weigher(session, viewer, table, today, lock=True), Tally()
    batch = Batch(session, replace(viewer, origin=ORIGIN), weigher.resolver, reason)
    refused: list[Parsed] = []
    for chunk in chunks:
        good, bad = weigher.weigh(chunk)
        tally.bad += len(bad)
        refused.extend(bad[: max(0, LISTED - len(refused))])
        for weighed in good:
            tally.add(weighed)
        if skip_bad or not refused:
            batch.write([weighed.write for weighed in good])
        see(chunk[-1].row)
    if fingerprint is not None and weigher.fingerprint != fingerprint:
        raise Conflict(STALE)
    if weigher.closing is not None and not skip_bad:
        raise weigher.closing.refusal()
    if refused and not skip_bad:
        problems = ((row.row, problem) for row in refused for problem in row.problems)
        raise Invalid([Issue(problem.column, problem.message, row) for row, problem in problems])
    batch.close()
    return Imported(tally, tally.bad, batch.id)
