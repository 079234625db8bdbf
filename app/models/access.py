"""Who may come in: users, their grants, sessions and API tokens; secrets are stored as hashes only."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.roles import Role
from app.models.base import Base, Id, Name, UtcDateTime

_ROLES = "role IN ({})".format(", ".join(f"'{role}'" for role in Role))
NO_PASSWORD = "!"  # noqa: S105 (no hash is like it, so no password fits it)
"""Stored for somebody who has no password, or none yet."""


class User(Base):
    """A person who logs in with a password, or through another system that knows them."""

    __tablename__ = "users"

    id: Mapped[Id]
    name: Mapped[Name] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2, or `NO_PASSWORD`."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(String(8))
    """A `Language`; None is the first of them."""
    cards: Mapped[str | None] = mapped_column(String(400))
    """The metrics of the cards on 今日, in order, with a space between them; None is the usual ones."""


class UserGrant(Base):
    """A role of a user on a unit's subtree; no unit means everything."""

    __tablename__ = "user_grants"
    __table_args__ = (CheckConstraint(_ROLES, name="role"), Base.__table_args__)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    issuer: Mapped[str | None] = mapped_column(String(200))
    """Who says so, when it comes from the claims of a login; those are replaced by the next login."""


class UserIdentity(Base):
    """How another system that people log in with names a user."""

    __tablename__ = "user_identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject", name="uq_user_identities_subject"),
        Base.__table_args__,
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(255))


class LoginSession(Base):
    """A browser's login; the cookie holds the id, the table only a hash of it."""

    __tablename__ = "login_sessions"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str | None] = mapped_column(String(200))


class OneTimeLink(Base):
    """A link that is dead after use: it makes the first admin, or lets somebody set a password."""

    __tablename__ = "one_time_links"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """Whose password it sets; None makes the first admin."""
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
    scopes: Mapped[str] = mapped_column(String(60))
    """`TokenScope`s with a space between them."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    """Who made it on a page; nobody for one of the command line."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
