"""Keeping views of boards: everybody their own, under a name, shared by a link or not."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import Invalid, NotFound
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.models import SavedView
from app.queries.views import UNKNOWN
from app.store.version import bump

MOST = 50
"""Views of one person."""


class Kept(NamedTuple):
    """A view that was saved: the key of its link, and whether it took the place of one of the same name."""

    key: str
    replaced: bool


def save(session: Session, viewer: Viewer, name: str, board: str, query: str) -> Kept:
    """Keep a view under a name, in place of the one that had it; Invalid for too many."""
    viewer.require(Action.ACCOUNT)
    found = _named(session, viewer, name)
    replaced = found is not None
    if found is None:
        _refuse_many(session, viewer)
        found = SavedView(user_id=viewer.user_id, name=name, key=token_urlsafe(16), shared=False)
    found.board, found.query, found.at = board, query, datetime.now(UTC)
    session.add(found)
    session.flush()
    bump(session)
    return Kept(found.key, replaced)


def rename(session: Session, viewer: Viewer, key: str, name: str) -> None:
    """Call one's own view something else; NotFound for another's, Invalid for a name that is taken."""
    view, other = _own(session, viewer, key), _named(session, viewer, name)
    if other is not None and other is not view:
        raise Invalid.one("name", Text("已有同名的视图", "is the name of another view"))
    view.name = name
    session.flush()
    bump(session)


def share(session: Session, viewer: Viewer, key: str, *, on: bool) -> None:
    """Let the link of one's own view lead everybody to it, or nobody else; NotFound for another's."""
    _own(session, viewer, key).shared = on
    session.flush()
    bump(session)


def remove(session: Session, viewer: Viewer, key: str) -> None:
    """Forget one's own view; NotFound for another's."""
    session.delete(_own(session, viewer, key))
    session.flush()
    bump(session)


def _own(session: Session, viewer: Viewer, key: str) -> SavedView:
    viewer.require(Action.ACCOUNT)
    query = select(SavedView).where(SavedView.key == key, SavedView.user_id == viewer.user_id)
    view = session.execute(query).scalar_one_or_none()
    if view is None:
        raise NotFound(UNKNOWN)
    return view


def _named(session: Session, viewer: Viewer, name: str) -> SavedView | None:
    query = select(SavedView).where(SavedView.user_id == viewer.user_id, SavedView.name == name)
    return session.execute(query).scalar_one_or_none()


def _refuse_many(session: Session, viewer: Viewer) -> None:
    query = select(func.count()).select_from(SavedView).where(SavedView.user_id == viewer.user_id)
    if session.execute(query).scalar_one() >= MOST:
        message = Text("最多保存 {most} 个视图，请先删除不用的", "at most {most} views; remove one that is not used")
        raise Invalid.one("name", message.fill(most=MOST))
