"""Who may do what: one table of role x action, and the viewer who holds grants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Forbidden
from app.domain.text import Language, Text


class Role(StrEnum):
    """A set of permissions on a unit and everything below it."""

    ADMIN = "admin"
    MANAGER = "manager"
    OPERATOR = "operator"
    VIEWER = "viewer"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _ROLES[self]


_ROLES = {
    Role.ADMIN: Text("管理员", "Admin"),
    Role.MANAGER: Text("主管", "Manager"),
    Role.OPERATOR: Text("运营", "Operator"),
    Role.VIEWER: Text("只读", "Viewer"),
}


class Action(StrEnum):
    """Something a route or a command does with data."""

    READ = "read"
    WRITE_FACTS = "write_facts"
    WRITE_TARGETS = "write_targets"
    ACCOUNT = "account"
    """Look after one's own login and tokens."""
    MANAGE = "manage"
    """Change units and channels, close months."""
    ADMINISTER = "administer"
    """Change people, their grants and everybody's tokens; read the security log."""


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.MANAGER: frozenset({Action.READ, Action.WRITE_TARGETS, Action.ACCOUNT}),
    Role.OPERATOR: frozenset({Action.READ, Action.WRITE_FACTS, Action.ACCOUNT}),
    Role.VIEWER: frozenset({Action.READ, Action.ACCOUNT}),
}
COMPANY_WIDE = frozenset({Action.MANAGE, Action.ADMINISTER})
"""What concerns everybody: a grant on a unit does not carry it."""


class TokenScope(StrEnum):
    """What a token is for: it can do what both its role and one of its scopes allow."""

    READ = "read"
    WRITE_FACTS = "write-facts"
    WRITE_TARGETS = "write-targets"
    ADMIN = "admin"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _SCOPES[self]

    @property
    def actions(self) -> frozenset[Action]:
        """What it allows."""
        return SCOPES[self]


_SCOPES = {
    TokenScope.READ: Text("读取", "Read"),
    TokenScope.WRITE_FACTS: Text("写每日数据", "Write facts"),
    TokenScope.WRITE_TARGETS: Text("写目标", "Write targets"),
    TokenScope.ADMIN: Text("管理单元和渠道", "Change units and channels"),
}
SCOPES: dict[TokenScope, frozenset[Action]] = {
    TokenScope.READ: frozenset({Action.READ}),
    TokenScope.WRITE_FACTS: frozenset({Action.WRITE_FACTS}),
    TokenScope.WRITE_TARGETS: frozenset({Action.WRITE_TARGETS}),
    TokenScope.ADMIN: frozenset({Action.MANAGE, Action.ADMINISTER}),
}


def scopes_of(role: Role) -> tuple[TokenScope, ...]:
    """Return the scopes that a role can make use of."""
    return tuple(scope for scope in TokenScope if scope.actions & ALLOWED[role])


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a unit's subtree; `unit_id` None means everything."""

    role: Role
    unit_id: int | None = None

    def allows(self, action: Action, lineage: Collection[int] | None) -> bool:
        """Say whether the grant carries an action: anywhere (None), or on the unit of a lineage."""
        if action not in ALLOWED[self.role]:
            return False
        return self.unit_id is None or (action not in COMPANY_WIDE and (lineage is None or self.unit_id in lineage))


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is asking: a person with a session, a token or the command line."""

    name: str
    grants: tuple[Grant, ...]
    origin: str = "page"
    """Where the request came from, for the history: page, file, token, sync or command."""
    user_id: int | None = None
    """The person behind a session; None for tokens and commands."""
    token_id: int | None = None
    owned: tuple[Grant, ...] | None = None
    """What the owner of a token holds now: the token can do no more. None where nobody owns it."""
    limit: frozenset[Action] | None = None
    """What the scopes of a token allow; None without such a limit."""
    session: str | None = None
    """The stored hash of the session's id."""
    language: Language = Language.ZH
    """What the interface speaks to the viewer."""
    address: str | None = None
    """The peer that the request came from, for the security log."""

    def may(self, action: Action, lineage: Iterable[int] | None = None) -> bool:
        """Say whether the viewer may do `action` on a unit.

        `lineage` holds the unit's id and those of all its ancestors; None asks whether the viewer
        may do it anywhere at all, and an empty one whether company-wide.
        """
        if self.limit is not None and action not in self.limit:
            return False
        if action is Action.ACCOUNT and self.user_id is not None:
            return True  # whoever can log in, with roles or without
        ids = None if lineage is None else frozenset(lineage)
        held = (self.grants,) if self.owned is None else (self.grants, self.owned)
        return all(any(grant.allows(action, ids) for grant in grants) for grants in held)

    def require(self, action: Action, lineage: Iterable[int] | None = None) -> None:
        """Raise Forbidden unless `may`."""
        if not self.may(action, lineage):
            raise Forbidden(Text("没有这个单元的权限，请联系管理员开通", "Not allowed for this unit or role"))

    def require_everywhere(self, action: Action) -> None:
        """Raise Forbidden unless the viewer may do `action` company-wide."""
        self.require(action, ())


SYSTEM = Viewer("luopan", (Grant(Role.ADMIN),), origin="command")
"""The command line acting for whoever may start it."""
