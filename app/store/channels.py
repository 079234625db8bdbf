"""Changing channels: made, renamed, coloured and switched off, never deleted."""

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid
from app.domain.facts import TABLES, UNATTRIBUTED
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.master import ChannelInput
from app.models import Channel
from app.queries.channels import ChannelRow, load
from app.queries.facts import table_of
from app.store import history
from app.store.lock import alone
from app.store.units import REQUIRED
from app.store.version import bump

LAST_POSITION = 999
"""Where the built-in channels stand, behind all others."""

_FIELDS = ("name", "kind", "color_slot", "position", "active")


def put(session: Session, viewer: Viewer, code: str, given: ChannelInput) -> tuple[ChannelRow, bool]:
    """Create or change a channel; return it, and whether it is new.

    Raises Invalid for a missing name or kind, Conflict for a new kind where there are facts.
    """
    viewer.require_everywhere(Action.MANAGE)
    alone(session)
    channel = session.execute(select(Channel).where(Channel.code == code)).scalar_one_or_none()
    before = None if channel is None else _values(channel)
    if channel is None:
        for field in ("name", "kind"):
            if getattr(given, field) is None:
                raise Invalid.one(field, REQUIRED)
        last = session.execute(select(func.max(Channel.position)).where(Channel.position < LAST_POSITION)).scalar() or 0
        channel = Channel(code=code, active=True, color_slot=0, position=last + 1)
    elif given.kind is not None and given.kind != channel.kind and (_is_used(session, channel) or _is_built_in(code)):
        raise Conflict(Text("已有数据的渠道不能改类型", "the kind of a channel that has facts is fixed"))
    for field in _FIELDS:
        value = getattr(given, field)
        if value is not None:
            setattr(channel, field, value)
    session.add(channel)
    session.flush()
    if _values(channel) != before:
        change = history.Changed(None, None, {"code": code}, before, _values(channel))
        history.record(session, viewer, "channels", [change])
        bump(session, structure=True)
    return load(session, fresh=True)[code], before is None


def _is_built_in(code: str) -> bool:
    return code in UNATTRIBUTED.values()


def _is_used(session: Session, channel: Channel) -> bool:
    for facts in TABLES.values():
        table = table_of(facts)
        columns = [table.c[dim.column] for dim in facts.dims if dim.channels]
        if columns:
            named = exists().where(or_(*(column == channel.id for column in columns)))
            if session.execute(select(named)).scalar():
                return True
    return False


def _values(channel: Channel) -> dict[str, object]:
    return {field: getattr(channel, field) for field in _FIELDS}
