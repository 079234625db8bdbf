"""The entry form of each kind of fact: which rows it has, and which fact each cell belongs to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.facts import (
    FRIENDS,
    PUSHES,
    RETENTION,
    RETENTION_DAYS,
    SALES,
    STOCK_COUNTS,
    UNATTRIBUTED,
    ChannelKind,
    CustomerKind,
    FactTable,
    Measure,
)
from app.domain.text import Text
from app.i18n import say, t
from app.queries.channels import ChannelRow

SEPARATOR = "."
"""Joins codes in the names of cells; no code contains it."""

NOWHERE, ANYWHERE = UNATTRIBUTED[ChannelKind.SOURCE], UNATTRIBUTED[ChannelKind.TOUCHPOINT]
"""The built-in source and touchpoint of what is not told apart."""

Option = dict[str, Any]
SaleKey = tuple[str, str, str]
"""Touchpoint, source and customer kind."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a sheet: its day, its dims by name, and the prefix of its cells' names."""

    day: date
    dims: Mapping[str, Any]

    @property
    def prefix(self) -> str:
        """The prefix of the names of its cells."""
        return SEPARATOR.join(str(value or "-") for value in self.dims.values()) or "unit"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: its cells are measures of one or more facts."""

    label: str
    cells: tuple[tuple[Entry, Measure], ...]
    slot: int | None = None
    group: str | None = None
    extra: Sequence[str] = ()
    """Texts of the read-only columns beside the cells."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of its facts, each once."""
        return tuple(dict.fromkeys(entry.prefix for entry, _ in self.cells))


