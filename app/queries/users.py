"""People as an admin sees them: their roles, when they were last here, their logins."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Action, Role, Viewer
from app.domain.text import Text
from app.models import LoginSession, OrgUnit, User, UserGrant
from app.models.access import NO_PASSWORD


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, on a unit or on everything."""

    id: int
    role: Role
    unit: str | None
    """The unit's name; None for everything."""
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can log in, or could."""

    id: int
    name: str
    active: bool
    has_password: bool
    created_at: datetime
    seen_at: datetime | None
    grants: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """A login of a browser that still holds."""

    id_hash: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    is_this: bool


def everybody(session: Session, viewer: Viewer) -> list[Person]:
    """Return all people by name, those who are switched off last."""
    viewer.require(Action.ADMINISTER)
    return _people(session)


def person(session: Session, viewer: Viewer, user_id: int) -> Person:
    """Return one person; NotFound for an unknown id."""
    viewer.require(Action.ADMINISTER)
    for found in _people(session, user_id):
        return found
    raise NotFound(Text("没有这位成员", "no such person"))


def logins(session: Session, viewer: Viewer, user_id: int | None = None) -> list[Login]:
    """Return the live logins of the viewer, or of somebody else for an admin; the newest first."""
    if user_id not in (None, viewer.user_id):
        viewer.require(Action.ADMINISTER)
    query = select(LoginSession).where(
        LoginSession.user_id == (viewer.user_id if user_id is None else user_id),
        LoginSession.expires_at > datetime.now(UTC),
    )
    rows = session.execute(query.order_by(LoginSession.created_at.desc())).scalars()
    return [
        Login(
            row.id_hash,
            row.created_at,
            row.seen_at or row.created_at,
            row.expires_at,
            row.address,
            row.agent,
            row.id_hash == viewer.session,
        )
        for row in rows
    ]


def _people(session: Session, user_id: int | None = None) -> list[Person]:
    held: dict[int, list[Held]] = defaultdict(list)
    grants = select(UserGrant, OrgUnit.name).outerjoin(OrgUnit, OrgUnit.id == UserGrant.unit_id).order_by(UserGrant.id)
    for grant, unit in session.execute(grants if user_id is None else grants.where(UserGrant.user_id == user_id)):
        held[grant.user_id].append(Held(grant.id, Role(grant.role), unit, grant.issuer))
    last = func.max(func.coalesce(LoginSession.seen_at, LoginSession.created_at))
    logins = session.execute(select(LoginSession.user_id, last).group_by(LoginSession.user_id))
    seen = {user: moment for user, moment in logins}  # noqa: C416 (rows are typed as tuples only when unpacked)
    query = select(User).order_by(User.active.desc(), User.name)
    users = session.execute(query if user_id is None else query.where(User.id == user_id)).scalars()
    return [
        Person(
            *(user.id, user.name, user.active, user.password_hash != NO_PASSWORD, user.created_at),
            seen.get(user.id),
            tuple(held[user.id]),
        )
        for user in users
    ]


def cards(session: Session, viewer: Viewer) -> tuple[str, ...] | None:
    """Return the metrics that the viewer chose for the cards of 今日, in order; None for the usual ones."""
    viewer.require(Action.ACCOUNT)
    stored = session.execute(select(User.cards).where(User.id == viewer.user_id)).scalar()
    return None if stored is None else tuple(stored.split())
