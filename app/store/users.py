"""People: added, switched off and on, given roles, with a password of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.roles import Action, Role, Viewer
from app.domain.security import Event
from app.domain.text import Text
from app.models import LoginSession, OneTimeLink, OrgUnit, User, UserGrant
from app.models.access import NO_PASSWORD
from app.queries.access import has_admin
from app.queries.units import UNKNOWN
from app.store import security, sessions
from app.store.lock import alone

MAX_NAME = 120
TAKEN = Text("用户名已被使用", "is taken")
LAST = Text("至少要留一位全公司的管理员", "One admin of everything must remain")


@dataclass(frozen=True, slots=True)
class Given:
    """A role to be given: on a unit and all below it, or on everything."""

    role: Role
    unit: str | None = None


def add(session: Session, viewer: Viewer, name: str, grants: Sequence[Given], password_hash: str = NO_PASSWORD) -> int:
    """Add a person and return the id; Invalid for a name that is empty or taken, or an unknown unit."""
    viewer.require(Action.ADMINISTER)
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid.one("name", Text("请填写用户名，最长 120 字", "must have 1 to 120 characters"))
    user = User(name=name, password_hash=password_hash, active=True, created_at=datetime.now(UTC))
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise Invalid.one("name", TAKEN) from None
    security.record(session, Event.USER_ADDED, viewer, subject=name)
    for given in grants:
        grant(session, viewer, user.id, given)
    return user.id


def set_password(session: Session, viewer: Viewer, user_id: int, password_hash: str) -> None:
    """Give a person a new password; all their logins end but the one that is asking."""
    if user_id != viewer.user_id:
        viewer.require(Action.ADMINISTER)
    user = found(session, user_id)
    user.password_hash = password_hash
    session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
    sessions.end_all(session, viewer, user_id)
    security.record(session, Event.PASSWORD_CHANGED, viewer, subject=user.name)


def set_active(session: Session, viewer: Viewer, user_id: int, *, active: bool) -> None:
    """Switch a person on or off; off ends their logins, and their tokens open nothing."""
    viewer.require(Action.ADMINISTER)
    alone(session)
    user = found(session, user_id)
    if user.active == active:
        return
    user.active = active
    session.flush()
    if not active:
        keep_an_admin(session)
        # All of them, one's own too: what was open must not be so again when the account is.
        session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))
        session.execute(delete(OneTimeLink).where(OneTimeLink.user_id == user_id))
    security.record(session, Event.USER_ENABLED if active else Event.USER_DISABLED, viewer, subject=user.name)


def grant(session: Session, viewer: Viewer, user_id: int, given: Given, issuer: str | None = None) -> None:
    """Give a role; the same again changes nothing. `issuer` names the system whose claims say so."""
    viewer.require(Action.ADMINISTER)
    alone(session)
    user, unit_id = found(session, user_id), unit_id_of(session, given.unit)
    if held(session, user_id, given) is not None:
        return
    session.add(UserGrant(user_id=user_id, role=given.role, unit_id=unit_id, issuer=issuer))
    session.flush()
    security.record(session, Event.GRANT_ADDED, viewer, subject=user.name, detail=_named(given.role, given.unit))


def revoke(session: Session, viewer: Viewer, user_id: int, grant_id: int) -> None:
    """Take a role back; NotFound when it is not held, Conflict for the last admin of everything."""
    viewer.require(Action.ADMINISTER)
    alone(session)
    user = found(session, user_id)
    query = select(UserGrant.role, OrgUnit.code, UserGrant.unit_id).outerjoin(OrgUnit, OrgUnit.id == UserGrant.unit_id)
    row = session.execute(query.where(UserGrant.id == grant_id, UserGrant.user_id == user_id)).first()
    if row is None:
        raise NotFound(Text("这项授权已经收回", "this grant is not held"))
    equal = (UserGrant.user_id == user_id, UserGrant.role == row.role)
    place = UserGrant.unit_id.is_(None) if row.unit_id is None else UserGrant.unit_id == row.unit_id
    session.execute(delete(UserGrant).where(*equal, place))
    keep_an_admin(session)
    security.record(session, Event.GRANT_REMOVED, viewer, subject=user.name, detail=_named(row.role, row.code))


def held(session: Session, user_id: int, given: Given) -> int | None:
    """Return the id of a role that a person holds, None when not."""
    unit_id = unit_id_of(session, given.unit)
    query = select(UserGrant.id).where(UserGrant.user_id == user_id, UserGrant.role == given.role)
    same = UserGrant.unit_id.is_(None) if unit_id is None else UserGrant.unit_id == unit_id
    return session.execute(query.where(same)).scalars().first()


def found(session: Session, user_id: int) -> User:
    """Return a person; NotFound for an unknown id."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(Text("没有这位成员", "no such person"))
    return user


def by_name(session: Session, name: str) -> int:
    """Return the id of a person by name; NotFound for an unknown one."""
    user_id = session.execute(select(User.id).where(User.name == name)).scalar_one_or_none()
    if user_id is None:
        raise NotFound(Text(f"没有这位成员：{name}", f"no such person: {name}"))
    return user_id


def unit_id_of(session: Session, code: str | None) -> int | None:
    """Return the id of a unit, None for everything; Invalid for an unknown code."""
    if code is None:
        return None
    unit_id = session.execute(select(OrgUnit.id).where(OrgUnit.code == code)).scalar_one_or_none()
    if unit_id is None:
        raise Invalid.one("unit", UNKNOWN.fill(code=code))
    return unit_id


def keep_an_admin(session: Session) -> None:
    """Refuse what would leave nobody who can give roles."""
    if not has_admin(session):
        raise Conflict(LAST)


def _named(role: str, unit: str | None) -> str:
    return f"{Role(role).text.zh} · {unit or '全部单元'}"
