"""What is remembered of imports."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcDateTime


class ImportMapping(Base):
    """How somebody last read files of a shape: a `Reading` as JSON, by the hash of their headers."""

    __tablename__ = "import_mappings"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "header_hash", name="uq_import_mappings_shape"),
        Base.__table_args__,
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    header_hash: Mapped[str] = mapped_column(String(64))
    mapping: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
