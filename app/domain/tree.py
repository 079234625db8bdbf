"""The organisation as a tree of units, small enough to hold in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.domain.scope import UnitKind


@dataclass(frozen=True, slots=True)
class UnitNode:
    """One unit of the organisation; `parent_id` is None for a root."""

    id: int
    code: str
    name: str
    kind: UnitKind
    parent_id: int | None
    active: bool


@dataclass(frozen=True)
class Tree:
    """All units, in the order of their ids, with the lookups that permission and scopes need."""

    nodes: dict[int, UnitNode]
    by_code: dict[str, UnitNode] = field(init=False)
    children: dict[int | None, tuple[UnitNode, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the nodes by code and by parent."""
        grouped: dict[int | None, list[UnitNode]] = {}
        for node in self.nodes.values():
            grouped.setdefault(node.parent_id, []).append(node)
        object.__setattr__(self, "by_code", {node.code: node for node in self.nodes.values()})
        object.__setattr__(self, "children", {key: tuple(group) for key, group in grouped.items()})

    @classmethod
    def of(cls, nodes: Iterable[UnitNode]) -> "Tree":
        """Return the tree of `nodes`."""
        return cls({node.id: node for node in nodes})

    def lineage(self, unit_id: int) -> tuple[int, ...]:
        """Return the ids from `unit_id` up to its root."""
        ids: list[int] = []
        current: int | None = unit_id
        while current is not None:
            ids.append(current)
            current = self.nodes[current].parent_id
        return tuple(ids)

    def subtree(self, unit_id: int) -> Iterator[UnitNode]:
        """Yield a unit and everything below it, parents before their children."""
        yield self.nodes[unit_id]
        for child in self.children.get(unit_id, ()):
            yield from self.subtree(child.id)

    def is_leaf(self, unit_id: int) -> bool:
        """Say whether a unit has no children."""
        return unit_id not in self.children
