"""Who is asking: the viewer behind a session or a token."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Grant, Role, TokenScope, Viewer
from app.models import ApiToken, LoginSession, User, UserGrant

MAX_NAME = 120
"""Of an actor in the history."""


def by_token(session: Session, token_hash: str, address: str | None = None) -> Viewer | None:
    """Return the viewer of a live token, with what its owner holds now."""
    now = datetime.now(UTC)
    columns = (ApiToken.id, ApiToken.name, ApiToken.role, ApiToken.unit_id, ApiToken.scopes, ApiToken.owner_id)
    query = select(*columns, ApiToken.expires_at, User.active, User.name.label("owner")).outerjoin(
        User, User.id == ApiToken.owner_id
    )
    row = session.execute(query.where(ApiToken.token_hash == token_hash, ApiToken.revoked_at.is_(None))).first()
    if row is None or row.active is False or (row.expires_at is not None and row.expires_at <= now):
        return None
    scopes = [TokenScope(scope) for scope in row.scopes.split()]
    return Viewer(
        # People name their tokens as they like: the history says whose it was.
        row.name if row.owner is None else f"{row.name} · {row.owner}"[:MAX_NAME],
        (Grant(Role(row.role), row.unit_id),),
        origin="token",
        token_id=row.id,
        owned=None if row.owner_id is None else _grants(session, row.owner_id),
        limit=frozenset(action for scope in scopes for action in scope.actions),
        address=address,
    )


def by_session(session: Session, id_hash: str, address: str | None = None) -> Viewer | None:
    """Return the viewer of a live login of an active user."""
    query = (
        select(User.id, User.name)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(LoginSession.id_hash == id_hash, LoginSession.expires_at > datetime.now(UTC), User.active)
    )
    user = session.execute(query).first()
    if user is None:
        return None
    return Viewer(user.name, _grants(session, user.id), user_id=user.id, session=id_hash, address=address)


def by_password(session: Session, name: str) -> tuple[int, str] | None:
    """Return the id of an active user and what is stored of the password."""
    row = session.execute(select(User.id, User.password_hash).where(User.name == name, User.active)).first()
    return None if row is None else (row.id, row.password_hash)


def has_admin(session: Session) -> bool:
    """Say whether there is somebody who can give roles: an active admin of everything."""
    admins = select(UserGrant.id).join(User, User.id == UserGrant.user_id)
    admins = admins.where(UserGrant.role == Role.ADMIN, UserGrant.unit_id.is_(None), User.active)
    return session.execute(admins.limit(1)).first() is not None


def _grants(session: Session, user_id: int) -> tuple[Grant, ...]:
    rows = session.execute(
        select(UserGrant.role, UserGrant.unit_id).where(UserGrant.user_id == user_id).order_by(UserGrant.id)
    )
    return tuple(Grant(Role(role), unit_id) for role, unit_id in rows)
