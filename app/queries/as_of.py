"""Numbers as they stood at the close of a day: a copy in memory, rebuilt from the history, to be read as any database.

The copy holds the facts of one unit's subtree, as far as a board can ask for them. The organisation,
the channels and the thresholds in it are today's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import Database
from app.domain.errors import Busy, Invalid
from app.domain.facts import (
    FRIENDS,
    PUSHES,
    RETENTION,
    SALES,
    STOCK_COUNTS,
    TARGETS,
    UNATTRIBUTED,
    ChannelKind,
    FactTable,
)
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.models import FACT_MODELS, Base, Change, Channel, DataVersion, NoDataDay, OrgUnit, Setting
from app.queries import channels, starts, steps, unwound
from app.queries.facts import table_of
from app.queries.readable import FACTS_ONLY, in_scope
from app.queries.unwound import ByKey, Earlier

MAX_ROWS = 300_000
"""Rows and later changes that a copy may be made of."""
PATIENCE = 5
"""Seconds to wait for one of the places below."""
_PLACES = BoundedSemaphore(2)
"""Copies at a time: each takes a processor for a moment, and memory."""
_CHUNK = 5000
_WHOLE = (FRIENDS, STOCK_COUNTS)
"""What stocks are carried on from: needed from its first day on."""
_WITHIN = (RETENTION, SALES, PUSHES)
_COPIED = (*FACT_MODELS.values(), OrgUnit, Channel, Setting, DataVersion, NoDataDay)

CROWDED = Text("同时按历史日期查看的人较多", "Too many boards of past days are being rebuilt")
TOO_MUCH = Text(
    "按历史日期查看时最多还原 {most:,} 行数据，请换成更小的单元或更短的日期",
    "at most {most:,} rows are rebuilt from the history; choose a smaller unit or a shorter range",
)


@dataclass(frozen=True, slots=True)
class Close:
    """The close of a business day; what was written from `moment` on is not to be seen."""

    day: date
    moment: datetime


def close_of(day: date, now: datetime) -> Close:
    """Return the close of a day in the time zone of `now`; Invalid for a day to come."""
    if day > now.date():
        raise Invalid.one("as_of", Text("不能晚于今天", "must not be after today"))
    return Close(day, datetime.combine(day + DAY, time(), now.tzinfo))


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one table that a copy needs, as they are now."""

    table: FactTable
    rows: Select[*tuple[Any, ...]]


@contextmanager
def opened(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, spans: Iterable[Period], close: Close
) -> Iterator[Session]:
    """Give a session on the numbers of a unit as they stood, enough for any term over `spans`.

    Raises Forbidden for a unit out of reach, Invalid for more than MAX_ROWS, Busy when too many ask.
    """
    viewer.require(Action.READ, tree.lineage(unit_id))
    if not _PLACES.acquire(timeout=PATIENCE):
        raise Busy(CROWDED)
    then = Database("sqlite://")
    try:
        Base.metadata.create_all(then.engine, [model.__table__ for model in _COPIED], checkfirst=False)  # type: ignore[misc]
        with then.write() as copy:
            _Copier(session, copy, tree, unit_id, _needed(spans), close).run()
        with then.read() as copy:
            copy.info[FACTS_ONLY] = True
            yield copy
    finally:
        then.close()
        _PLACES.release()


def _needed(spans: Iterable[Period]) -> Period:
    """Return the days that terms over `spans` are made of: from the first day of a month on."""
    known = list(spans)
    return Period(month_of(min(span.first for span in known)).first, max(span.last for span in known))


