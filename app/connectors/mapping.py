"""What a sheet seems to be: where its header stands, which kind of fact it holds, what each column means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import islice

from app.connectors import headers, values
from app.connectors.names import Names
from app.connectors.table import Table
from app.domain.facts import FRIENDS, TABLES, TARGETS, UNATTRIBUTED, ChannelKind, FactTable
from app.inputs.imports import Column, Reading

LOOKED = 30
"""Rows from the top among which a header is looked for."""
SAMPLED = 50
"""Rows below the header that are looked at."""

MAIN = {FRIENDS.kind: "adds"}
"""What a column named only by a channel holds; the first measure where nothing is said."""

_YEAR = re.compile(r"(20\d{2})\s*(?:年|[-/.]\s*\d{1,2})")


@dataclass(frozen=True, slots=True)
class Head:
    """The header of a sheet: its row, its texts, the rows above it in one text, and some cells below it."""

    row: int
    texts: tuple[str, ...]
    title: str
    samples: tuple[tuple[str, ...], ...]

    @property
    def hash(self) -> str:
        """The shape of the sheet: equal for every file with these headers."""
        return sha256("\x1f".join(map(headers.plain, self.texts)).encode()).hexdigest()


def header_row(table: Table, known: Mapping[str, Mapping[str, Names]]) -> int:
    """Return the row among the first that names the most: titles may stand above the header."""
    top = [tuple(map(values.text_of, cells)) for _, cells in islice(table.rows(), LOOKED)]
    return 1 + max(range(len(top)), key=lambda index: (_named(top[index], known), -index))


def head(table: Table, row: int) -> Head:
    """Return the header in `row`, with what stands around it."""
    rows = [tuple(map(values.text_of, cells)) for _, cells in islice(table.rows(), row + SAMPLED)]
    texts = rows[row - 1] if row <= len(rows) else ()
    while texts and not texts[-1]:
        texts = texts[:-1]
    above = [text for cells in rows[: row - 1] for text in cells if text]
    return Head(row, texts, " ".join([table.sheet, *above]), tuple(cells for cells in rows[row:] if any(cells)))


def _named(texts: Sequence[str], known: Mapping[str, Mapping[str, Names]]) -> int:
    return max(sum(bool(column.field) for column in columns(kind, texts, known[kind])) for kind in known)


def columns(kind: str, texts: Sequence[str], names: Mapping[str, Names], title: str = "") -> list[Column]:
    """Return what the columns under these headers seem to hold."""
    table = TABLES[kind]
    found = [_column(table, text, names, title) for text in texts]
    for key in table.key:
        places = [index for index, column in enumerate(found) if column.field == key]
        best = min(places, key=lambda index: (not headers.names_code(texts[index]), index), default=None)
        for index in places:
            if index != best:
                found[index] = Column()
    seen: set[tuple[str, str]] = set()
    for index, column in enumerate(found):
        if column.field and (column.field, column.at) in seen:
            found[index] = Column()
        seen.add((column.field, column.at))
    return found


def _column(table: FactTable, text: str, names: Mapping[str, Names], title: str) -> Column:
    wan = headers.counts_in_wan(text)
    if not text or headers.is_derived(text):
        return Column()
    if field := headers.field_of(table.kind, text):
        return Column(field=field, wan=wan and field not in table.key)
    return _wide(table, text, names, title, wan=wan)


def _wide(table: FactTable, text: str, names: Mapping[str, Names], title: str, *, wan: bool) -> Column:
    """Read a header that names a channel, or a channel and a measure: 公众号, 公众号GMV.

    Targets are split by metric in this way: their channels are too seldom a column of their own.
    """
    main = headers.measure_in(table.kind, title) or MAIN.get(table.kind, table.measures[0].key)
    looked = headers.plain(text)
    for dim in table.dims:
        if (table is TARGETS) != (dim.key == "metric"):
            continue
        if code := names[dim.key].find(text):
            return Column(field=main, at=f"{dim.key}:{code}", wan=wan)
        for measure in table.measures:
            for word in (measure.name.zh, *headers.MEASURES[measure.key]):
                rest = looked.removesuffix(headers.plain(word))
                if rest != looked and (code := names[dim.key].find(rest)):
                    return Column(field=measure.key, at=f"{dim.key}:{code}", wan=wan)
    return Column()


def ranked(texts: Sequence[str], known: Mapping[str, Mapping[str, Names]]) -> list[str]:
    """Return the kinds of fact whose measures the headers name, the best first."""
    found = []
    for kind, names in known.items():
        table, guessed = TABLES[kind], [column.field for column in columns(kind, texts, names)]
        measures = sum(bool(field) and field not in table.key for field in guessed)
        # Columns named by channels fit several kinds alike: then words that name the key decide.
        keys = sum(field in table.key for field in guessed)
        if measures and (table is not TARGETS or table.day_key in guessed):
            found.append((-measures, -keys, kind))
    return [kind for *_, kind in sorted(found, key=lambda item: item[:2])]


def beside(reading: Reading, texts: Sequence[str], known: Mapping[str, Mapping[str, Names]]) -> dict[str, list[str]]:
    """Return, by kind of fact, the headers of measures that a reading of another kind leaves out."""
    left = [index for index, column in enumerate(reading.columns) if not column.field]
    found: dict[str, list[str]] = {}
    for kind in known:
        measures = {measure.key for measure in TABLES[kind].measures}
        fields = [headers.field_of(kind, text) for text in texts]
        if named := [texts[index] for index in left if index < len(texts) and fields[index] in measures]:
            found[kind] = named
    return found


def suggest(kind: str, sheet: str | None, found: Head, names: Mapping[str, Names]) -> Reading:
    """Return how a sheet of this kind is best read."""
    table = TABLES[kind]
    chosen = columns(kind, found.texts, names, found.title)
    constants = {}
    for key in ("unit", *(dim.key for dim in table.dims)):
        if not any(column.field == key or column.at.startswith(f"{key}:") for column in chosen):
            constants[key] = _constant(table, key, names)
    constants["year"] = year_of(found)
    kept = {key: value for key, value in constants.items() if value}
    return Reading(kind=table.kind, sheet=sheet, header=found.row, columns=chosen, constants=kept)


def year_of(found: Head) -> str:
    """Return the year that the title names; "" for none."""
    year = _YEAR.search(found.title)
    return year[1] if year else ""


def year_wanted(reading: Reading, found: Head, today: date) -> str:
    """Return this year where days below the header lack one; "" where none is wanted."""
    dated = [index for index, column in enumerate(reading.columns) if column.field in ("day", "cohort_day", "month")]
    cells = [cells[index] for cells in found.samples for index in dated if index < len(cells)]
    return "" if all(map(values.has_year, cells)) else str(today.year)


def still_known(reading: Reading, names: Mapping[str, Names]) -> Reading:
    """Return a remembered reading without the units and channels that are no longer there."""
    columns = [
        column if not column.at or names[column.at.partition(":")[0]].find(column.at.partition(":")[2]) else Column()
        for column in reading.columns
    ]
    constants = {key: code for key, code in reading.constants.items() if key in names and names[key].find(code)}
    return reading.model_copy(update={"columns": columns, "constants": constants})


def _constant(table: FactTable, key: str, names: Mapping[str, Names]) -> str:
    """Return what holds for all rows where nothing else is possible, or where nothing was said."""
    dim = next((dim for dim in table.dims if dim.key == key), None)
    options = names[key].options
    if dim is not None and dim.channels and not dim.optional:
        kind = ChannelKind.SOURCE if ChannelKind.SOURCE in dim.channels else ChannelKind.TOUCHPOINT
        return UNATTRIBUTED[kind]
    return options[0][0] if len(options) == 1 and (dim is None or not dim.optional) else ""
