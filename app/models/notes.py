"""What people keep beside the numbers: notes on days, and views of boards that they come back to."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Big, Id, Name, UtcDateTime


class Note(Base):
    """A note pinned to a day of a unit: what happened that the numbers do not say."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "unit_id", "day"), Base.__table_args__)

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(Big, ForeignKey("units.id"))
    day: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(16))
    """A `NoteKind`."""
    text: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int | None] = mapped_column(Big, ForeignKey("users.id"), index=True)
    """Who wrote it; nobody for the command line."""
    actor: Mapped[Name]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedView(Base):
    """A board with its filters under a name; its owner may share the link."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name"), Base.__table_args__)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(Big, ForeignKey("users.id"))
    name: Mapped[Name]
    board: Mapped[str] = mapped_column(String(16))
    query: Mapped[str] = mapped_column(String(1000))
    """The parameters of the board's address."""
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """What the link names it by; it cannot be guessed."""
    shared: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
