"""Targets of a month, as they stand."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.facts import CustomerKind
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


_OF_MONTH = (
    select(Target.metric, Channel.code, Target.customer_kind, Target.value, Target.revision)
    .join(Channel, Channel.id == Target.channel_id, isouter=True)
    .where(Target.unit_id == bindparam("unit"), Target.month == bindparam("month"))
    .order_by(Target.id)
)


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, month: date) -> list[TargetRow]:
    """Return the targets set on exactly this unit for a month, named by the month's first day."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    rows = session.connection().execute(_OF_MONTH, {"unit": unit_id, "month": month})
    return [
        TargetRow(metric, channel, CustomerKind(kind) if kind else None, steps, revision)
        for metric, channel, kind, steps, revision in rows
    ]


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
