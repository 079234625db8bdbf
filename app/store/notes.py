"""Pinning notes to days, and taking them away again."""

from datetime import UTC, date, datetime

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Forbidden, NotFound
from app.domain.roles import Viewer
from app.domain.text import Text
from app.inputs.notes import NoteInput
from app.models import Change, Note, UndoneBatch
from app.queries import notes, undone, units
from app.store import history
from app.store.version import bump

KIND = "notes"
NOT_YOURS = Text("只能删除自己写的备注，主管和管理员除外", "Only managers may remove the notes of others")


def add(session: Session, viewer: Viewer, given: NoteInput) -> int:
    """Pin a note and return its id; Invalid for an unknown unit, Forbidden where the viewer writes nothing."""
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, given.unit)
    if not notes.may_write(viewer, tree.lineage(unit.id)):
        raise Forbidden(Text("没有在这个单元写备注的权限", "You may not write notes on this unit"))
    now = datetime.now(UTC)
    content = {"day": given.day, "kind": str(given.kind), "text": given.text}
    made = Note(unit_id=unit.id, **content, user_id=viewer.user_id, actor=viewer.name, at=now)
    session.add(made)
    session.flush()
    _record(session, viewer, made.id, viewer.user_id, unit.id, given.day, None, _values(given.kind, given.text))
    return made.id


def remove(session: Session, viewer: Viewer, note_id: int) -> int:
    """Take a note away and return the batch of the history that can bring it back; NotFound, Forbidden."""
    tree = units.load_tree(session)
    note = notes.find(session, viewer, tree, note_id)
    if not notes.may_remove(viewer, tree.lineage(note.unit_id), note.user_id):
        raise Forbidden(NOT_YOURS)
    session.execute(delete(Note).where(Note.id == note_id))
    before = {**_values(note.kind, note.text), "by": note.actor}
    return _record(session, viewer, note_id, note.user_id, note.unit_id, note.day, before, None)


def restore(session: Session, viewer: Viewer, batch_id: int) -> int:
    """Bring back the note that a batch took away, as its writer's; NotFound, Forbidden, Conflict when it is there."""
    found = select(Change.unit_id, Change.day, Change.key, Change.before)
    found = found.where(Change.batch_id == batch_id, Change.kind == KIND, Change.after.is_(None))
    row = session.execute(found).first()
    tree = units.load_tree(session)
    if row is None or row.before is None or row.unit_id not in tree.nodes:
        raise NotFound(notes.UNKNOWN)
    key, before = orjson.loads(row.key), orjson.loads(row.before)
    if not notes.may_remove(viewer, tree.lineage(row.unit_id), key["user"]):
        raise Forbidden(NOT_YOURS)
    if undone.is_undone(session, batch_id):
        raise Conflict(Text("这条备注已经恢复", "this note is there already"))
    content = {"day": row.day, "kind": before["kind"], "text": before["text"], "at": datetime.now(UTC)}
    made = Note(unit_id=row.unit_id, **content, user_id=key["user"], actor=before["by"])
    session.add(made)
    session.flush()
    by = _record(session, viewer, made.id, key["user"], row.unit_id, row.day, None, before)
    session.add(UndoneBatch(by_id=by, batch_id=batch_id))
    session.flush()
    return made.id


def _values(kind: str, text: str) -> history.Values:
    return {"kind": str(kind), "text": text}


def _record(
    session: Session,
    viewer: Viewer,
    note_id: int,
    user_id: int | None,
    unit_id: int,
    day: date,
    before: history.Values | None,
    after: history.Values | None,
) -> int:
    change = history.Changed(unit_id, day, {"note": note_id, "user": user_id}, before, after)
    batch = history.record(session, viewer, KIND, [change])
    bump(session)
    return batch or 0
