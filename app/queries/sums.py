"""Sums by day, by month or of a whole range: one statement for all sources, grouped as the scope asks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.domain.book import Group
from app.domain.facts import CustomerKind
from app.domain.period import Period
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Source, Total
from app.domain.tree import Tree
from app.queries.contributions import NOTHING
from app.queries.readable import Readable, Reading

ByGroup = dict[Group, dict[date, int]]


class Slice(NamedTuple):
    """Days that are read at once, and from where."""

    days: Period
    readings: Sequence[Reading]
    whole: date | None = None
    """The first day of the range that all of them count for; None leaves the day or month of each row."""


class Part(NamedTuple):
    """One select of a statement: a source of a slice in one grouping."""

    source: Source
    reading: Reading
    span: int
    """The number of its slice, and of what `bounds` gives."""
    grouping: int
    """Which of `groupings` it is."""
    by_day: bool


def within(day: Any, span: int = 0) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    """Return the condition that a day lies in a span, which `bounds` gives with the execution."""
    first, last = (bindparam(f"{end}_{span}", type_=Date()) for end in ("first", "last"))
    return cast("ColumnElement[bool]", day.between(first, last))


def bounds(scope: Scope, spans: Iterable[Period]) -> dict[str, Any]:
    """Return what statements of a scope and spans are executed with."""
    given: dict[str, Any] = {"unit": scope.unit_id}
    for number, span in enumerate(spans):
        given |= {f"first_{number}": span.first, f"last_{number}": span.last}
    if scope.channel is not None:
        given["channel"] = scope.channel.id
    if scope.customer_kind is not None:
        given["customer_kind"] = scope.customer_kind
    return given


def load(
    session: Session, tree: Tree, scope: Scope, totals: Iterable[Total], slices: Sequence[Slice], names: dict[int, str]
) -> dict[Total, ByGroup]:
    """Return the recorded sums of each total by group and by day, first day of month, or first day of a whole.

    `names` gives the codes of channels. A total that the scope cannot restrict or split has no
    groups at all.
    """
    answers: dict[Total, ByGroup] = {total: {} for total in totals}
    wanted = {source: tuple(total for total in answers if total.fact.source is source) for source in Source}
    split = _split(scope)
    parts = tuple(_parts(slices, [source for source, asked in wanted.items() if asked], split))
    if not parts:
        return answers
    given = bounds(scope, (each.days for each in slices))
    rows = session.connection().execute(_statement(parts, split, tuple(answers)), given).all()
    for (number, *key), days, columns in _collected(rows, is_grouped=scope.by is not None):
        part, code = parts[number], code_of(scope, tree, names, *key) if key else None
        whole = slices[part.span].whole
        for total, column in zip(wanted[part.source], columns, strict=False):
            found = {day: int(value) for day, value in zip(days, column, strict=True) if value is not None}
            if found:
                _add(answers[total].setdefault(code, {}), found, whole)
    return answers


def _parts(slices: Sequence[Slice], sources: Sequence[Source], split: Scope) -> Iterator[Part]:
    for number, each in enumerate(slices):
        for source in sources:
            for reading in each.readings:
                for grouping, _ in enumerate(groupings(reading, source, split)):
                    yield Part(source, reading, number, grouping, by_day=each.whole is None)


def _collected(
    rows: Iterable[Sequence[Any]], *, is_grouped: bool
) -> Iterator[tuple[Sequence[Any], Sequence[date], Sequence[Sequence[Any]]]]:
    """Yield for each part and group that has rows its number and key, the days, and the sums by column."""
    width = 2 if is_grouped else 1
    of: dict[Sequence[Any], list[Sequence[Any]]] = {}
    for row in rows:
        of.setdefault(row[:width], []).append(row[width:])
    for key, held in of.items():
        days, *columns = zip(*held, strict=True)
        yield key, days, columns


def _add(known: dict[date, int], found: Mapping[date, int], whole: date | None) -> None:
    """Take sums of days in; what is a part of a whole is added to what other parts of it gave."""
    if whole is None:
        known.update(found)
    else:
        known[whole] = known.get(whole, 0) + sum(found.values())


def _split(scope: Scope) -> Scope:
    """Return the part of a scope that makes another statement; the rest is given with its execution."""
    channel = None if scope.channel is None else replace(scope.channel, id=0, code="")
    kind = None if scope.customer_kind is None else CustomerKind.NEW
    return Scope(0, channel, kind, scope.by)


def groupings(reading: Reading, source: Source, scope: Scope) -> list[Any]:
    """Return the columns to group by, one select each; [None] without grouping, none where a scope means nothing."""
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
def _statement(parts: tuple[Part, ...], split: Scope, totals: tuple[Total, ...]) -> CompoundSelect[Any] | Select[Any]:
    """Return the statement that reads all parts, its rows numbered by them, then by group and day, then the sums.

    Each part has a span of its own: a database finds that in an index, and not many at once. Built once, since
    building costs more than it takes to execute.
    """
    width = max(sum(1 for total in totals if total.fact.source is part.source) for part in parts)
    selects = [_select(number, part, split, totals, width) for number, part in enumerate(parts)]
    return union_all(*selects) if len(selects) > 1 else selects[0]


def _select(number: int, part: Part, split: Scope, totals: tuple[Total, ...], width: int) -> Select[Any]:
    readable, group = part.reading.readables[part.source], groupings(part.reading, part.source, split)[part.grouping]
    groups = [] if group is None else [group]
    keys = [*groups, readable.day] if part.by_day else groups
    day = readable.day if part.by_day else func.min(readable.day)
    sums = [func.sum(_counted(readable, total)) for total in totals if total.fact.source is part.source]
    padding = [NOTHING] * (width - len(sums))
    query = select(literal_column(str(number)), *groups, day, *sums, *padding).select_from(readable.rows)
    return narrowed(query.where(within(readable.day, part.span)), part.reading, readable, split).group_by(*keys)


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
