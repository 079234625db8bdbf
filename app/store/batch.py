"""One write of one table: its rows, their history, and what follows from them in the rollups.

Every write path passes here: a page's form, REST, files, undo, the demo.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.domain.facts import FRIENDS, RETENTION, STOCK_COUNTS, FactTable
from app.domain.roles import Viewer
from app.domain.rollups import BY_FACTS, COHORT_SUMS, FRIENDS_SUMS
from app.queries import steps, version
from app.store import cohorts, rows
from app.store.history import Log
from app.store.keys import Resolver
from app.store.rollups import reporting, stock
from app.store.rollups.deltas import Deltas, Numbers
from app.store.rows import Count, Values, Write
from app.store.version import bump

Place = tuple[int, date]
"""A unit and a day."""


class Batch:
    """A write in the transaction of a session; it ends with `close`, which must come last.

    Raises nothing itself: rows are checked before they come here.
    """

    def __init__(self, session: Session, viewer: Viewer, resolver: Resolver, reason: str | None = None) -> None:
        self._session, self._resolver, self._table = session, resolver, resolver.table
        self._log = Log(session, viewer, self._table.kind, reason)
        self._deltas = Deltas()
        self._moved: set[Place] = set()
        """Where adds, losses or a stock count changed."""
        self._gone: dict[Place, Numbers] = {}
        """Steps of the stock counts that were removed."""
        self._reported: set[Place] = set()
        """Where a friends row was put in or taken out."""
        self._added: dict[int, date] = {}
        self._removed: dict[int, date] = {}

    @property
    def id(self) -> int | None:
        """The batch of the history; None as long as nothing changed."""
        return self._log.batch_id

    def write(self, writes: Sequence[Write]) -> Count:
        """Insert, update and delete rows; those that stay as they are cost nothing and leave no trace."""
        changed = [write for write in writes if write.before(self._table) != write.values]
        self._roll(changed)
        return rows.write(self._session, self._resolver, changed, self._log, unchanged=len(writes) - len(changed))

    def close(self) -> int:
        """Bring the rollups up to what was written, and return the data version after it."""
        if self.id is None:
            return version.current(self._session)
        session, tree = self._session, self._resolver.tree
        if self._moved:
            counts_changed = int(self._table is STOCK_COUNTS)
            stock.rebase(session, self._deltas, self._moved, self._gone, counts_changed)
        if self._added or self._removed:
            self._reported |= reporting.start(session, self._added, self._removed)
        reporting.settle(session, self._deltas, tree, self._reported)
        self._deltas.apply(session, tree)
        return bump(session)

    def _roll(self, writes: Sequence[Write]) -> None:
        """Note what changed rows contribute more or less."""
        table = self._table
        rollup = BY_FACTS.get(table.kind)
        adds = cohorts.counterparts(self._session, RETENTION, [w.key for w in writes]) if table is RETENTION else {}
        for write in writes:
            before, key = write.before(table), write.key
            self._note(write, before)
            if rollup is not None:
                place = (key.day, *key.dims)
                numbers = (_contributed(table, values, adds.get(key)) for values in (before, write.values))
                self._deltas.move(rollup, key.unit_id, place, *numbers)
        if table is FRIENDS:
            self._move_cohorts(writes)
        self._deltas.fold(self._resolver.tree)

    def _note(self, write: Write, before: Values | None) -> None:
        """Note what is to be looked at when all rows are written."""
        table, place, after = self._table, (write.key.unit_id, write.key.day), write.values
        if table is STOCK_COUNTS:
            self._moved.add(place)
            if after is None:
                self._gone[place] = [getattr(write.stored, name) for name in steps.MEASURES]
        elif table is FRIENDS and _flows(before) != _flows(after):
            self._moved.add(place)
        if (before is None) == (after is None) or table.day_key == "month":
            return
        firsts = self._added if before is None else self._removed
        firsts[place[0]] = min(firsts.get(place[0], place[1]), place[1])
        if table is FRIENDS:
            self._reported.add(place)

    def _move_cohorts(self, writes: Iterable[Write]) -> None:
        """Note what changed adds make of the cohorts that were counted again."""
        moved = {write.key: (_adds(write.before(FRIENDS)), _adds(write.values)) for write in writes}
        moved = {key: pair for key, pair in moved.items() if pair[0] != pair[1]}
        for cohort, day_n, retained in cohorts.counted(self._session, list(moved)):
            before, after = (_cohort(retained, adds) for adds in moved[cohort])
            self._deltas.move(COHORT_SUMS, cohort.unit_id, (cohort.day, *cohort.dims, day_n), before, after)


def _contributed(table: FactTable, values: Values | None, adds: int | None) -> Numbers | None:
    """Return what a row contributes to the rollup of its table, `adds` being those of its cohort."""
    if values is None:
        return None
    if table is RETENTION:
        return _cohort(values["retained"], adds)
    numbers = list(values.values())
    if BY_FACTS[table.kind] is FRIENDS_SUMS:
        numbers.append(values["adds"] if values["reach"] is not None else None)
    return numbers


def _cohort(retained: int | None, adds: int | None) -> Numbers:
    return (None, None) if retained is None or adds is None else (retained, adds)


def _flows(values: Values | None) -> tuple[int | None, int | None]:
    return (None, None) if values is None else (values["adds"], values["losses"])


def _adds(values: Values | None) -> int | None:
    return None if values is None else values["adds"]
