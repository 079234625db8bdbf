"""Who may come in: users, their grants, sessions and API tokens; secrets are stored as hashes only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.roles import Role
from app.models.base import Base, Id, Name, UtcDateTime

_ROLES = "role IN ({})".format(", ".join(f"'{role}'" for role in Role))


class User(Base):
    """A person who logs in with a password."""

    __tablename__ = "users"

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserGrant(Base):
    """A role of a user on a unit's subtree; no unit means everything."""

    __tablename__ = "user_grants"
    __table_args__ = (CheckConstraint(_ROLES, name="role"), Base.__table_args__)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)


class LoginSession(Base):
    """A browser's login; the cookie holds the id, the table only its SHA-256."""

    __tablename__ = "login_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A program's key; shown once, stored as its SHA-256."""

    __tablename__ = "api_tokens"
    __table_args__ = (CheckConstraint(_ROLES, name="role"), Base.__table_args__)

    id: Mapped[Id]
    name: Mapped[Name]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
