"""What keeps the doors: the log of who came in and who may, and tries at passwords."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcDateTime


class SecurityEntry(Base):
    """Something that happened to logins, grants, tokens or exports; never changed, never removed."""

    __tablename__ = "security_log"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    event: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str] = mapped_column(String(120))
    """Who did it; for a failed login the name that was typed."""
    subject: Mapped[str | None] = mapped_column(String(120))
    """Whom or what it is about, where that is not the actor."""
    detail: Mapped[str | None] = mapped_column(String(400))
    address: Mapped[str | None] = mapped_column(String(45))


class Throttle(Base):
    """Tries at a password since a moment, of an account or from an address; keyed by a hash of either."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime] = mapped_column(UtcDateTime)
