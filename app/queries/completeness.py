"""Which numbers of a day are there, which are missing (补填), and where nothing is expected.

A channel is expected of a unit from the day after it first had a row there, as long as both are
active and it had one in the five weeks before: a channel that fell out of use is not asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.facts import FRIENDS, PUSHES, SALES, FactTable
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.models import NoDataDay
from app.queries import channels
from app.queries.facts import table_of
from app.queries.readable import in_scope

EXPECTED = (FRIENDS, SALES, PUSHES)
"""What is entered every day; retention and stock counts are taken now and then."""
WINDOW = timedelta(days=35)

Place = tuple[int, date]
"""A unit and a day."""


class DayState(StrEnum):
    """How far a unit's day is filled."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"
    NO_DATA = "no_data"
    NONE = "none"

    @property
    def text(self) -> Text:
        """The word shown to people."""
        return _WORDS[self]


_WORDS = {
    DayState.COMPLETE: Text("已填", "complete"),
    DayState.PARTIAL: Text("部分已填", "partly filled"),
    DayState.MISSING: Text("未填", "missing"),
    DayState.NO_DATA: Text("当日无数据", "no data that day"),
    DayState.NONE: Text("无需填报", "nothing expected"),
}


@dataclass(frozen=True, slots=True)
class KindOfDay:
    """One kind of fact on one day: how many channels have a row, and which ones lack theirs (by code)."""

    present: int
    missing: tuple[str, ...] = ()

    @property
    def expected(self) -> int:
        """How many channels there are to be."""
        return self.present + len(self.missing)


@dataclass(frozen=True, slots=True)
class DayOf:
    """A unit's day: its state, and each expected kind of fact by its key."""

    state: DayState
    kinds: Mapping[str, KindOfDay]

    @property
    def missing(self) -> int:
        """How many rows are missing."""
        return 0 if self.state is DayState.NO_DATA else sum(len(kind.missing) for kind in self.kinds.values())


def of_days(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, days: Sequence[date], today: date
) -> dict[date, DayOf]:
    """Return how far each of a unit's days is filled; a day that is not over misses nothing yet."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    active = _active(session)
    marked = _marked(session, [unit_id], days)
    kinds: dict[date, dict[str, KindOfDay]] = {day: {} for day in days}
    for facts in EXPECTED:
        table, column = table_of(facts), _column(facts)
        query = select(table.c.day, table.c[column]).where(
            table.c.unit_id == unit_id, table.c.day.between(min(days) - WINDOW, max(days))
        )
        used = {(row[1], row[0]) for row in session.execute(query.distinct())}
        for day in days:
            lately = {channel for channel, at in used if day - WINDOW <= at < day and channel in active}
            present = {channel for channel, at in used if at == day}
            due = tree.nodes[unit_id].active and day < today
            missing = sorted(active[id_] for id_ in lately - present) if due else []
            kinds[day][facts.kind] = KindOfDay(len(present), tuple(missing))
    return {day: DayOf(_state(found, no_data=(unit_id, day) in marked), found) for day, found in kinds.items()}


def of_units(session: Session, viewer: Viewer, tree: Tree, unit_id: int, day: date) -> dict[int, DayOf]:
    """Return how far a day that is over is filled, for each active unit below `unit_id` that something is expected of.

    One statement per kind of fact, which reads the five weeks before.
    """
    viewer.require(Action.READ, tree.lineage(unit_id))
    active = _active(session)
    kinds: dict[int, dict[str, KindOfDay]] = {}
    for facts in EXPECTED:
        table, column = table_of(facts), _column(facts)
        query = select(table.c.unit_id, table.c[column], func.max(table.c.day)).where(
            table.c.day.between(day - WINDOW, day)
        )
        narrowed = in_scope(table.c.unit_id, tree, unit_id)
        query = query if narrowed is None else query.where(narrowed)
        latest: dict[int, dict[int, date]] = {}
        for unit, channel, last in session.execute(query.group_by(table.c.unit_id, table.c[column])):
            latest.setdefault(unit, {})[channel] = last
        for unit, by_channel in latest.items():
            present = sum(1 for last in by_channel.values() if last == day)
            missing = sorted(active[id_] for id_, last in by_channel.items() if last < day and id_ in active)
            if tree.nodes[unit].active:
                kinds.setdefault(unit, {})[facts.kind] = KindOfDay(present, tuple(missing))
    marked = _marked(session, kinds, [day])
    return {unit: DayOf(_state(found, no_data=(unit, day) in marked), found) for unit, found in sorted(kinds.items())}


def _column(facts: FactTable) -> str:
    """Return the column of the channel that rows are expected by: the source, or the touchpoint."""
    return facts.dims[0].column


def _active(session: Session) -> dict[int, str]:
    return {row.id: row.code for row in channels.load(session).values() if row.active}


def _marked(session: Session, unit_ids: Iterable[int], days: Sequence[date]) -> set[Place]:
    ids = sorted(unit_ids)
    query = select(NoDataDay.unit_id, NoDataDay.day).where(NoDataDay.day.between(min(days), max(days)))
    query = query.where(NoDataDay.unit_id == ids[0]) if len(ids) == 1 else query
    return {(row.unit_id, row.day) for row in session.execute(query)}


def _state(kinds: Mapping[str, KindOfDay], *, no_data: bool) -> DayState:
    present = sum(kind.present for kind in kinds.values())
    missing = sum(len(kind.missing) for kind in kinds.values())
    if no_data and not present:
        return DayState.NO_DATA
    if not missing:
        return DayState.COMPLETE if present else DayState.NONE
    return DayState.PARTIAL if present else DayState.MISSING
