"""Fact rows as they stand: page by page for other tools, and one day's worth for the entry form."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.facts import CustomerKind, FactTable, Unit
from app.domain.roles import Action, Viewer
from app.domain.scope import ChannelRef
from app.domain.text import Text
from app.domain.tree import Tree
from app.models import FACT_MODELS
from app.queries.channels import ChannelRow
from app.queries.units import subtree, tops

FactRecord = dict[str, Any]
"""A row as the API gives it: key by codes, measures (money in yuan), revision."""

_CURSOR = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page starts: behind this day and row."""

    day: date
    id: int

    def __str__(self) -> str:
        """Return the cursor as it is handed out."""
        return f"{self.day.isoformat()}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor that was handed out; Invalid for anything else."""
        found = _CURSOR.fullmatch(text)
        try:
            day, id_ = found.groups() if found else ("", "")
            return cls(date.fromisoformat(day), int(id_))
        except ValueError:
            raise Invalid.one("cursor", Text("游标无效", "is not a cursor")) from None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: a unit's subtree (None: all that may be read), days from..to, a channel, a kind of customers."""

    unit_id: int | None = None
    first: date | None = None
    last: date | None = None
    channel: ChannelRef | None = None
    cursor: Cursor | None = None
    customer_kinds: frozenset[CustomerKind] = frozenset()


def table_of(facts: FactTable) -> Table:
    """Return the SQL table of a kind of fact."""
    return FACT_MODELS[facts.kind].metadata.tables[facts.kind.replace("-", "_")]


class Codes:
    """Turns ids into codes for the rows of one answer."""

    def __init__(self, tree: Tree, channels: dict[str, ChannelRow]) -> None:
        self.units = {node.id: node.code for node in tree.nodes.values()}
        self.channels = {channel.id: channel.code for channel in channels.values()}

    def record(self, facts: FactTable, row: Any) -> FactRecord:  # noqa: ANN401 (a row of a table known at run time)
        """Return a database row as the API gives it."""
        day = getattr(row, facts.day_key)
        record: FactRecord = {
            facts.day_key: day.strftime("%Y-%m") if facts.day_key == "month" else day,
            "unit": self.units[row.unit_id],
        }
        for dim in facts.dims:
            stored = getattr(row, dim.column)
            record[dim.key] = (self.channels.get(stored) if dim.channels else stored) if stored != "" else None
        for measure in facts.measures:
            record[measure.key] = (
                yuan(getattr(row, measure.key)) if measure.unit is Unit.YUAN else getattr(row, measure.key)
            )
        record["revision"] = row.revision
        return record


def yuan(fen: int | None) -> Decimal | None:
    """Return fen as yuan."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def page(session: Session, viewer: Viewer, tree: Tree, facts: FactTable, asked: Filter, limit: int) -> Sequence[Any]:
    """Return up to `limit` database rows in the order of day and row; Forbidden for a unit out of reach."""
    table = table_of(facts)
    query = _readable(select(table), viewer, tree, facts, asked)
    return session.execute(query.order_by(table.c[facts.day_key], table.c.id).limit(limit)).all()


def count(session: Session, viewer: Viewer, tree: Tree, facts: FactTable, asked: Filter) -> int:
    """Return how many rows all pages hold together."""
    query = _readable(select(func.count()).select_from(table_of(facts)), viewer, tree, facts, asked)
    found: int = session.execute(query).scalar_one()
    return found


def pages(
    session: Session, viewer: Viewer, tree: Tree, facts: FactTable, asked: Filter, size: int = 5000
) -> Iterator[Sequence[Any]]:
    """Yield all rows page by page, so that no more than `size` of them are in memory."""
    while rows := page(session, viewer, tree, facts, asked, size):
        yield rows
        if len(rows) < size:
            return
        last = rows[-1]
        asked = replace(asked, cursor=Cursor(getattr(last, facts.day_key), last.id))


def _readable(query: Select[Any], viewer: Viewer, tree: Tree, facts: FactTable, asked: Filter) -> Select[Any]:
    table = table_of(facts)
    units = [asked.unit_id] if asked.unit_id is not None else [top.id for top in tops(tree, viewer)]
    for unit_id in units:
        viewer.require(Action.READ, tree.lineage(unit_id))
    wanted = {node.id for unit_id in units for node in tree.subtree(unit_id)}
    if wanted != set(tree.nodes):
        query = query.where(or_(*(table.c.unit_id.in_(select(subtree(id_).c.id)) for id_ in units)))
    return _narrowed(query, table, facts, asked)


def _narrowed(query: Select[Any], table: Table, facts: FactTable, asked: Filter) -> Select[Any]:
    day = table.c[facts.day_key]
    if asked.first:
        query = query.where(day >= asked.first)
    if asked.last:
        query = query.where(day <= asked.last)
    if asked.channel:
        named = [table.c[dim.column] for dim in facts.dims if asked.channel.kind in dim.channels]
        query = query.where(or_(*(column == asked.channel.id for column in named)) if named else table.c.id < 0)
    if asked.customer_kinds:
        is_known = "customer_kind" in (dim.column for dim in facts.dims)
        query = query.where(table.c.customer_kind.in_(sorted(asked.customer_kinds)) if is_known else table.c.id < 0)
    if asked.cursor:
        behind = and_(day == asked.cursor.day, table.c.id > asked.cursor.id)
        query = query.where(or_(day > asked.cursor.day, behind))
    return query


def of_day(session: Session, facts: FactTable, unit_id: int, days: Sequence[date]) -> Sequence[Any]:
    """Return the database rows of one unit on some days; the unit must have been checked."""
    table = table_of(facts)
    query = select(table).where(table.c.unit_id == unit_id, table.c[facts.day_key].in_(days))
    return session.execute(query.order_by(table.c.id)).all()
