"""Accounts: users, logins and tokens; secrets leave here once and are stored as hashes."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.roles import Role
from app.domain.text import Text
from app.models import ApiToken, LoginSession, OrgUnit, User, UserGrant
from app.queries.units import UNKNOWN

MIN_PASSWORD = 8

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@lru_cache
def _nobody() -> str:
    """Return a hash that is checked for unknown names, so that they take as long as known ones."""
    return _HASHER.hash(secrets.token_urlsafe())


def add_user(session: Session, name: str, password: str, role: Role, unit: str | None = None) -> None:
    """Add a person with one grant; Invalid for a taken name, a short password or an unknown unit."""
    if not name.strip():
        raise Invalid.one("name", Text("请填写用户名", "must not be empty"))
    if len(password) < MIN_PASSWORD:
        message = Text(f"密码至少 {MIN_PASSWORD} 位", f"must have at least {MIN_PASSWORD} characters")
        raise Invalid.one("password", message)
    if session.execute(select(User.id).where(User.name == name)).first():
        raise Invalid.one("name", Text("用户名已被使用", "is taken"))
    user = User(name=name, password_hash=_HASHER.hash(password), active=True, created_at=datetime.now(UTC))
    session.add(user)
    session.flush()
    session.add(UserGrant(user_id=user.id, role=role, unit_id=_unit_id(session, unit)))


def add_token(session: Session, name: str, role: Role, unit: str | None = None) -> str:
    """Add an API token and return it; only its hash is kept. Invalid for an unknown unit."""
    token = f"lp_{secrets.token_urlsafe(32)}"
    row = ApiToken(
        name=name,
        token_hash=token_hash(token),
        role=role,
        unit_id=_unit_id(session, unit),
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return token


def user_of(session: Session, name: str, password: str) -> int | None:
    """Return the id of the active user with this name and password, None for a wrong one of either."""
    user = session.execute(select(User).where(User.name == name, User.active)).scalar_one_or_none()
    try:
        _HASHER.verify(user.password_hash if user else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return None if user is None else user.id


def start_session(session: Session, key: bytes, user_id: int, days: int) -> str:
    """Start a login and return its id, of which only a hash made with `key` is kept."""
    now = datetime.now(UTC)
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
    session_id = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            id_hash=session_hash(key, session_id),
            user_id=user_id,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    return session_id


def log_out(session: Session, key: bytes, session_id: str) -> None:
    """End a login."""
    session.execute(delete(LoginSession).where(LoginSession.id_hash == session_hash(key, session_id)))


def token_hash(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_hash(key: bytes, session_id: str) -> str:
    """Return what is stored of a session id."""
    return hmac.new(key, session_id.encode(), hashlib.sha256).hexdigest()


def _unit_id(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    unit_id = session.execute(select(OrgUnit.id).where(OrgUnit.code == code)).scalar_one_or_none()
    if unit_id is None:
        raise Invalid.one("unit", UNKNOWN.fill(code=code))
    return unit_id
