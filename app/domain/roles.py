"""Who may do what: one table of role x action, and the viewer who holds grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import Forbidden
from app.domain.text import Text


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
    MANAGE = "manage"
    """Change units and channels, close months."""


ALLOWED: dict[Role, frozenset[Action]] = {
    Role.ADMIN: frozenset(Action),
    Role.MANAGER: frozenset({Action.READ, Action.WRITE_FACTS, Action.WRITE_TARGETS}),
    Role.OPERATOR: frozenset({Action.READ, Action.WRITE_FACTS}),
    Role.VIEWER: frozenset({Action.READ}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role on a unit's subtree; `unit_id` None means everything."""

    role: Role
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever is asking: a person with a session, a token or the command line."""

    name: str
    grants: tuple[Grant, ...]
    origin: str = "page"
    """Where the request came from, for the history: page, file, token, sync or command."""
    user_id: int | None = None
    """The person behind a session; None for tokens and commands."""

    def may(self, action: Action, lineage: Iterable[int] | None = None) -> bool:
        """Say whether the viewer may do `action` on a unit.

        `lineage` holds the unit's id and those of all its ancestors; None asks whether the viewer
        may do it anywhere at all.
        """
        held = [grant for grant in self.grants if action in ALLOWED[grant.role]]
        if lineage is None:
            return bool(held)
        ids = set(lineage)
        return any(grant.unit_id is None or grant.unit_id in ids for grant in held)

    def require(self, action: Action, lineage: Iterable[int] | None = None) -> None:
        """Raise Forbidden unless the viewer may do `action` there."""
        if not self.may(action, lineage):
            raise Forbidden(Text("没有这个单元的权限，请联系管理员开通", "Not allowed for this unit or role"))

    def require_everywhere(self, action: Action) -> None:
        """Raise Forbidden unless the viewer may do `action` company-wide."""
        self.require(action, ())


SYSTEM = Viewer("luopan", (Grant(Role.ADMIN),), origin="command")
"""The command line acting for whoever may start it."""
