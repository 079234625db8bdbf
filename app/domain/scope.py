"""Whose numbers are asked for, and how they are split."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.facts import ChannelKind, CustomerKind
from app.domain.text import Text


class UnitKind(StrEnum):
    """A level of the organisation; a child is always of a lower one."""

    COMPANY = "company"
    DIVISION = "division"
    TEAM = "team"
    STORE = "store"
    ACCOUNT = "account"

    @property
    def level(self) -> int:
        """0 for a company; team and store share a level."""
        return _LEVELS[self]

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _UNIT_KINDS[self]


_LEVELS = dict(zip(UnitKind, (0, 1, 2, 2, 3), strict=True))
_UNIT_KINDS = dict(
    zip(
        UnitKind,
        (
            Text("公司", "Company"),
            Text("事业部", "Division"),
            Text("团队", "Team"),
            Text("门店", "Store"),
            Text("账号", "Account"),
        ),
        strict=True,
    )
)


class GroupBy(StrEnum):
    """What the rows of an answer are split by."""

    CHANNEL = "channel"
    UNIT = "unit"
    CUSTOMER_KIND = "customer_kind"


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel by its code, with the kind that says which facts it restricts."""

    id: int
    code: str
    kind: ChannelKind


@dataclass(frozen=True, slots=True)
class Scope:
    """A unit with its whole subtree, perhaps only one channel or customer kind of it, split or not."""

    unit_id: int
    channel: ChannelRef | None = None
    customer_kind: CustomerKind | None = None
    by: GroupBy | None = None
