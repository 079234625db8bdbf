"""Targets of a month, as they stand."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.facts import CustomerKind
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.models import Channel, Target


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target of a unit; `steps` counts the smallest step of its metric's unit."""

    metric: str
    channel: str | None
    customer_kind: CustomerKind | None
    steps: int | None
    revision: int


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, month: date) -> list[TargetRow]:
    """Return the targets set on exactly this unit for a month, named by the month's first day."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    columns = (Target.metric, Channel.code, Target.customer_kind, Target.value, Target.revision)
    query = select(*columns).join(Channel, Channel.id == Target.channel_id, isouter=True)
    rows = session.execute(query.where(Target.unit_id == unit_id, Target.month == month).order_by(Target.id))
    return [
        TargetRow(metric, channel, CustomerKind(kind) if kind else None, steps, revision)
        for metric, channel, kind, steps, revision in rows
    ]
