"""Notes of a unit: its own and those of the units above it, in the order of their days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, or_, select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.notes import NoteKind
from app.domain.period import Period
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.models import Note
from app.queries.units import subtree

UNKNOWN = Text("没有这条备注", "no such note")
MOST = 500
"""Notes that one list holds."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as it is kept."""

    id: int
    unit_id: int
    day: date
    kind: NoteKind
    text: str
    user_id: int | None
    actor: str
    at: datetime


_COLUMNS = (Note.id, Note.unit_id, Note.day, Note.kind, Note.text, Note.user_id, Note.actor, Note.at)
_WITHIN = (
    select(*_COLUMNS).where(Note.day.between(bindparam("first"), bindparam("last"))).order_by(Note.day, Note.id)
).limit(MOST)
_LINEAGE = Note.unit_id.in_(bindparam("lineage", expanding=True))
# Made once: every board asks the first of them.
_ON_LINEAGE = _WITHIN.where(_LINEAGE)
_BELOW_TOO = _WITHIN.where(or_(_LINEAGE, Note.unit_id.in_(select(subtree(bindparam("unit", type_=BigInteger)).c.id))))


def load(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, *, below: bool = False
) -> list[NoteRow]:
    """Return the notes of a range on a unit and those above it, and `below` it too; Forbidden for one out of reach."""
    lineage = tree.lineage(unit_id)
    viewer.require(Action.READ, lineage)
    given = {"lineage": lineage, "unit": unit_id, "first": period.first, "last": period.last}
    rows = session.connection().execute(_BELOW_TOO if below else _ON_LINEAGE, given).all()
    return [_row(row) for row in rows]


def find(session: Session, viewer: Viewer, tree: Tree, note_id: int) -> NoteRow:
    """Return one note; NotFound where there is none on a unit that the viewer may read."""
    row = session.execute(select(*_COLUMNS).where(Note.id == note_id)).first()
    if row is None or not viewer.may(Action.READ, tree.lineage(row.unit_id)):
        raise NotFound(UNKNOWN)
    return _row(row)


def _row(row: Any) -> NoteRow:  # noqa: ANN401 (a row of the columns above)
    return NoteRow(row.id, row.unit_id, row.day, NoteKind(row.kind), row.text, row.user_id, row.actor, row.at)


def may_write(viewer: Viewer, lineage: Collection[int]) -> bool:
    """Say whether the viewer may pin notes to a unit: whoever enters facts or sets targets there may."""
    return any(viewer.may(action, lineage) for action in (Action.WRITE_FACTS, Action.WRITE_TARGETS))


def may_remove(viewer: Viewer, lineage: Collection[int], user_id: int | None) -> bool:
    """Say whether the viewer may take a note of somebody away: their own, and as a manager everybody's."""
    is_own = user_id is not None and user_id == viewer.user_id
    return (is_own and may_write(viewer, lineage)) or viewer.may(Action.WRITE_TARGETS, lineage)
