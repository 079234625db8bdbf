"""Keys of facts: codes as they are sent, ids as they are stored."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from app.domain.errors import Invalid, Issue
from app.domain.facts import Dim, FactTable
from app.domain.text import Text
from app.domain.tree import Tree
from app.inputs.facts import FactInput, TargetKey, TargetRow
from app.queries.channels import UNKNOWN as UNKNOWN_CHANNEL
from app.queries.channels import ChannelRow
from app.queries.units import UNKNOWN as UNKNOWN_UNIT
from app.store import targets

DimValue = int | str


class Key(NamedTuple):
    """The key of a stored fact; dims in the order of its table's declaration."""

    unit_id: int
    day: date
    dims: tuple[DimValue, ...]

    @property
    def flat(self) -> tuple[Any, ...]:
        """The key as the columns hold it."""
        return (self.unit_id, self.day, *self.dims)


def columns(table: FactTable) -> tuple[str, ...]:
    """Return the key columns beside unit and day; a missing channel stands in its slot as 0."""
    return tuple("channel_slot" if dim.optional and dim.channels else dim.column for dim in table.dims)


def key_of(table: FactTable, row: Any) -> Key:  # noqa: ANN401 (a row of a table known at run time)
    """Return the key of a database row."""
    return Key(row.unit_id, getattr(row, table.day_key), tuple(getattr(row, name) for name in columns(table)))


class Resolver:
    """Turns codes into ids for one write; knows its units and channels."""

    def __init__(self, table: FactTable, tree: Tree, channels: Mapping[str, ChannelRow]) -> None:
        self.table = table
        self.renew(tree, channels)

    def renew(self, tree: Tree, channels: Mapping[str, ChannelRow]) -> None:
        """Take units and channels as they are now."""
        self.tree = tree
        self.channels = channels
        self.codes = {channel.id: channel.code for channel in channels.values()}
        self.inactive = {channel.id for channel in channels.values() if not channel.active}

    def keys(self, rows: Sequence[FactInput]) -> list[Key]:
        """Return the key of each row; Invalid names every unknown unit, channel and metric."""
        issues = [issue for index, row in enumerate(rows) for issue in self._issues(row, index)]
        if issues:
            raise Invalid(issues)
        return [self._key(row) for row in rows]

    def _key(self, row: FactInput) -> Key:
        dims = tuple(self.dim(dim, getattr(row, dim.key)) for dim in self.table.dims)
        return Key(self.tree.by_code[row.unit].id, getattr(row, self.table.day_key), dims)

    def dim(self, dim: Dim, value: Any) -> DimValue:  # noqa: ANN401 (a code, a number or a kind)
        """Return a part of a key as its column holds it."""
        if value is None:
            return 0 if dim.channels else ""
        return self.channels[value].id if dim.channels else value

    def _issues(self, row: FactInput, index: int) -> Iterator[Issue]:
        if row.unit not in self.tree.by_code:
            yield Issue("unit", UNKNOWN_UNIT.fill(code=row.unit), index)
        for dim in self.table.dims:
            code = getattr(row, dim.key)
            if dim.channels and code is not None:
                yield from self._channel_issues(dim, code, index)
        if isinstance(row, TargetKey):
            yield from targets.issues(row, self.channels, index)

    def _channel_issues(self, dim: Dim, code: str, index: int) -> Iterator[Issue]:
        channel = self.channels.get(code)
        if channel is None:
            yield Issue(dim.key, UNKNOWN_CHANNEL.fill(code=code), index)
        elif channel.kind not in dim.channels:
            yield Issue(
                dim.key, Text("渠道类型不对：{code}", "channel of the wrong kind: {code}").fill(code=code), index
            )

    @staticmethod
    def measure(row: FactInput, key: str) -> int | None:
        """Return a measure as its column holds it."""
        value: int | None = targets.steps_of(row) if isinstance(row, TargetRow) else getattr(row, key)
        return value

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the key of a new row, as `place` gives it."""
        return ("unit_id", self.table.day_key, *(dim.column for dim in self.table.dims))

    def place(self, key: Key) -> tuple[Any, ...]:
        """Return the key of a new row, no channel being NULL."""
        dims = zip(self.table.dims, key.dims, strict=True)
        return (key.unit_id, key.day, *(None if dim.channels and value == 0 else value for dim, value in dims))

    def named(self, key: Key) -> dict[str, Any]:
        """Return a key in codes, as the history keeps it."""
        named: dict[str, Any] = {self.table.day_key: key.day.isoformat(), "unit": self.tree.nodes[key.unit_id].code}
        for dim, value in zip(self.table.dims, key.dims, strict=True):
            named[dim.key] = self.codes.get(int(value)) if dim.channels else value or None
        return named

    def closed(self, key: Key, index: int) -> Iterator[Issue]:
        """Yield why a new row may not be made: an inactive unit or channel."""
        if not self.tree.nodes[key.unit_id].active:
            yield Issue("unit", Text("单元已停用，不能新增数据", "the unit is inactive and takes no new facts"), index)
        for dim, value in zip(self.table.dims, key.dims, strict=True):
            if dim.channels and value in self.inactive:
                message = Text("渠道已停用，不能新增数据", "the channel is inactive and takes no new facts")
                yield Issue(dim.key, message, index)
