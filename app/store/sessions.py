"""Logins of browsers: started with a new id, ended one by one or all at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Action, Viewer
from app.domain.security import Event
from app.domain.text import Text
from app.models import LoginSession, User
from app.store import security
from app.store.secrets import session_hash

ADDRESS, AGENT = 45, 200


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a login comes from, as its owner may recognise it."""

    address: str | None = None
    agent: str | None = None


def start(session: Session, key: bytes, user_id: int, lives: timedelta, browser: Browser, how: str = "") -> str:
    """Start a login and return its id, of which only a hash made with `key` is kept; `how` goes into the log."""
    now = datetime.now(UTC)
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
    session_id = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            id_hash=session_hash(key, session_id),
            user_id=user_id,
            created_at=now,
            expires_at=now + lives,
            address=browser.address and browser.address[:ADDRESS],
            agent=browser.agent and browser.agent[:AGENT],
        )
    )
    name = session.execute(select(User.name).where(User.id == user_id)).scalar_one()
    security.note(session, Event.LOGIN, name, detail=how or None, address=browser.address)
    return session_id


def log_out(session: Session, viewer: Viewer) -> None:
    """End the login that is asking."""
    session.execute(delete(LoginSession).where(LoginSession.id_hash == viewer.session))
    security.record(session, Event.LOGOUT, viewer)


def end(session: Session, viewer: Viewer, id_hash: str) -> None:
    """End one of the viewer's own logins; NotFound for anybody else's."""
    viewer.require(Action.ACCOUNT)
    mine = (LoginSession.id_hash == id_hash, LoginSession.user_id == viewer.user_id)
    if not session.connection().execute(delete(LoginSession).where(*mine)).rowcount:
        raise NotFound(Text("这次登录已经结束", "this login has ended already"))
    security.record(session, Event.SESSION_ENDED, viewer)


def end_all(session: Session, viewer: Viewer, user_id: int) -> int:
    """End all logins of a person but the one that is asking, and return how many there were."""
    if user_id != viewer.user_id:
        viewer.require(Action.ADMINISTER)
    of = delete(LoginSession).where(LoginSession.user_id == user_id)
    if viewer.session is not None:
        of = of.where(LoginSession.id_hash != viewer.session)
    return session.connection().execute(of).rowcount


def touch(session: Session, seen: Mapping[str, datetime]) -> None:
    """Write down when logins were last used; those that have ended meanwhile stay ended."""
    for id_hash, at in sorted(seen.items()):
        session.execute(update(LoginSession).where(LoginSession.id_hash == id_hash).values(seen_at=at))
