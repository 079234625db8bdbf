"""Channels: where friends come from, and where they buy."""

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.facts import ChannelKind
from app.models.base import Base, Code, Id, Name


class Channel(Base):
    """A source channel or a touchpoint; `color_slot` is its colour for life, 0 grey, 1 to 8."""

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in ChannelKind)), name="kind"),
        CheckConstraint("color_slot BETWEEN 0 AND 8", name="color_slot"),
        Base.__table_args__,
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(16))
    color_slot: Mapped[int]
    position: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
