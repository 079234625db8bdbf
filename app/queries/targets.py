"""Targets of a month, as they stand: those of a unit, over many months, and those of its children."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.domain.facts import CustomerKind
from app.domain.period import Period
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.models import Channel, OrgUnit, Target


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target of a unit; `steps` counts the smallest step of its metric's unit."""

    metric: str
    channel: str | None
    customer_kind: CustomerKind | None
    steps: int | None
    revision: int


@dataclass(frozen=True, slots=True)
class Children:
    """The targets that children of a unit have as a whole, by the id of the child, and how many children are left."""

    targets: dict[int, list[TargetRow]]
    more: int = 0


_COLUMNS = (Target.metric, Channel.code, Target.customer_kind, Target.value, Target.revision)
_ROWS: Select[*tuple[Any, ...]] = select(*_COLUMNS, Target.month, Target.unit_id).join(
    Channel, Channel.id == Target.channel_id, isouter=True
)
_OF_MONTH = _ROWS.where(Target.unit_id == bindparam("unit"), Target.month == bindparam("month")).order_by(Target.id)
_OF_MONTHS = _ROWS.where(
    Target.unit_id == bindparam("unit"), Target.month.between(bindparam("first"), bindparam("last"))
).order_by(Target.month, Target.id)

_WHOLE = (
    Target.month == bindparam("month"),
    Target.channel_id.is_(None),
    Target.customer_kind == "",
    Target.value.is_not(None),
)
_CHILDREN = (
    select(Target.unit_id)
    .join(OrgUnit, OrgUnit.id == Target.unit_id)
    .where(OrgUnit.parent_id == bindparam("unit"), *_WHOLE)
    .distinct()
    .order_by(Target.unit_id)
)
_OF_UNITS = _ROWS.where(Target.unit_id.in_(bindparam("units", expanding=True)), *_WHOLE).order_by(
    Target.unit_id, Target.id
)


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, month: date) -> list[TargetRow]:
    """Return the targets set on exactly this unit for a month, named by the month's first day."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    return [_row(row) for row in session.connection().execute(_OF_MONTH, {"unit": unit_id, "month": month})]


def of_months(session: Session, viewer: Viewer, tree: Tree, unit_id: int, span: Period) -> dict[date, list[TargetRow]]:
    """Return the targets set on exactly this unit, by the first day of each month that begins in a range."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    given = {"unit": unit_id, "first": span.first, "last": span.last}
    found: dict[date, list[TargetRow]] = {}
    for row in session.connection().execute(_OF_MONTHS, given):
        found.setdefault(row[5], []).append(_row(row))
    return found


_OF_CHILDREN = (
    select(OrgUnit.code, Target.metric, Target.value, Target.revision)
    .join(OrgUnit, OrgUnit.id == Target.unit_id)
    .where(OrgUnit.parent_id == bindparam("unit"), OrgUnit.active, Target.month == bindparam("month"))
    .where(Target.channel_id.is_(None), Target.customer_kind == "", Target.value.is_not(None))
    .order_by(Target.id)
)


def of_children(session: Session, viewer: Viewer, tree: Tree, unit_id: int, month: date) -> dict[str, list[TargetRow]]:
    """Return the targets of a month set on the active direct children of a unit, by code; splits are left out."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    found: dict[str, list[TargetRow]] = {}
    for code, metric, steps, revision in session.connection().execute(_OF_CHILDREN, {"unit": unit_id, "month": month}):
        found.setdefault(code, []).append(TargetRow(metric, None, None, steps, revision))
    return found


def below(session: Session, viewer: Viewer, tree: Tree, unit_id: int, month: date, most: int) -> Children:
    """Return the targets for a month of the first `most` children that have any, set on them as a whole."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    if tree.is_leaf(unit_id):
        return Children({})
    connection = session.connection()
    units = list(connection.execute(_CHILDREN, {"unit": unit_id, "month": month}).scalars())
    if not units:
        return Children({})
    rows = connection.execute(_OF_UNITS, {"units": units[:most], "month": month})
    return Children(_by_unit(rows), max(0, len(units) - most))


def _by_unit(rows: Iterable[Sequence[Any]]) -> dict[int, list[TargetRow]]:
    found: dict[int, list[TargetRow]] = {}
    for row in rows:
        found.setdefault(row[6], []).append(_row(row))
    return found


def _row(row: Sequence[Any]) -> TargetRow:
    metric, channel, kind, steps, revision = row[:5]
    return TargetRow(metric, channel, CustomerKind(kind) if kind else None, steps, revision)
