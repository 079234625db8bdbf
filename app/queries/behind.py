"""The rows of facts that a sum is made of."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from app.domain.facts import STOCK_COUNTS, FactTable
from app.domain.period import Period
from app.domain.roles import Action, Viewer
from app.domain.scope import Scope
from app.domain.terms import Total
from app.domain.tree import Tree
from app.queries.facts import table_of
from app.queries.readable import FACTS, Readable, in_scope


def rows(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    facts: FactTable,
    scope: Scope,
    terms: Sequence[Total],
    days: Period,
    limit: int,
) -> Sequence[Any]:
    """Return up to `limit` rows of a table, the newest first, in which any of some sums finds a number.

    A row has `unit_id`, `day`, the columns of the dims, and a column named as its fact for each of the sums.
    """
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    table, source = table_of(facts), FACTS[terms[0].fact.source]
    numbers = {term.fact.column: source.measures[term.fact.column] for term in terms}
    columns = [source.unit, table.c[facts.day_key].label("day"), *(table.c[dim.column] for dim in facts.dims)]
    query = select(*columns, *(number.label(name) for name, number in numbers.items())).select_from(source.rows)
    query = query.where(source.day >= days.first, source.day <= days.last)
    query = query.where(or_(*(_counts(source, term) for term in terms)))
    query = _narrowed(query, source, tree, scope)
    return session.execute(query.order_by(source.day.desc(), table.c.id).limit(limit)).all()


def _narrowed(query: Select[Any], source: Readable, tree: Tree, scope: Scope) -> Select[Any]:
    if (inside := in_scope(source.unit, tree, scope.unit_id)) is not None:
        query = query.where(inside)
    if scope.channel is not None:
        named = source.channels.get(scope.channel.kind)
        query = query.where(false() if named is None else named == scope.channel.id)
    if scope.customer_kind is not None:
        kind = source.customer_kind
        query = query.where(false() if kind is None else kind == str(scope.customer_kind))
    return query


def _counts(source: Readable, term: Total) -> ColumnElement[bool]:
    """Return the condition that a row counts for a sum."""
    conditions: list[ColumnElement[bool]] = [source.measures[term.fact.column].is_not(None)]
    if term.kinds is not None and source.customer_kind is not None:
        conditions.append(source.customer_kind.in_(sorted(term.kinds)))
    if term.paired is not None:
        conditions.append(source.measures[term.paired.column].is_not(None))
    if term.day_n is not None and source.day_n is not None:
        conditions.append(source.day_n == term.day_n)
    return and_(*conditions)


def counts(session: Session, viewer: Viewer, tree: Tree, scope: Scope, last: date, limit: int) -> Sequence[Any]:
    """Return up to `limit` stock counts of a scope until a day, the newest first."""
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    table = table_of(STOCK_COUNTS)
    query = select(table).where(table.c.day <= last)
    if (inside := in_scope(table.c.unit_id, tree, scope.unit_id)) is not None:
        query = query.where(inside)
    return session.execute(query.order_by(table.c.day.desc(), table.c.id).limit(limit)).all()
