"""Organisation units: the tree that facts are entered on and figures are read for."""

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.scope import UnitKind
from app.models.base import Base, Code, Id, Name


class OrgUnit(Base):
    """A company, division, team, store or account; inactive ones take no new facts."""

    __tablename__ = "units"
    __table_args__ = (
        CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in UnitKind)), name="kind"),
        Base.__table_args__,
    )

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(16))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    since: Mapped[date | None] = mapped_column(Date)
    """Derived: the day of its first fact."""
