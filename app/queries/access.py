"""Who is asking: the viewer behind a session or a token."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from app.db import Reader
from app.domain.roles import Grant, Role, TokenScope, Viewer
from app.domain.text import Language
from app.models import ApiToken, DataVersion, LoginSession, User, UserGrant
from app.queries.version import Stamp

MAX_NAME = 120
"""Of an actor in the history."""


class Asker(NamedTuple):
    """Who asks, and the stamp of the data at that moment."""

    viewer: Viewer
    stamp: Stamp


# Asked with each request: written once, of tables, since classes cost more than the database's answer, and with
# the stamp, which would be another statement. A row for each grant of the person, or one without.
_TOKENS, _SESSIONS, _USERS, _GRANTS = (model.__table__.c for model in (ApiToken, LoginSession, User, UserGrant))
_STAMP = tuple(select(DataVersion.__table__.c[name]).scalar_subquery().label(name) for name in ("epoch", "version"))
_HELD = (_GRANTS.role.label("held"), _GRANTS.unit_id.label("held_on"))
_BY_TOKEN = (
    select(*(_TOKENS[name] for name in ("id", "name", "role", "unit_id", "scopes", "owner_id", "expires_at")), *_HELD)
    .add_columns(_USERS.active, _USERS.name.label("owner"), *_STAMP)
    .outerjoin_from(ApiToken.__table__, User.__table__, _USERS.id == _TOKENS.owner_id)
    .outerjoin(UserGrant.__table__, _GRANTS.user_id == _TOKENS.owner_id)
    .where(_TOKENS.token_hash == bindparam("hash"), _TOKENS.revoked_at.is_(None))
    .order_by(_GRANTS.id)
)
_BY_SESSION = (
    select(_USERS.id, _USERS.name, _USERS.language, _SESSIONS.expires_at, *_HELD, *_STAMP)
    .join_from(LoginSession.__table__, User.__table__, _USERS.id == _SESSIONS.user_id)
    .outerjoin(UserGrant.__table__, _GRANTS.user_id == _USERS.id)
    .where(_SESSIONS.id_hash == bindparam("hash"), _USERS.active)
    .order_by(_GRANTS.id)
)


def by_token(session: Reader, token_hash: str, address: str | None = None) -> Asker | None:
    """Return the viewer of a live token, with what its owner holds now."""
    rows = session.execute(_BY_TOKEN, {"hash": token_hash}).all()
    row = rows[0] if rows else None
    if row is None or row.active is False or (row.expires_at is not None and row.expires_at <= datetime.now(UTC)):
        return None
    viewer = Viewer(
        # People name their tokens as they like: the history says whose it was.
        row.name if row.owner is None else f"{row.name} · {row.owner}"[:MAX_NAME],
        (Grant(Role(row.role), row.unit_id),),
        origin="token",
        token_id=row.id,
        owned=None if row.owner_id is None else _held(rows),
        limit=frozenset(action for scope in row.scopes.split() for action in TokenScope(scope).actions),
        address=address,
    )
    return Asker(viewer, (row.epoch, row.version))


def by_session(session: Reader, id_hash: str, address: str | None = None) -> Asker | None:
    """Return the viewer of a live login of an active user."""
    rows = session.execute(_BY_SESSION, {"hash": id_hash}).all()
    if not rows or rows[0].expires_at <= datetime.now(UTC):
        return None
    person = rows[0]
    viewer = Viewer(
        person.name,
        _held(rows),
        user_id=person.id,
        session=id_hash,
        language=Language(person.language or Language.ZH),
        address=address,
    )
    return Asker(viewer, (person.epoch, person.version))


def by_password(session: Session, name: str) -> tuple[int, str] | None:
    """Return the id of an active user and what is stored of the password."""
    row = session.execute(select(User.id, User.password_hash).where(User.name == name, User.active)).first()
    return None if row is None else (row.id, row.password_hash)


def has_admin(session: Session) -> bool:
    """Say whether there is somebody who can give roles: an active admin of everything."""
    admins = select(UserGrant.id).join(User, User.id == UserGrant.user_id)
    admins = admins.where(UserGrant.role == Role.ADMIN, UserGrant.unit_id.is_(None), User.active)
    return session.execute(admins.limit(1)).first() is not None


def _held(rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Grant, ...]:
    return tuple(Grant(Role(row.held), row.held_on) for row in rows if row.held is not None)
