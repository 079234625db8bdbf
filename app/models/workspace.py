"""What holds for the whole installation: settings and the data version."""

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Setting(Base):
    """A value that people may change, as JSON: thresholds and the like."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class DataVersion(Base):
    """The one counter that every write raises, last in its transaction; what is read carries it."""

    __tablename__ = "data_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)
    structure: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Raised with it when units change: what was loaded of them may be kept as long as it stays."""
    epoch: Mapped[str] = mapped_column(String(32), server_default="")
    """Another one after a restore, which may bring back versions that meant other data."""
    rollups: Mapped[int] = mapped_column(Integer, server_default="0")
    """The form in which the rollups were last built whole; 0 for not yet."""
