"""Channels by their code."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.facts import ChannelKind
from app.domain.scope import ChannelRef
from app.domain.text import Text
from app.models import Channel
from app.queries import loaded

UNKNOWN = Text("没有这个渠道：{code}", "unknown channel: {code}")


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as it is shown; `color_slot` is its colour for life."""

    id: int
    code: str
    name: str
    kind: ChannelKind
    color_slot: int
    position: int
    active: bool

    @property
    def ref(self) -> ChannelRef:
        """What a scope needs of it."""
        return ChannelRef(self.id, self.code, self.kind)


def load(session: Session, *, fresh: bool = False) -> dict[str, ChannelRow]:
    """Return all channels by code, in the order they are shown; they are loaded once until any changes.

    `fresh` for whoever has changed them in the session's own transaction.
    """
    return _load(session) if fresh else loaded.once(session, "channels", _load)


def _load(session: Session) -> dict[str, ChannelRow]:
    columns = (
        Channel.id,
        Channel.code,
        Channel.name,
        Channel.kind,
        Channel.color_slot,
        Channel.position,
        Channel.active,
    )
    rows = session.execute(select(*columns).order_by(Channel.kind, Channel.position, Channel.code))
    return {
        code: ChannelRow(id_, code, name, ChannelKind(kind), slot, position, active)
        for id_, code, name, kind, slot, position, active in rows
    }


def find(channels: dict[str, ChannelRow], code: str | None) -> ChannelRef | None:
    """Return the channel `code` for a scope; None for None, Invalid when unknown."""
    if not code:
        return None
    if code not in channels:
        raise Invalid.one("channel", UNKNOWN.fill(code=code))
    return channels[code].ref
