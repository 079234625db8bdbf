"""Saved views: somebody's own, and the one that a link names."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Viewer
from app.domain.text import Text
from app.models import SavedView

UNKNOWN = Text("没有这个视图，或没有分享给你", "There is no such view, or it is not shared")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view; `key` names it in links."""

    key: str
    name: str
    board: str
    query: str
    shared: bool

    @property
    def address(self) -> str:
        """Where the view leads."""
        return f"/{self.board}?{self.query}" if self.query else f"/{self.board}"


_COLUMNS = (SavedView.key, SavedView.name, SavedView.board, SavedView.query, SavedView.shared)


def mine(session: Session, viewer: Viewer) -> list[ViewRow]:
    """Return the viewer's own views by name."""
    query = select(*_COLUMNS).where(SavedView.user_id == viewer.user_id).order_by(SavedView.name)
    return [ViewRow(*row) for row in session.execute(query)]


def linked(session: Session, viewer: Viewer, key: str) -> ViewRow:
    """Return the view of a link; NotFound unless it is the viewer's own or shared."""
    query = select(*_COLUMNS, SavedView.user_id).where(SavedView.key == key)
    row = session.execute(query).first()
    if row is None or not (row.shared or row.user_id == viewer.user_id):
        raise NotFound(UNKNOWN)
    return ViewRow(row.key, row.name, row.board, row.query, row.shared)