@dataclass(frozen=True, slots=True)
class Adder:
    """A row whose key is still to be chosen: choices by dim."""

    prefix: str
    choices: Mapping[str, Sequence[Option]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form of one kind of fact for a unit and a day."""

    table: FactTable
    columns: tuple[dict[str, Any], ...]
    lines: tuple[Line, ...]
    adders: tuple[Adder, ...] = ()
    days: tuple[date, ...] = ()
    suffixes: bool = False
    """Whether each cell names its own unit, because a column holds several."""

    @property
    def entries(self) -> dict[str, Entry]:
        """The facts of the sheet, by the prefix of their cells."""
        return {entry.prefix: entry for line in self.lines for entry, _ in line.cells}

    @property
    def measures(self) -> dict[str, list[Measure]]:
        """The measures that the cells of each fact hold, by prefix; a row to be added holds all of them."""
        found: dict[str, list[Measure]] = {adder.prefix: list(self.table.measures) for adder in self.adders}
        for line in self.lines:
            for entry, measure in line.cells:
                found.setdefault(entry.prefix, []).append(measure)
        return found


Channels = Mapping[str, ChannelRow]
Stored = Sequence[Mapping[str, Any]]


def sheet(table: FactTable, day: date, channels: Channels, stored: Stored) -> Sheet:
    """Return the form of a kind of fact; `stored` are the records that are there already."""
    return _SHEETS[table.kind](day, channels, stored)


def asked_keys(table: FactTable, prefixes: Iterable[str], channels: Channels) -> list[dict[str, Any]]:
    """Return the keys that prefixes name, as far as there can be such rows.

    A page that is sent may hold a row that the stored facts no longer give rise to.
    """
    return [key for prefix in prefixes if (key := _key_of(table, prefix, channels)) is not None]


def _key_of(table: FactTable, prefix: str, channels: Channels) -> dict[str, Any] | None:
    parts = prefix.split(SEPARATOR)
    if len(parts) != len(table.dims):
        return None
    key: dict[str, Any] = {}
    for dim, part in zip(table.dims, parts, strict=True):
        if dim.channels:
            known = part in channels and channels[part].kind in dim.channels
        else:
            known = part in _VALUES.get(dim.key, ())
        if not known:
            return None
        key[dim.key] = int(part) if dim.key == "day_n" else part
    return key


_VALUES = {
    "day_n": frozenset(str(day) for day in RETENTION_DAYS),
    "customer_kind": frozenset(kind.value for kind in CustomerKind),
}


def days_of(table: FactTable, day: date) -> tuple[date, ...]:
    """Return the days of the facts that a form of `day` holds.

    On a day people know how many are left of the cohorts of 1, 7 and 30 days before.
    """
    if table is RETENTION:
        return tuple(day - timedelta(days=day_n) for day_n in RETENTION_DAYS)
    return (day,)


def shown(channels: Channels, kind: ChannelKind, used: set[str]) -> list[ChannelRow]:
    """Return the channels that a form lists: the active ones, and those that have a fact on its day."""
    return [row for row in channels.values() if row.kind is kind and (row.active or row.code in used)]


def _plain_columns(table: FactTable) -> tuple[dict[str, Any], ...]:
    return tuple({"key": m.key, "name": say(m.name), "unit": m.unit, "hint": ""} for m in table.measures)


def _by_channel(table: FactTable, kind: ChannelKind) -> Callable[[date, Channels, Stored], Sheet]:
    (dim,) = table.dims

    def make(day: date, channels: Channels, stored: Stored) -> Sheet:
        used = {record[dim.key] for record in stored}
        lines = []
        for channel in shown(channels, kind, used):
            entry = Entry(day, {dim.key: channel.code})
            lines.append(Line(channel.name, tuple((entry, m) for m in table.measures), channel.color_slot))
        return Sheet(table, _plain_columns(table), tuple(lines), days=days_of(table, day))

    return make


def _retention(day: date, channels: Channels, stored: Stored) -> Sheet:
    (retained,) = RETENTION.measures
    names = {1: t("次日留存", "Next day"), 7: t("7日留存", "Day 7"), 30: t("30日留存", "Day 30")}
    added = Text("{day} 添加的", "added {day}")
    cohorts = dict(zip(RETENTION_DAYS, days_of(RETENTION, day), strict=True))
    columns = tuple(
        {
            "key": f"d{n}",
            "name": names[n],
            "unit": retained.unit,
            "hint": say(added.fill(day=f"{cohort.month}/{cohort.day}")),
        }
        for n, cohort in cohorts.items()
    )
    used = {record["channel"] for record in stored}
    lines = [
        Line(
            channel.name,
            tuple((Entry(cohort, {"channel": channel.code, "day_n": n}), retained) for n, cohort in cohorts.items()),
            channel.color_slot,
        )
        for channel in shown(channels, ChannelKind.SOURCE, used)
    ]
    return Sheet(RETENTION, columns, tuple(lines), days=days_of(RETENTION, day))


def _sales(day: date, channels: Channels, stored: Stored) -> Sheet:
    at_touchpoints, from_sources = _sale_keys(channels, stored)
    lines = []
    for touchpoint, source, kind in at_touchpoints:
        name = channels[source].name
        label = say(CustomerKind(kind).text) + ("" if source == NOWHERE else t(f"（{name}）", f" ({name})"))
        lines.append(_sale(day, (touchpoint, source, kind), label, channels[touchpoint], channels[touchpoint].name))
    for source in from_sources:
        key = (ANYWHERE, source, CustomerKind.NEW.value)
        lines.append(
            _sale(day, key, channels[source].name, channels[source], t("新客（按引流渠道）", "New customers by source"))
        )
    choices = {
        "touchpoint": _options(shown(channels, ChannelKind.TOUCHPOINT, set())),
        "source": _options(shown(channels, ChannelKind.SOURCE, set())),
        "customer_kind": [{"value": kind.value, "label": say(kind.text)} for kind in CustomerKind],
    }
    adders = tuple(Adder(f"new{index}", choices) for index in (1, 2, 3))
    return Sheet(SALES, _plain_columns(SALES), tuple(lines), adders, (day,))


def _sale_keys(channels: Channels, stored: Stored) -> tuple[list[SaleKey], list[str]]:
    """Return the keys that stand under a touchpoint, and the sources that new customers are counted for.

    A new customer whose touchpoint nobody knows stands under its source, and nowhere else.
    """
    named = sorted((r["touchpoint"], r["source"], r["customer_kind"]) for r in stored)
    by_source = {s for t, s, kind in named if (t, kind) == (ANYWHERE, CustomerKind.NEW) and s != NOWHERE}
    keys: list[SaleKey] = []
    for touchpoint in shown(channels, ChannelKind.TOUCHPOINT, {key[0] for key in named}):
        keys += [(touchpoint.code, NOWHERE, kind.value) for kind in CustomerKind]
        keys += [key for key in named if key[0] == touchpoint.code]
    sources = [row.code for row in shown(channels, ChannelKind.SOURCE, by_source) if row.code != NOWHERE]
    listed_below = {(ANYWHERE, source, CustomerKind.NEW.value) for source in sources}
    return [key for key in dict.fromkeys(keys) if key not in listed_below], sources


def _sale(day: date, key: SaleKey, label: str, channel: ChannelRow, group: str) -> Line:
    entry = Entry(day, dict(zip(("touchpoint", "source", "customer_kind"), key, strict=True)))
    return Line(label, tuple((entry, measure) for measure in SALES.measures), channel.color_slot, group)


def _options(channels: Sequence[ChannelRow]) -> list[Option]:
    return [{"value": row.code, "label": row.name} for row in channels]


def _stock_counts(day: date, _channels: Channels, _stored: Stored) -> Sheet:
    entry = Entry(day, {})
    line = Line(
        t("当日收盘盘点", "Count at the close of the day"), tuple((entry, measure) for measure in STOCK_COUNTS.measures)
    )
    return Sheet(STOCK_COUNTS, _plain_columns(STOCK_COUNTS), (line,), days=(day,))


_SHEETS: dict[str, Callable[[date, Channels, Stored], Sheet]] = {
    FRIENDS.kind: _by_channel(FRIENDS, ChannelKind.SOURCE),
    RETENTION.kind: _retention,
    SALES.kind: _sales,
    PUSHES.kind: _by_channel(PUSHES, ChannelKind.TOUCHPOINT),
    STOCK_COUNTS.kind: _stock_counts,
}
