"""How sources are read: from facts, or from the rollups of the units that have them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.domain.facts import ChannelKind
from app.domain.rollups import COHORT_SUMS, FRIENDS_SUMS, PUSH_SUMS, SALES_SUMS, STOCK_SUMS, Rollup
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source
from app.domain.tree import Tree
from app.models import FACT_MODELS, SUMS, Base
from app.queries.contributions import Where, children, inner_children, itself_and_leaves
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


ZERO: ColumnElement[int] = literal_column("0")
UNIT: BindParameter[int] = bindparam("unit", type_=BigInteger())
"""The unit of a scope: statements are built once and get it with each execution."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Some of the rows of a scope: where they stand, how they are chosen, and the unit that each counts for."""

    readables: Readables
    narrow: Callable[[Select[Any], Column[Any]], Select[Any]]
    """Given a query and the column of a table's units, the query of the units of UNIT's scope only."""
    branch: Callable[[Column[Any]], ColumnElement[Any]] = lambda unit: unit


def _where(condition: Where) -> Callable[[Select[Any], Column[Any]], Select[Any]]:
    return lambda query, unit: query.where(condition(unit))


def is_unit(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a row is of UNIT itself."""
    return column == UNIT


_BELOW = subtree(UNIT)
_OWN_MONTHS = {source: replace(facts, day=MonthStart(facts.day)) for source, facts in FACTS.items()}

ITSELF = Reading(FACTS, _where(is_unit))
SUMMED = Reading(DAYS, _where(is_unit))
INNER_CHILDREN = Reading(DAYS, _where(inner_children(UNIT)))
ITSELF_AND_LEAVES = Reading(FACTS, _where(itself_and_leaves(UNIT)))
MONTHS_SUMMED = Reading(MONTHS, _where(is_unit))
MONTHS_OF_CHILDREN = Reading(MONTHS, _where(children(UNIT)))
MONTHS_OF_BOTH = Reading(MONTHS, _where(lambda unit: or_(is_unit(unit), children(UNIT)(unit))))
MONTHS_ITSELF = Reading(_OWN_MONTHS, _where(is_unit))
ALL = Reading(FACTS, lambda query, _unit: query)
BELOW = Reading(FACTS, _where(lambda unit: unit.in_(select(_BELOW.c.id))))
BY_BRANCH = Reading(FACTS, lambda query, unit: query.join(_BELOW, _BELOW.c.id == unit), lambda _unit: _BELOW.c.branch)


def readings(session: Session, tree: Tree, scope: Scope) -> Sequence[Reading]:
    """Return what is to be read, together, for the days of a scope.

    Units with children have rollups, which hold all below them; the own facts of the others, and of a
    unit that is split from its children, are read as they are.
    """
    by_unit = scope.by is GroupBy.UNIT
    if session.info.get(FACTS_ONLY):
        if by_unit:
            return [BY_BRANCH]
        return [ITSELF if tree.is_leaf(scope.unit_id) else ALL if _is_whole(tree, scope.unit_id) else BELOW]
    if tree.is_leaf(scope.unit_id):
        return [ITSELF]
    return [INNER_CHILDREN, ITSELF_AND_LEAVES] if by_unit else [SUMMED]


def by_month(tree: Tree, scope: Scope) -> Sequence[Reading]:
    """Return what is to be read, together, for whole months of a scope: every unit has sums of them."""
    if scope.by is not GroupBy.UNIT or tree.is_leaf(scope.unit_id):
        return [MONTHS_SUMMED]
    return [MONTHS_OF_CHILDREN, MONTHS_ITSELF]


def in_scope(unit: Any, tree: Tree, unit_id: int) -> ColumnElement[bool] | None:  # noqa: ANN401 (a column)
    """Return the condition that a row's unit is in a subtree; None where every unit is."""
    if tree.is_leaf(unit_id):
        return unit == unit_id  # type: ignore[no-any-return]
    if _is_whole(tree, unit_id):
        return None
    return unit.in_(select(subtree(unit_id).c.id))  # type: ignore[no-any-return]


def _is_whole(tree: Tree, unit_id: int) -> bool:
    return sum(1 for _ in tree.subtree(unit_id)) == len(tree.nodes)
