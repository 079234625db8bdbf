"""API tokens: made with at most what their maker holds, shown once, dead when revoked or expired."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.roles import ALLOWED, SYSTEM, Action, Role, TokenScope, Viewer, scopes_of
from app.domain.security import Event
from app.domain.text import Text
from app.models import ApiToken
from app.queries.units import load_tree
from app.store import security
from app.store.secrets import token_hash
from app.store.users import Given, unit_id_of

MAX_NAME = 120
MAX_DAYS = 3650


def create(
    session: Session,
    viewer: Viewer,
    name: str,
    given: Given,
    *,
    scopes: Iterable[TokenScope] | None = None,
    days: int | None = None,
) -> str:
    """Make a token and return it; only its hash is kept. Without scopes it has all that its role can use.

    Raises Invalid for a bad name, unit, scope or number of days, and Forbidden where the viewer
    does not hold what the token would.
    """
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid.one("name", Text("请填写用途，最长 120 字", "must have 1 to 120 characters"))
    wanted = _scopes(given.role, scopes)
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise Invalid.one("days", Text("有效天数为 1 至 3650", "must be from 1 to 3650"))
    unit_id = unit_id_of(session, given.unit)
    _require(session, viewer, given.role, wanted, unit_id)
    token, now = f"lp_{secrets.token_urlsafe(32)}", datetime.now(UTC)
    row = ApiToken(
        name=name,
        token_hash=token_hash(token),
        role=given.role,
        unit_id=unit_id,
        scopes=" ".join(wanted),
        owner_id=viewer.user_id,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    said = f"{given.role.text.zh} · {given.unit or '全部单元'} · {' '.join(wanted)}"
    security.record(session, Event.TOKEN_CREATED, viewer, subject=name, detail=said)
    return token


def revoke(session: Session, viewer: Viewer, token_id: int) -> None:
    """Kill a token at once; NotFound for one that is neither the viewer's own nor theirs to administer."""
    row = session.get(ApiToken, token_id)
    own = row is not None and row.owner_id is not None and row.owner_id == viewer.user_id
    if row is None or not (own or viewer.may(Action.ADMINISTER)):
        raise NotFound(Text("没有这个令牌", "no such token"))
    if row.revoked_at is None:
        row.revoked_at = datetime.now(UTC)
        security.record(session, Event.TOKEN_REVOKED, viewer, subject=row.name)


def touch(session: Session, used: Mapping[int, datetime]) -> None:
    """Write down when tokens were last used."""
    for token_id, at in sorted(used.items()):
        session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=at))


def _scopes(role: Role, scopes: Iterable[TokenScope] | None) -> list[TokenScope]:
    usable = scopes_of(role)
    wanted = [scope for scope in TokenScope if scope in (usable if scopes is None else set(scopes))]
    if not wanted or not set(wanted) <= set(usable):
        raise Invalid.one("scopes", Text("请选择角色能用的范围", "must be one or more of what the role can use"))
    return wanted


def _require(session: Session, viewer: Viewer, role: Role, scopes: list[TokenScope], unit_id: int | None) -> None:
    """Refuse a token that could do what its maker cannot."""
    if viewer is SYSTEM:
        return
    viewer.require(Action.ACCOUNT)
    lineage = () if unit_id is None else load_tree(session).lineage(unit_id)
    for scope in scopes:
        for action in scope.actions & ALLOWED[role]:
            if not viewer.may(action, lineage):
                raise Forbidden(Text("令牌不能超出自己的权限", "A token can hold no more than its maker"))
