"""Sums per day: one statement per source table, grouped as the scope asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.book import Group
from app.domain.facts import ChannelKind
from app.domain.period import Period
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source, Total
from app.domain.tree import Tree
from app.models import Friends, Pushes, Retention, Sales
from app.queries.units import subtree

Column = InstrumentedAttribute[Any]
ByGroup = dict[Group, dict[date, int]]


@dataclass(frozen=True, slots=True)
class Readable:
    """How a source is read: its day and unit, the channel columns by kind, and its measures."""

    unit: Column
    day: Column
    channels: dict[ChannelKind, Column]
    measures: dict[str, Column]
    day_n: Column | None = None
    customer_kind: Column | None = None


def _measures(model: Any, *names: str) -> dict[str, Column]:  # noqa: ANN401 (one of the fact models)
    return {name: getattr(model, name) for name in names}


READABLE = {
    Source.FRIENDS: Readable(
        Friends.unit_id,
        Friends.day,
        {ChannelKind.SOURCE: Friends.channel_id},
        _measures(Friends, "reach", "adds", "losses"),
    ),
    Source.COHORTS: Readable(
        Retention.unit_id,
        Retention.cohort_day,
        {ChannelKind.SOURCE: Retention.channel_id},
        {"retained": Retention.retained, "adds": Friends.adds},
        day_n=Retention.day_n,
    ),
    Source.SALES: Readable(
        Sales.unit_id,
        Sales.day,
        {ChannelKind.TOUCHPOINT: Sales.touchpoint_id, ChannelKind.SOURCE: Sales.source_id},
        _measures(Sales, "gmv", "orders", "buyers", "refunds", "member_gmv", "member_orders"),
        customer_kind=Sales.customer_kind,
    ),
    Source.PUSHES: Readable(
        Pushes.unit_id,
        Pushes.day,
        {ChannelKind.TOUCHPOINT: Pushes.touchpoint_id},
        _measures(Pushes, "pushes", "push_cost", "push_gmv", "push_losses"),
    ),
}


def in_scope(unit: Column | ColumnElement[Any], tree: Tree, unit_id: int) -> ColumnElement[bool] | None:
    """Return the condition that a row's unit is in a subtree; None where every unit is."""
    if tree.is_leaf(unit_id):
        return unit == unit_id
    if len(list(tree.subtree(unit_id))) == len(tree.nodes):
        return None
    return unit.in_(select(subtree(unit_id).c.id))


def within(day: Column, spans: Sequence[Period]) -> ColumnElement[bool]:
    """Return the condition that a day lies in one of the spans."""
    return or_(*(and_(day >= span.first, day <= span.last) for span in spans))


def daily(
    session: Session, tree: Tree, scope: Scope, totals: Iterable[Total], spans: Sequence[Period], names: dict[int, str]
) -> dict[Total, ByGroup]:
    """Return the recorded sums of each total by group and day.

    `names` gives the codes of channels. A total that the scope cannot restrict or split has no
    groups at all.
    """
    answers: dict[Total, ByGroup] = {total: {} for total in totals}
    for source in Source:
        wanted = [total for total in answers if total.fact.source is source]
        if not wanted or not restrictable(READABLE[source], scope):
            continue
        for group in groupings(READABLE[source], scope):
            for row in session.execute(_statement(tree, scope, source, wanted, spans, group)):
                code = code_of(scope, tree, names, row[1]) if group is not None else None
                sums = row[2:] if group is not None else row[1:]
                for total, value in zip(wanted, sums, strict=True):
                    if value is not None:
                        answers[total].setdefault(code, {})[row[0]] = int(value)
    return answers


def restrictable(readable: Readable, scope: Scope) -> bool:
    """Say whether the channel and the customer kind of a scope mean something in a table."""
    if scope.channel is not None and scope.channel.kind not in readable.channels:
        return False
    return scope.customer_kind is None or readable.customer_kind is not None


def groupings(readable: Readable, scope: Scope) -> list[Any]:
    """Return the columns to group by, one statement each; [None] without grouping."""
    if scope.by is None:
        return [None]
    if scope.by is GroupBy.CHANNEL:
        return list(readable.channels.values())
    if scope.by is GroupBy.CUSTOMER_KIND:
        return [] if readable.customer_kind is None else [readable.customer_kind]
    return [subtree(scope.unit_id).c.branch]


def code_of(scope: Scope, tree: Tree, names: dict[int, str], key: Any) -> str:  # noqa: ANN401 (an id or a kind)
    """Return the code of a group as the database names it."""
    if scope.by is GroupBy.UNIT:
        return tree.nodes[key].code
    return names[key] if scope.by is GroupBy.CHANNEL else str(key)


def _statement(
    tree: Tree,
    scope: Scope,
    source: Source,
    totals: Sequence[Total],
    spans: Sequence[Period],
    group: Any,  # noqa: ANN401 (a column)
) -> Select[Any]:
    readable = READABLE[source]
    keys = [readable.day] if group is None else [readable.day, group]
    query = select(*keys, *(func.sum(_counted(readable, total)) for total in totals)).where(within(readable.day, spans))
    if source is Source.COHORTS:
        same = and_(
            Friends.unit_id == Retention.unit_id,
            Friends.day == Retention.cohort_day,
            Friends.channel_id == Retention.channel_id,
        )
        # A cohort that lacks either side counts on neither.
        query = query.join(Friends, same).where(Retention.retained.is_not(None), Friends.adds.is_not(None))
    return narrowed(query, readable, tree, scope, group).group_by(*keys)


def narrowed(query: Select[Any], readable: Readable, tree: Tree, scope: Scope, group: Any) -> Select[Any]:  # noqa: ANN401 (a column)
    """Return a query of the rows in a scope, `group` being one of its groupings or None."""
    if scope.by is GroupBy.UNIT:
        query = query.join(group.table, group.table.c.id == readable.unit)
    else:
        condition = in_scope(readable.unit, tree, scope.unit_id)
        query = query if condition is None else query.where(condition)
    if scope.channel is not None:
        query = query.where(readable.channels[scope.channel.kind] == scope.channel.id)
    if scope.customer_kind is not None and readable.customer_kind is not None:
        query = query.where(readable.customer_kind == scope.customer_kind)
    return query


def _counted(readable: Readable, total: Total) -> ColumnElement[int]:
    column: ColumnElement[int] = readable.measures[total.fact.column].expression
    conditions: list[ColumnElement[bool]] = []
    if total.kinds is not None and readable.customer_kind is not None:
        conditions.append(readable.customer_kind.in_(sorted(total.kinds)))
    if total.paired is not None:
        conditions.append(readable.measures[total.paired.column].is_not(None))
    if total.day_n is not None and readable.day_n is not None:
        conditions.append(readable.day_n == total.day_n)
    return case((and_(*conditions), column)) if conditions else column
