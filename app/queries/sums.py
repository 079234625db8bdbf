"""Sums per day: one statement per source, grouped as the scope asks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Date, Select, String, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.domain.book import Group
from app.domain.facts import CustomerKind
from app.domain.period import Period, merged
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source, Total
from app.domain.tree import Tree
from app.queries.readable import Readable, Reading, by_month, readings

ByGroup = dict[Group, dict[date, int]]


def within(day: Any, spans: int) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    """Return the condition that a day lies in one of so many spans, which `bounds` gives with the execution.

    From the first to the last day is said by itself: databases find one range in an index, not many.
    """
    edges = [(bindparam(f"first_{i}", type_=Date()), bindparam(f"last_{i}", type_=Date())) for i in range(spans)]
    if spans == 1:
        return cast("ColumnElement[bool]", day.between(*edges[0]))
    whole = day.between(bindparam("first_day", type_=Date()), bindparam("last_day", type_=Date()))
    return and_(whole, or_(*(day.between(first, last) for first, last in edges)))


def bounds(scope: Scope, spans: Sequence[Period]) -> dict[str, Any]:
    """Return what statements of a scope and spans are executed with."""
    given: dict[str, Any] = {"unit": scope.unit_id}
    for number, span in enumerate(spans):
        given |= {f"first_{number}": span.first, f"last_{number}": span.last}
    if len(spans) > 1:
        given |= {"first_day": min(span.first for span in spans), "last_day": max(span.last for span in spans)}
    if scope.channel is not None:
        given["channel"] = scope.channel.id
    if scope.customer_kind is not None:
        given["customer_kind"] = scope.customer_kind
    return given


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
    return _read(session, tree, scope, totals, merged(months), names, by_month(tree, scope))


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
    given, connection = bounds(scope, spans), session.connection()
    for source in Source:
        wanted = tuple(total for total in answers if total.fact.source is source)
        if not wanted or not spans:
            continue
        for reading in parts:
            for place, group in enumerate(groupings(reading, source, scope)):
                statement = _statement(reading, source, _split(scope), place, wanted, len(spans))
                rows = connection.execute(statement, given).all()
                for key, days in _collected(rows, len(wanted), grouped=group is not None).items():
                    code = None if group is None else code_of(scope, tree, names, key)
                    for total, by_day in zip(wanted, days, strict=True):
                        if by_day:
                            answers[total].setdefault(code, {}).update(by_day)
    return answers


def _split(scope: Scope) -> Scope:
    """Return the part of a scope that makes another statement; the rest is given with its execution."""
    channel = None if scope.channel is None else replace(scope.channel, id=0, code="")
    kind = None if scope.customer_kind is None else CustomerKind.NEW
    return Scope(0, channel, kind, scope.by)


def _collected(rows: Iterable[Sequence[Any]], width: int, *, grouped: bool) -> dict[Any, list[dict[date, int]]]:
    """Return by the key of its group each column of sums by day; a sum of nothing is left out."""
    of: dict[Any, list[Sequence[Any]]] = {}
    for row in rows:
        of.setdefault(row[1] if grouped else None, []).append(row)
    return {key: _columns(held, width) for key, held in of.items()}


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[dict[date, int]]:
    days, *columns = zip(*rows, strict=True)
    return [
        {day: int(value) for day, value in zip(days, column, strict=True) if value is not None}
        for column in columns[-width:]
    ]


def groupings(reading: Reading, source: Source, scope: Scope) -> list[Any]:
    """Return the columns to group by, one statement each; [None] without grouping, none where a scope means nothing."""
    readable = reading.readables[source]
    if scope.channel is not None and scope.channel.kind not in readable.channels:
        return []
    if scope.customer_kind is not None and readable.customer_kind is None:
        return []
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


@lru_cache(maxsize=2048)
def _statement(
    reading: Reading, source: Source, split: Scope, place: int, totals: tuple[Total, ...], spans: int
) -> Select[Any]:
    """Return the statement of one grouping; built once, since building costs more than it takes to execute."""
    readable, group = reading.readables[source], groupings(reading, source, split)[place]
    keys = [readable.day] if group is None else [readable.day, group]
    query = select(*keys, *(func.sum(_counted(readable, total)) for total in totals)).select_from(readable.rows)
    return narrowed(query.where(within(readable.day, spans)), reading, readable, split).group_by(*keys)


def narrowed(query: Select[Any], reading: Reading, readable: Readable, scope: Scope) -> Select[Any]:
    """Return a query of the rows in a scope; `bounds` gives its unit, channel and customer kind."""
    query = reading.narrow(query, readable.unit)
    if scope.channel is not None:
        query = query.where(readable.channels[scope.channel.kind] == bindparam("channel", type_=BigInteger()))
    if scope.customer_kind is not None and readable.customer_kind is not None:
        query = query.where(readable.customer_kind == bindparam("customer_kind", type_=String()))
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
