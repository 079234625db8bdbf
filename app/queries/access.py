"""Who is asking: the viewer behind a session or a token."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Grant, Role, Viewer
from app.models import ApiToken, LoginSession, User, UserGrant


def by_token(session: Session, token_hash: str) -> Viewer | None:
    """Return the viewer of a live token."""
    query = select(ApiToken.name, ApiToken.role, ApiToken.unit_id)
    row = session.execute(query.where(ApiToken.token_hash == token_hash, ApiToken.revoked_at.is_(None))).first()
    return None if row is None else Viewer(row.name, (Grant(Role(row.role), row.unit_id),), origin="token")


def by_session(session: Session, id_hash: str) -> Viewer | None:
    """Return the viewer of a live login of an active user."""
    query = (
        select(User.id, User.name)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(LoginSession.id_hash == id_hash, LoginSession.expires_at > datetime.now(UTC), User.active)
    )
    user = session.execute(query).first()
    if user is None:
        return None
    grants = session.execute(select(UserGrant.role, UserGrant.unit_id).where(UserGrant.user_id == user.id))
    held = tuple(Grant(Role(role), unit_id) for role, unit_id in grants)
    return Viewer(user.name, held, user_id=user.id)


def has_users(session: Session) -> bool:
    """Say whether anybody can log in at all."""
    return session.execute(select(User.id).limit(1)).first() is not None
