"""The history of every number: who changed what, when and from where."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Big, Id, UtcDateTime


class ChangeBatch(Base):
    """One write: a save of a page, a request of a token, a command."""

    __tablename__ = "change_batches"

    id: Mapped[Id]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(400))


class Change(Base):
    """One fact row before and after a write, as JSON of its measures; None before is new, after is removed.

    Units and channels are recorded the same way, with `unit_id` the unit or None and no day.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_cell", "kind", "unit_id", "day"), Base.__table_args__)

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(Big, ForeignKey("change_batches.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(Big)
    day: Mapped[date | None] = mapped_column(Date)
    key: Mapped[str] = mapped_column(String(400))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class UndoneBatch(Base):
    """That batch `by_id` undid batch `batch_id`; undoing an undo does it again."""

    __tablename__ = "undone_batches"

    by_id: Mapped[int] = mapped_column(Big, ForeignKey("change_batches.id"), primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = mapped_column(Big, ForeignKey("change_batches.id"), index=True)
