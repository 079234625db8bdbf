"""API tokens as they are listed: what they may, whose they are, when they were last used; never the token."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Action, Role, TokenScope, Viewer
from app.models import ApiToken, OrgUnit, User


@dataclass(frozen=True, slots=True)
class Token:
    """One token."""

    id: int
    name: str
    role: Role
    unit: str | None
    """The unit's name; None for everything."""
    scopes: tuple[TokenScope, ...]
    owner: str | None
    """None for one that was made on the command line."""
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Say whether it opens anything, as far as it alone decides."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > datetime.now(UTC))


def tokens(session: Session, viewer: Viewer) -> list[Token]:
    """Return the viewer's own tokens, or all of them for an admin; live ones first, newest first."""
    viewer.require(Action.ACCOUNT)
    query = (
        select(ApiToken, OrgUnit.name, User.name)
        .outerjoin(OrgUnit, OrgUnit.id == ApiToken.unit_id)
        .outerjoin(User, User.id == ApiToken.owner_id)
        .order_by(ApiToken.id.desc())
    )
    if not viewer.may(Action.ADMINISTER):
        query = query.where(ApiToken.owner_id == viewer.user_id)
    found = [
        Token(
            *(row.id, row.name, Role(row.role), unit, tuple(TokenScope(scope) for scope in row.scopes.split())),
            *(owner, row.created_at, row.expires_at, row.used_at, row.revoked_at),
        )
        for row, unit, owner in session.execute(query)
    ]
    return sorted(found, key=lambda token: not token.is_live)
