"""A company of a chosen size, written straight into the tables, with rollups that are built and checked."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Column, ColumnElement, Date, Integer, MetaData, Select, Table, insert, literal, select, true
from sqlalchemy.orm import Session

from app.cli.migrate import upgrade
from app.db import Database
from app.domain.facts import TABLES, CustomerKind
from app.domain.period import DAY, Period, month_of
from app.models import Base, Channel, OrgUnit
from app.models.base import UtcDateTime
from app.queries import drift
from app.queries.units import load_tree
from app.store.rollups import build
from app.store.version import bump

ROOT, INNER, LEAF, TOUCHPOINT = "company", "d1", "d1s1", "t1"
"""Codes that are there at every size."""
STORES_A_DIVISION = 2.5
"""Stores of a division, for each division: 1,000 units are 20 divisions of 50, 10 are 2 of 5."""
RECENT = 90
"""Days with sales, pushes and cohorts: enough for those boards, a tenth of the rows."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many stores, days up to yesterday, and source channels."""

    units: int
    days: int
    channels: int

    @property
    def divisions(self) -> int:
        """How many divisions the stores stand under."""
        return max(1, round(math.sqrt(self.units / STORES_A_DIVISION)))

    @property
    def friends(self) -> int:
        """How many friends rows there are."""
        return self.units * self.days * self.channels

    @property
    def words(self) -> str:
        """What there is, for people."""
        return f"{self.friends:,} friends rows: {self.units:,} stores x {self.channels} channels x {self.days} days"

    @property
    def small(self) -> "Size":
        """The same with a hundredth of the stores."""
        return Size(max(1, self.units // 100), self.days, self.channels)

    def period(self, today: date) -> Period:
        """Return the days that have facts."""
        return Period(today - self.days * DAY, today - DAY)


def make(database: Database, size: Size, today: date) -> None:
    """Write units, channels and facts, build the rollups, and refuse the whole when one sum is not its facts'."""
    say(f"writing {size.friends:,} friends rows of {size.units:,} stores ...")
    _organisation(database, size)
    if size.days:
        _facts(database, size, today)
        _rollups(database)


@contextmanager
def made(path: Path, size: Size, today: date) -> Iterator[tuple[Database, str]]:
    """Give a company in a file of its own, and the address of it."""
    url = f"sqlite:///{path}"
    database = Database(url)
    upgrade(database)
    make(database, size, today)
    try:
        yield database, url
    finally:
        database.close()


def say(line: str) -> None:
    """Write a line of progress."""
    click.echo(line, err=True)


def _organisation(database: Database, size: Size) -> None:
    with database.write() as session:
        _units(session, [{"code": ROOT, "name": "公司", "kind": "company", "parent_id": None}])
        top = _ids(session)[ROOT]
        divisions = [f"d{number + 1}" for number in range(size.divisions)]
        _units(session, [{"code": c, "name": f"事业部 {c}", "kind": "division", "parent_id": top} for c in divisions])
        ids, stores = _ids(session), []
        for number in range(size.units):
            place, above = divmod(number, size.divisions)
            code = f"{divisions[above]}s{place + 1}"
            stores.append({"code": code, "name": f"门店 {code}", "kind": "store", "parent_id": ids[divisions[above]]})
        _units(session, stores)
        sources = [_channel(f"c{n + 1}", "source", n + 1) for n in range(size.channels)]
        session.execute(insert(Channel), [*sources, _channel(TOUCHPOINT, "touchpoint", size.channels + 1)])
        bump(session, structure=True)


def _units(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(OrgUnit), [{**row, "active": True} for row in rows])


def _ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(OrgUnit.code, OrgUnit.id)).all())


def _channel(code: str, kind: str, position: int) -> dict[str, Any]:
    slot = (position - 1) % 8 + 1
    return {
        "code": code,
        "name": f"渠道 {code}",
        "kind": kind,
        "color_slot": slot,
        "position": position,
        "active": True,
    }


