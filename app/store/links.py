"""One-time links: one makes the first admin, others let somebody set a password; each is dead after use."""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import SYSTEM, Action, Role, Viewer
from app.domain.security import Event
from app.domain.text import Text
from app.models import OneTimeLink
from app.queries.access import has_admin
from app.store import security, users
from app.store.secrets import token_hash

LIVES = timedelta(days=3)
GONE = Text("链接已失效，请联系管理员", "This link is dead; ask your admin for a new one")


def for_first_admin(session: Session) -> str:
    """Return the key of a new link that makes the first admin; the one before is dead."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.user_id.is_(None)))
    return _made(session, None)


def for_password(session: Session, viewer: Viewer, user_id: int) -> str:
    """Return the key of a new link with which a person sets a password; the one before is dead."""
    viewer.require(Action.ADMINISTER)
    name = users.found(session, user_id).name
    session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
    security.record(session, Event.PASSWORD_LINK, viewer, subject=name)
    return _made(session, user_id)


def owner(session: Session, key: str) -> str | None:
    """Return whose password a live link sets; None for the first admin, NotFound for a dead link."""
    row = _live(session, key)
    return None if row.user_id is None else users.found(session, row.user_id).name


def use(session: Session, key: str, name: str, password_hash: str, address: str | None) -> int:
    """Do what a live link is for, and return the id of whoever may log in with it; NotFound for a dead one."""
    row = _live(session, key)
    # Of two that use it at one moment, one deletes the row.
    used = delete(OneTimeLink).where(OneTimeLink.key_hash == row.key_hash)
    if not session.connection().execute(used).rowcount:
        raise NotFound(GONE)
    if row.user_id is None:
        user_id = users.add(session, SYSTEM, name, [users.Given(Role.ADMIN)], password_hash)
        security.note(session, Event.FIRST_ADMIN, name, address=address)
        return user_id
    user = users.found(session, row.user_id)
    holder = Viewer(user.name, (), user_id=user.id, address=address)
    users.set_password(session, holder, user.id, password_hash)
    return user.id


def _made(session: Session, user_id: int | None) -> str:
    key, now = secrets.token_urlsafe(32), datetime.now(UTC)
    row = OneTimeLink(key_hash=token_hash(key), user_id=user_id, created_at=now, expires_at=now + LIVES)
    session.add(row)
    session.flush()
    return key


def _live(session: Session, key: str) -> OneTimeLink:
    query = select(OneTimeLink).where(
        OneTimeLink.key_hash == token_hash(key), OneTimeLink.expires_at > datetime.now(UTC)
    )
    row = session.execute(query).scalar_one_or_none()
    taken = row is not None and row.user_id is None and has_admin(session)
    # A link of somebody who is switched off opens nothing either.
    off = row is not None and row.user_id is not None and not users.found(session, row.user_id).active
    if row is None or taken or off:
        raise NotFound(GONE)
    return row
