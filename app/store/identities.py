"""People that another system vouches for: made at their first login, with the roles that its claims give."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Forbidden
from app.domain.roles import SYSTEM, Role
from app.domain.security import Event
from app.domain.text import Text
from app.models import OrgUnit, User, UserGrant, UserIdentity
from app.store import security, users
from app.store.lock import alone
from app.store.users import MAX_NAME, Given

OFF = Text("这个账号已停用，请联系管理员", "This account is switched off; ask your admin")


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who came back from a login elsewhere; issuer and subject together name one person for ever."""

    issuer: str
    subject: str
    name: str


def user_of(session: Session, who: Vouched, given: Collection[tuple[Role, str | None]] | None) -> int:
    """Return the id of a person, who is made where unknown; Forbidden for one who is switched off.

    `given` holds the roles that the claims give now; None where claims give none at all, and then
    an admin gives them.
    """
    known = select(User.id, User.active).join(UserIdentity, UserIdentity.user_id == User.id)
    row = session.execute(known.where(UserIdentity.issuer == who.issuer, UserIdentity.subject == who.subject)).first()
    if row is not None and not row.active:
        raise Forbidden(OFF)
    user_id = _made(session, who) if row is None else row.id
    if given is not None:
        _replace(session, user_id, who.issuer, given)
    return user_id


def _made(session: Session, who: Vouched) -> int:
    user_id = users.add(session, SYSTEM, _free_name(session, who.name), [])
    session.add(UserIdentity(user_id=user_id, issuer=who.issuer, subject=who.subject))
    session.flush()
    return user_id


def _free_name(session: Session, name: str) -> str:
    """Return the name, or one like it that nobody has: a name alone makes nobody the person who has it."""
    wanted = name.strip()[: MAX_NAME - 8].strip() or "?"
    taken = set(session.execute(select(User.name).where(User.name.startswith(wanted, autoescape=True))).scalars())
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted} ({number})"
    return free


def _replace(session: Session, user_id: int, issuer: str, given: Collection[tuple[Role, str | None]]) -> None:
    """Give exactly the roles that the claims give; what an admin has given stays."""
    alone(session)
    held = select(UserGrant.id, UserGrant.role, OrgUnit.code).outerjoin(OrgUnit, OrgUnit.id == UserGrant.unit_id)
    rows = session.execute(held.where(UserGrant.user_id == user_id, UserGrant.issuer == issuer)).all()
    name = users.found(session, user_id).name
    for grant_id, role, code in rows:
        if (Role(role), code) not in given:
            try:
                with session.begin_nested():
                    session.execute(delete(UserGrant).where(UserGrant.id == grant_id))
                    users.keep_an_admin(session)
            except Conflict:
                continue  # the last one who can give roles keeps that, whatever the claims say
            detail = f"{Role(role).text.zh} · {code or '全部单元'}"
            security.record(session, Event.GRANT_REMOVED, SYSTEM, subject=name, detail=detail)
    known = set(session.execute(select(OrgUnit.code)).scalars())
    for role, unit in sorted(given, key=str):
        # A mapping may name a unit that is not there yet, or not any more.
        if unit is None or unit in known:
            users.grant(session, SYSTEM, user_id, Given(role, unit), issuer)