class _Copier:
    """Fills an empty database with what a unit's numbers were at a close."""

    def __init__(self, session: Session, copy: Session, tree: Tree, unit_id: int, days: Period, close: Close) -> None:
        self.session, self.copy, self.tree, self.unit_id = session, copy, tree, unit_id
        self.days, self.close = days, close
        self.last = min(days.last, close.day)

    def run(self) -> None:
        """Copy everything."""
        parts = [_Part(table, self._rows(table)) for table in (*_WHOLE, *_WITHIN, TARGETS)]
        changes = unwound.query(self.close.moment, self.days.last, self._in_units(Change.unit_id))
        self._refuse_many([changes, *(part.rows for part in parts)])
        self._master()
        ids = {row.code: row.id for row in channels.load(self.session).values()}
        earlier = unwound.load(self.session, changes, ids)
        for part in parts:
            self._facts(part, earlier[part.table.kind])
        self._marks(earlier[unwound.NO_DATA])
        self._since_when(earlier, ids[UNATTRIBUTED[ChannelKind.TOUCHPOINT]])
        self._derived()

    def _in_units(self, unit: Any) -> ColumnElement[bool] | None:  # noqa: ANN401 (a column)
        return in_scope(unit, self.tree, self.unit_id)

    def _scoped(self, query: Select[*tuple[Any, ...]], unit: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 (a column)
        condition = self._in_units(unit)
        return query if condition is None else query.where(condition)

    def _rows(self, table: FactTable) -> Select[*tuple[Any, ...]]:
        sql = table_of(table)
        columns = (*unwound.columns(table), *(measure.key for measure in table.measures))
        day, query = sql.c[table.day_key], select(*(sql.c[name] for name in columns))
        if table is TARGETS:
            # Targets count for exactly the unit that they are set on; those of its children stand beside.
            units = select(OrgUnit.id).where(or_(OrgUnit.id == self.unit_id, OrgUnit.parent_id == self.unit_id))
            return query.where(sql.c.unit_id.in_(units), day.between(self.days.first, self.days.last))
        query = (
            query.where(day <= self.last) if table in _WHOLE else query.where(day.between(self.days.first, self.last))
        )
        return self._scoped(query, sql.c.unit_id)

    def _refuse_many(self, queries: Sequence[Select[*tuple[Any, ...]]]) -> None:
        left = MAX_ROWS
        for query in queries:
            bounded = query.order_by(None).limit(left + 1).subquery()
            left -= self.session.execute(select(func.count()).select_from(bounded)).scalar_one()
            if left < 0:
                raise Invalid.one("as_of", TOO_MUCH.fill(most=MAX_ROWS))

    def _master(self) -> None:
        below = (node.id for root in self.tree.children.get(None, ()) for node in self.tree.subtree(root.id))
        order = {id_: place for place, id_ in enumerate(below)}
        for model in (OrgUnit, Channel, Setting, DataVersion):
            table: Any = model.__table__
            rows = [dict(row) for row in self.session.execute(select(table)).mappings()]
            if model is OrgUnit:
                # A unit refers to the one above it.
                rows.sort(key=lambda row: order[row["id"]])
            self._insert(table, rows)

    def _insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.copy.execute(insert(table), rows)

    def _facts(self, part: _Part, earlier: ByKey) -> None:
        """Copy the rows that nobody has changed since, and the others as they were."""
        sql, names = table_of(part.table), unwound.columns(part.table)
        place = len(names)
        fields = (*names, *(measure.key for measure in part.table.measures))
        fixed = {"revision": 1, "updated_at": self.close.moment}
        found = self.session.execute(part.rows.execution_options(yield_per=_CHUNK))
        for rows in found.partitions(_CHUNK):
            kept = [row for row in rows if row[:place] not in earlier] if earlier else rows
            self._insert(sql, [{**dict(zip(fields, row, strict=True)), **fixed} for row in kept])
        then = [
            {**dict(zip(names, key, strict=True)), **was.values, **fixed}
            for key, was in earlier.items()
            if was.values is not None and self._is_wanted(part.table, key)
        ]
        self._insert(sql, then)

    def _is_wanted(self, table: FactTable, key: unwound.Key) -> bool:
        """Say whether a row that was changed since would have been read, as `_rows` reads those of now."""
        unit_id, day = key[:2]
        if table is TARGETS:
            near = self.unit_id in (unit_id, self.tree.nodes[unit_id].parent_id)
            return bool(near and day in self.days)
        return bool(day <= self.last and (table in _WHOLE or day >= self.days.first))

    def _derived(self) -> None:
        """Derive in the copy what is kept beside the facts: the steps of stock counts, the first days of units."""
        counts = Base.metadata.tables["stock_counts"]
        found = self.copy.execute(steps.computed()).all()
        rows = [{"row_id": id_, **dict(zip(steps.MEASURES, numbers, strict=True))} for id_, _, _, *numbers in found]
        if rows:
            self.copy.connection().execute(update(counts).where(counts.c.id == bindparam("row_id")), rows)
        units = Base.metadata.tables["units"]
        known = [node.id for node in self.tree.subtree(self.unit_id)]
        days = [{"unit": id_, "day": day} for id_, day in starts.first_days(self.copy, known).items()]
        starting = update(units).where(units.c.id == bindparam("unit")).values(since=bindparam("day"))
        self.copy.connection().execute(starting, days)

    def _marks(self, earlier: ByKey) -> None:
        """Copy the days marked 当日无数据."""
        query: Select[*tuple[Any, ...]] = select(NoDataDay.unit_id, NoDataDay.day).where(
            NoDataDay.day.between(self.days.first, self.last)
        )
        now = {(row.unit_id, row.day) for row in self.session.execute(self._scoped(query, NoDataDay.unit_id))}
        then = {key for key, was in earlier.items() if was.values and was.values["no_data"] and key[1] in self.days}
        rows = [
            {"unit_id": unit_id, "day": day, "at": datetime.now(UTC), "actor": ""}
            for unit_id, day in sorted((now - earlier.keys()) | then)
        ]
        table: Any = NoDataDay.__table__
        self._insert(table, rows)

    def _since_when(self, earlier: Mapping[str, ByKey], channel_id: int) -> None:
        """Let each unit with a row before the days that were copied have one there too, of which nothing is recorded.

        A unit is expected to report from its first row on; that row may stand long before the range.
        """
        units = [node.id for node in self.tree.subtree(self.unit_id)]
        before = {id_ for table in _WITHIN for id_ in self._with_rows(table, units, earlier[table.kind])}
        row = {
            "day": self.days.first - DAY,
            "touchpoint_id": channel_id,
            "revision": 1,
            "updated_at": self.close.moment,
        }
        self._insert(table_of(PUSHES), [{**row, "unit_id": id_} for id_ in sorted(before)])

    def _with_rows(self, table: FactTable, units: Sequence[int], earlier: ByKey) -> Iterator[int]:
        """Yield the units that had a row before the days that were copied."""
        sql = table_of(table)
        day = sql.c[table.day_key]
        first = select(func.min(day)).where(sql.c.unit_id == OrgUnit.id).correlate(OrgUnit).scalar_subquery()
        firsts = {row[0]: row[1] for row in self.session.execute(self._scoped(select(OrgUnit.id, first), OrgUnit.id))}
        moved: dict[int, list[Earlier]] = {}
        for key, was in earlier.items():
            if key[1] < self.days.first:
                moved.setdefault(key[0], []).append(was)
        for unit_id in units:
            if unit_id not in moved:
                has_rows = firsts[unit_id] is not None and firsts[unit_id] < self.days.first
            else:
                query = select(func.count()).select_from(sql).where(sql.c.unit_id == unit_id, day < self.days.first)
                count: int = self.session.execute(query).scalar_one()
                has_rows = count - sum(was.exists for was in moved[unit_id]) + _there(moved[unit_id]) > 0
            if has_rows:
                yield unit_id


def _there(rows: Iterable[Earlier]) -> int:
    return sum(was.values is not None for was in rows)