def _facts(database: Database, size: Size, today: date) -> None:
    """Let the database multiply units, days and channels, one division at a time."""
    days = Table("bench_days", MetaData(), Column("n", Integer, primary_key=True), Column("day", Date))
    period = size.period(today)
    # An index that is not in the order of the rows is made whole afterwards, in a tenth of the time.
    indexes = [index for name in ("friends", "retention", "sales", "pushes") for index in _tables()[name].indexes]
    with database.write() as session:
        connection = session.connection()
        days.create(connection)
        rows = [{"n": number, "day": period.first + number * DAY} for number in range(size.days)]
        connection.execute(insert(days), rows)
        for index in indexes:
            index.drop(connection)
    with database.read() as session:
        divisions = session.execute(select(OrgUnit.id).where(OrgUnit.kind == "division")).scalars().all()
    for number, division in enumerate(divisions, 1):
        with database.write() as session:
            _division(session, days, division, size)
        _progress("divisions written", number, len(divisions))
    with database.write() as session:
        for index in indexes:
            index.create(session.connection())
        _counts(session, period)
        days.drop(session.connection())
        bump(session)


def _tables() -> Any:  # noqa: ANN401 (SQLAlchemy's own mapping)
    return Base.metadata.tables


def _division(session: Session, days: Table, division: int, size: Size) -> None:
    unit, channel = OrgUnit.id, Channel.id
    noise = (unit * 7 + channel * 13 + days.c.n * 31) % 97
    every = _tables()["units"].join(_tables()["channels"], true()).join(days, true())
    base: Select[Any] = select(unit, days.c.day).select_from(every).where(OrgUnit.parent_id == division)
    order = (unit, days.c.day, channel)
    sources = base.where(Channel.code.like("c%"), Channel.kind == "source")
    recent = base.where(days.c.n >= size.days - RECENT)
    first, touched = recent.where(Channel.code == "c1"), recent.where(Channel.code == TOUCHPOINT)
    source = select(Channel.id).where(Channel.code == "c1").correlate(None).scalar_subquery()
    _fill(
        session, "friends", sources.add_columns(channel, noise * 10 + 200, noise + 20, noise // 4 + 2).order_by(*order)
    )
    for day_n in (1, 7, 30):
        cohorts = first.where(days.c.n < size.days - day_n)
        _fill(session, "retention", cohorts.add_columns(channel, literal(day_n), noise // 2 + 10))
    for kind in (CustomerKind.NEW, CustomerKind.LOYAL):
        numbers = ((noise + 50) * 10_000, noise + 10, noise + 5, noise * 100, noise * 5_000, noise // 2)
        _fill(session, "sales", touched.add_columns(channel, source, literal(kind.value), *numbers))
    _fill(session, "pushes", touched.add_columns(channel, noise * 20, noise * 50, noise * 5_000, noise // 10))


def _fill(session: Session, name: str, rows: Select[Any]) -> None:
    """Insert rows of unit, day, dims and measures, in the order of their declaration."""
    table, facts = _tables()[name], TABLES[name]
    kept = ["unit_id", facts.day_key, *(dim.column for dim in facts.dims), *(m.key for m in facts.measures)]
    more: dict[str, ColumnElement[Any]] = {
        "revision": literal(1),
        "updated_at": literal(datetime.now(UTC), UtcDateTime()),
    }
    session.execute(insert(table).from_select([*kept, *more], rows.add_columns(*more.values())))


def _counts(session: Session, period: Period) -> None:
    """Count the stock of each store at the end of each whole month, near what was computed."""
    ids = session.execute(select(OrgUnit.id).where(OrgUnit.kind == "store")).scalars().all()
    closes = sorted({close for n in range(len(period)) if (close := month_of(period.first + n * DAY).last) in period})
    now, table = datetime.now(UTC), _tables()["stock_counts"]
    rows = [
        {
            "unit_id": id_,
            "day": close,
            "cumulative": 50_000 + (close - period.first).days * 400 + id_ % 50,
            "current": 40_000 + (close - period.first).days * 300 + id_ % 30,
            "revision": 1,
            "updated_at": now,
        }
        for id_ in ids
        for close in closes
    ]
    if rows:
        session.execute(insert(table), rows)


def _rollups(database: Database) -> None:
    """Build all rollups, then compare every sum with its facts, as `luopan verify` does."""
    with database.read() as session:
        parts = build.steps_of(session)
    for number, part in enumerate(parts, 1):
        database.transact(part)
        _progress("rollups built", number, len(parts))
    database.transact(build.done)
    with database.read() as session:
        wrong = drift.check(session, lambda done, of: _progress("rollups compared with the facts", done, of))
        load_tree(session)
    if any(wrong.values()):
        raise RuntimeError(f"rollups are not what the facts say: {wrong}")


def _progress(what: str, done: int, of: int) -> None:
    if done == of or done % max(1, of // 4) == 0:
        say(f"  {what}: {done} of {of}")
