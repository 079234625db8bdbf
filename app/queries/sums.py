"""Sums per day: one statement per source, grouped as the scope asks."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.book import Group
from app.domain.period import Period
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source, Total
from app.domain.tree import Tree
from app.queries.readable import Readable, Reading, by_month, readings

ByGroup = dict[Group, dict[date, int]]


def within(day: Any, spans: Sequence[Period]) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    """Return the condition that a day lies in one of the spans."""
    return or_(*(and_(day >= span.first, day <= span.last) for span in spans))


def daily(
    session: Session, tree: Tree, scope: Scope, totals: Iterable[Total], spans: Sequence[Period], names: dict[int, str]
) -> dict[Total, ByGroup]:
    """Return the recorded sums of each total by group and day.

    `names` gives the codes of channels. A total that the scope cannot restrict or split has no
    groups at all.
    """
    return _read(session, tree, scope, totals, spans, names, readings(session, tree, scope))


def monthly(
    session: Session, tree: Tree, scope: Scope, totals: Iterable[Total], months: Sequence[Period], names: dict[int, str]
) -> dict[Total, ByGroup]:
    """Return the recorded sums of each total by group and first day of month, as `daily` does by day."""
    if not months:
        return {}
    return _read(session, tree, scope, totals, months, names, by_month(scope, tree))


def _read(
    session: Session,
    tree: Tree,
    scope: Scope,
    totals: Iterable[Total],
    spans: Sequence[Period],
    names: dict[int, str],
    parts: Sequence[Reading],
) -> dict[Total, ByGroup]:
    answers: dict[Total, ByGroup] = {total: {} for total in totals}
    for source in Source:
        wanted = [total for total in answers if total.fact.source is source]
        if not wanted or not spans:
            continue
        for reading, readable, group in _grouped(parts, scope, source):
            for row in session.execute(_statement(scope, reading, readable, wanted, spans, group)):
                code = code_of(scope, tree, names, row[1]) if group is not None else None
                sums = row[2:] if group is not None else row[1:]
                for total, value in zip(wanted, sums, strict=True):
                    if value is not None:
                        answers[total].setdefault(code, {})[row[0]] = int(value)
    return answers


def _grouped(parts: Sequence[Reading], scope: Scope, source: Source) -> Iterable[tuple[Reading, Readable, Any]]:
    """Yield what is to be read of a source, with the column that each is grouped by, if any."""
    for reading in parts:
        readable = reading.readables[source]
        if restrictable(readable, scope):
            for group in groupings(reading, readable, scope):
                yield reading, readable, group


def restrictable(readable: Readable, scope: Scope) -> bool:
    """Say whether the channel and the customer kind of a scope mean something in a table."""
    if scope.channel is not None and scope.channel.kind not in readable.channels:
        return False
    return scope.customer_kind is None or readable.customer_kind is not None


def groupings(reading: Reading, readable: Readable, scope: Scope) -> list[Any]:
    """Return the columns to group by, one statement each; [None] without grouping."""
    if scope.by is None:
        return [None]
    if scope.by is GroupBy.CHANNEL:
        return list(readable.channels.values())
    if scope.by is GroupBy.CUSTOMER_KIND:
        return [] if readable.customer_kind is None else [readable.customer_kind]
    return [reading.branch(readable.unit)]


def code_of(scope: Scope, tree: Tree, names: dict[int, str], key: Any) -> str:  # noqa: ANN401 (an id or a kind)
    """Return the code of a group as the database names it."""
    if scope.by is GroupBy.UNIT:
        return tree.nodes[key].code
    return names[key] if scope.by is GroupBy.CHANNEL else str(key)


def _statement(
    scope: Scope,
    reading: Reading,
    readable: Readable,
    totals: Sequence[Total],
    spans: Sequence[Period],
    group: Any,  # noqa: ANN401 (a column)
) -> Select[Any]:
    keys = [readable.day] if group is None else [readable.day, group]
    query = select(*keys, *(func.sum(_counted(readable, total)) for total in totals)).select_from(readable.rows)
    return narrowed(query.where(within(readable.day, spans)), reading, readable, scope).group_by(*keys)


def narrowed(query: Select[Any], reading: Reading, readable: Readable, scope: Scope) -> Select[Any]:
    """Return a query of the rows in a scope."""
    query = reading.narrow(query, readable.unit)
    if scope.channel is not None:
        query = query.where(readable.channels[scope.channel.kind] == scope.channel.id)
    if scope.customer_kind is not None and readable.customer_kind is not None:
        query = query.where(readable.customer_kind == scope.customer_kind)
    return query


def _counted(readable: Readable, total: Total) -> ColumnElement[int]:
    column = readable.measures[total.fact.column]
    conditions: list[ColumnElement[bool]] = []
    if total.kinds is not None and readable.customer_kind is not None:
        conditions.append(readable.customer_kind.in_(sorted(total.kinds)))
    if total.paired is not None:
        pair = (total.fact.column, total.paired.column)
        if pair in readable.paired:
            column = readable.paired[pair]
        else:
            conditions.append(readable.measures[total.paired.column].is_not(None))
    if total.day_n is not None and readable.day_n is not None:
        conditions.append(readable.day_n == total.day_n)
    return case((and_(*conditions), column)) if conditions else column
