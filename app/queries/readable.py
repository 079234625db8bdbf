"""How sources are read: from facts, or from the rollups of the units that have them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Select, Table, and_, or_, select
from sqlalchemy.orm import Session

from app.domain.facts import ChannelKind
from app.domain.rollups import COHORT_SUMS, FRIENDS_SUMS, PUSH_SUMS, SALES_SUMS, STOCK_SUMS, Rollup
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source
from app.domain.tree import Tree
from app.models import FACT_MODELS, SUMS, Base
from app.queries.contributions import children, inner_children, leaf_children
from app.queries.days import MonthStart
from app.queries.units import subtree

FACTS_ONLY = "luopan_facts_only"
"""In the `info` of a session: its database holds facts only, the rollups were never filled."""

_CHANNELS = {
    Source.FRIENDS: {ChannelKind.SOURCE: "channel_id"},
    Source.COHORTS: {ChannelKind.SOURCE: "channel_id"},
    Source.SALES: {ChannelKind.TOUCHPOINT: "touchpoint_id", ChannelKind.SOURCE: "source_id"},
    Source.PUSHES: {ChannelKind.TOUCHPOINT: "touchpoint_id"},
    Source.STOCK: {},
}
_ROLLUPS = {
    Source.FRIENDS: FRIENDS_SUMS,
    Source.COHORTS: COHORT_SUMS,
    Source.SALES: SALES_SUMS,
    Source.PUSHES: PUSH_SUMS,
    Source.STOCK: STOCK_SUMS,
}


@dataclass(frozen=True, slots=True)
class Readable:
    """Where a source is read: its rows, their unit and day, the channel columns by kind, and its measures."""

    rows: FromClause
    unit: Column[Any]
    day: ColumnElement[Any]
    channels: Mapping[ChannelKind, Column[Any]]
    measures: Mapping[str, ColumnElement[Any]]
    day_n: Column[Any] | None = None
    customer_kind: Column[Any] | None = None
    paired: Mapping[tuple[str, str], ColumnElement[Any]] = field(default_factory=dict)
    """A measure of the rows that have another one, where that cannot be seen from the row."""
    present: ColumnElement[bool] | None = None
    """Whether a row stands for any fact, where it need not."""

    @property
    def table(self) -> FromClause:
        """All rows of the source, those of which nothing counts too."""
        table: FromClause = self.unit.table
        return table


def _of_facts(source: Source) -> Readable:
    rollup = _ROLLUPS[source]
    name = "stock_counts" if source is Source.STOCK else FACT_MODELS[rollup.name].__tablename__
    table = Base.metadata.tables[name]
    return _readable(source, table, dict(table.c))


def _cohorts() -> Readable:
    """Read cohorts that have both sides; one that lacks either counts on neither."""
    table, friends = Base.metadata.tables["retention"], Base.metadata.tables["friends"]
    both = and_(
        friends.c.unit_id == table.c.unit_id,
        friends.c.day == table.c.cohort_day,
        friends.c.channel_id == table.c.channel_id,
        table.c.retained.is_not(None),
        friends.c.adds.is_not(None),
    )
    columns = {**dict(table.c), "day": table.c.cohort_day, "adds": friends.c.adds}
    return _readable(Source.COHORTS, table.join(friends, both), columns)


def _of_rollup(source: Source, table: Table) -> Readable:
    return _readable(source, table, dict(table.c), present=table.c.facts != 0)


def _readable(
    source: Source, rows: FromClause, columns: Mapping[str, Any], present: ColumnElement[bool] | None = None
) -> Readable:
    rollup: Rollup = _ROLLUPS[source]
    paired = {("adds", "reach"): columns["adds_reached"]} if "adds_reached" in columns else {}
    return Readable(
        rows,
        columns["unit_id"],
        columns["day"],
        {kind: columns[name] for kind, name in _CHANNELS[source].items()},
        {name: columns[name] for name in rollup.measures if name in columns},
        columns.get("day_n"),
        columns.get("customer_kind"),
        paired,
        present,
    )


Readables = Mapping[Source, Readable]

FACTS: Readables = {source: _cohorts() if source is Source.COHORTS else _of_facts(source) for source in Source}
DAYS: Readables = {source: _of_rollup(source, SUMS[rollup.name].day) for source, rollup in _ROLLUPS.items()}
MONTHS: Readables = {source: _of_rollup(source, SUMS[rollup.name].month) for source, rollup in _ROLLUPS.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """Some of the rows of a scope: where they stand, how they are chosen, and the unit that each counts for."""

    readables: Readables
    narrow: Callable[[Select[Any], Column[Any]], Select[Any]]
    """Given a query and the column of a table's units, the query of the scope's units only."""
    branch: Callable[[Column[Any]], ColumnElement[Any]] = lambda unit: unit


def readings(session: Session, tree: Tree, scope: Scope) -> Sequence[Reading]:
    """Return what is to be read, together, for the days of a scope.

    Units with children have rollups, which hold all below them; the own facts of the others, and of a
    unit that is split from its children, are read as they are.
    """
    unit_id = scope.unit_id
    if session.info.get(FACTS_ONLY):
        return [_below(tree, scope)]
    if tree.is_leaf(unit_id):
        return [Reading(FACTS, lambda query, unit: query.where(unit == unit_id))]
    if scope.by is not GroupBy.UNIT:
        return [Reading(DAYS, lambda query, unit: query.where(unit == unit_id))]
    own = Reading(FACTS, lambda query, unit: query.where(or_(unit == unit_id, leaf_children(unit_id)(unit))))
    return [Reading(DAYS, lambda query, unit: query.where(inner_children(unit_id)(unit))), own]


def by_month(scope: Scope, tree: Tree) -> Sequence[Reading]:
    """Return what is to be read, together, for whole months of a scope: every unit has sums of them."""
    unit_id = scope.unit_id
    if scope.by is not GroupBy.UNIT or tree.is_leaf(unit_id):
        return [Reading(MONTHS, lambda query, unit: query.where(unit == unit_id))]
    own = {source: replace(facts, day=MonthStart(facts.day)) for source, facts in FACTS.items()}
    below = Reading(MONTHS, lambda query, unit: query.where(children(unit_id)(unit)))
    return [below, Reading(own, lambda query, unit: query.where(unit == unit_id))]


def _below(tree: Tree, scope: Scope) -> Reading:
    """Read the facts of a unit and all below it."""
    if scope.by is not GroupBy.UNIT:
        return Reading(FACTS, lambda query, unit: _scoped(query, in_scope(unit, tree, scope.unit_id)))
    below = subtree(scope.unit_id)
    return Reading(FACTS, lambda query, unit: query.join(below, below.c.id == unit), lambda _unit: below.c.branch)


def in_scope(unit: Any, tree: Tree, unit_id: int) -> ColumnElement[bool] | None:  # noqa: ANN401 (a column)
    """Return the condition that a row's unit is in a subtree; None where every unit is."""
    if tree.is_leaf(unit_id):
        return unit == unit_id  # type: ignore[no-any-return]
    if len(list(tree.subtree(unit_id))) == len(tree.nodes):
        return None
    return unit.in_(select(subtree(unit_id).c.id))  # type: ignore[no-any-return]


def _scoped(query: Select[Any], condition: ColumnElement[bool] | None) -> Select[Any]:
    return query if condition is None else query.where(condition)
