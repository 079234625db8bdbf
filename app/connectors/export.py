"""What a spreadsheet going out is made of: sheets with typed columns, whatever file they end in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote

from app.domain.facts import Unit


class Kind(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    DAY = "day"
    MONTH = "month"
    COUNT = "count"
    YUAN = "yuan"
    RATE = "rate"
    TIMES = "times"


KINDS: dict[Unit | None, Kind] = {**{unit: Kind(unit.value) for unit in Unit}, None: Kind.TEXT}
"""The kind of a column by the unit of its numbers."""

Value = str | int | Decimal | date | None
"""A value as it stands in a cell; None is an empty cell, which is not 0."""


class Given(NamedTuple):
    """A value of another kind than its column's, as in a table of which each row has its own unit."""

    value: Value
    kind: Kind


Line = Sequence[Value | Given]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column; `width` in characters of a Latin font, None for what its kind needs."""

    name: str
    kind: Kind = Kind.TEXT
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table going out; `lines` may be a generator and is read once, `total` comes behind it."""

    name: str
    heads: Sequence[Head]
    lines: Iterable[Line]
    total: Line | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """The sheet 说明: what the numbers beside it are, in pairs and in tables with a heading."""

    pairs: Sequence[tuple[str, Value]]
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Value]]]] = ()
    title: str = "说明"


class Format(StrEnum):
    """A kind of file."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return _MEDIA[self]


_MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}
_NOT_IN_NAMES = re.compile(r"[^\w-]+")
LONGEST_PART = 40
"""Characters of one part: file systems count 255 bytes, and a Chinese one takes three."""


def file_name(parts: Iterable[str], format_: Format) -> str:
    """Return the name of a file: its parts joined by `-`, without what a file system would not take."""
    kept = (_NOT_IN_NAMES.sub("_", part).strip("_")[:LONGEST_PART] for part in ("罗盘", *parts))
    return "-".join(part for part in kept if part) + f".{format_}"


def disposition(name: str) -> str:
    """Return the Content-Disposition of a download, its name in UTF-8 as RFC 5987 has it."""
    suffix = name.rpartition(".")[2]
    return f"attachment; filename=\"luopan.{suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
