"""Small worlds and questions for hypothesis, and databases that are emptied for each of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, update_wrapper
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from app.db import Database
from app.domain.facts import UNATTRIBUTED
from app.domain.rollups import FORM
from app.models import Base, Channel, DataVersion, OrgUnit
from tests.bed import Bed
from tests.plain import World
from tests.worlds import Ask

Row = dict[str, Any]

EDGES = tuple(map(date.fromisoformat, ("2024-02-29", "2023-02-28", "2023-12-31", "2024-04-30", "2024-07-31")))
"""Month ends of every length, among them a leap day and the end of a year."""

SOURCES = ("card", "video")
TOUCHPOINTS = ("group", "sms")
CHANNELS: list[Row] = [
    *({"code": code, "kind": "source"} for code in SOURCES),
    *({"code": code, "kind": "touchpoint"} for code in TOUCHPOINTS),
]
KINDS = ("new", "first_repeat", "second_repeat", "loyal")

few = st.one_of(st.none(), st.integers(0, 9))
many = st.one_of(st.none(), st.integers(0, 60))
cents = st.one_of(st.none(), st.integers(0, 5000))


def yuan(fen: int | None) -> str | None:
    """Write fen as yuan."""
    return None if fen is None else f"{fen // 100}.{fen % 100:02d}"


def within(part: int | None, whole: int | None) -> int | None:
    """Keep a part from exceeding its whole."""
    return part if part is None or whole is None else min(part, whole)


@st.composite
def trees(draw: st.DrawFn) -> list[Row]:
    """Return a company with a division and a store, below each other or side by side, perhaps a second store."""
    places = [("mid", "division", "co"), ("shop", "store", draw(st.sampled_from(("co", "mid"))))]
    if draw(st.booleans()):
        places.append(("desk", "account", draw(st.sampled_from(("co", "mid", "shop")))))
    units: list[Row] = [{"code": "co", "kind": "company", "parent": None, "active": True}]
    return units + [{"code": code, "kind": kind, "parent": up, "active": True} for code, kind, up in places]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a world of about 40 days around the end of a month."""
    units = draw(trees())
    edge = draw(st.sampled_from(EDGES))
    today = edge + timedelta(days=draw(st.integers(-3, 20)))
    days = st.integers(0, 40).map(lambda ago: today - timedelta(days=ago))
    places = st.tuples(days, st.sampled_from([unit["code"] for unit in units]))
    friends = draw(_friends(places))
    facts = {
        "friends": friends,
        "stock-counts": draw(_counts(places)),
        "retention": draw(_retention(places, friends, today)),
        "sales": draw(_sales(places)),
        "pushes": draw(_pushes(places)),
    }
    return World(units, CHANNELS, facts, today)


Places = st.SearchStrategy[tuple[date, str]]


@st.composite
def _friends(draw: st.DrawFn, places: Places) -> list[Row]:
    keys = draw(st.lists(st.tuples(places, st.sampled_from(SOURCES)), max_size=25, unique=True))
    return [
        {**_key(place), "channel": channel, "reach": draw(many), "adds": draw(few), "losses": draw(few)}
        for place, channel in keys
    ]


@st.composite
def _counts(draw: st.DrawFn, places: Places) -> list[Row]:
    rows = []
    for place in draw(st.lists(places, max_size=4, unique=True)):
        current = draw(st.integers(0, 80))
        rows.append({**_key(place), "current": current, "cumulative": current + draw(st.integers(0, 40))})
    return rows


@st.composite
def _retention(draw: st.DrawFn, places: Places, friends: list[Row], today: date) -> list[Row]:
    """Return cohorts, most of them of days with adds."""
    adds = {(row["day"], row["unit"], row["channel"]): row["adds"] for row in friends}
    strays = st.tuples(places, st.sampled_from(SOURCES)).map(lambda key: (str(key[0][0]), key[0][1], key[1]))
    cohorts = st.one_of(st.sampled_from(sorted(adds)), strays) if adds else strays
    keys = draw(st.lists(st.tuples(cohorts, st.sampled_from((1, 7, 30))), max_size=8, unique=True))
    return [
        {
            "cohort_day": cohort[0],
            "unit": cohort[1],
            "channel": cohort[2],
            "day_n": day_n,
            "retained": within(draw(few), adds.get(cohort)),
        }
        for cohort, day_n in keys
        if date.fromisoformat(cohort[0]) + timedelta(days=day_n) <= today
    ]


@st.composite
def _sales(draw: st.DrawFn, places: Places) -> list[Row]:
    splits = st.tuples(st.sampled_from(TOUCHPOINTS), st.sampled_from((None, *SOURCES)), st.sampled_from(KINDS))
    rows = []
    for place, (touchpoint, source, kind) in draw(st.lists(st.tuples(places, splits), max_size=12, unique=True)):
        gmv, orders, member_orders = draw(cents), draw(few), draw(few)
        row = {
            **_key(place),
            "touchpoint": touchpoint,
            "customer_kind": kind,
            "gmv": yuan(gmv),
            "orders": orders,
            "buyers": within(draw(few), orders),
            "refunds": yuan(draw(cents)),
            "member_gmv": yuan(within(draw(cents), gmv)),
            "member_orders": within(member_orders, orders),
        }
        rows.append(row if source is None else {**row, "source": source})
    return rows


@st.composite
def _pushes(draw: st.DrawFn, places: Places) -> list[Row]:
    keys = draw(st.lists(st.tuples(places, st.sampled_from(TOUCHPOINTS)), max_size=6, unique=True))
    money = ("push_cost", "push_gmv")
    return [
        {
            **_key(place),
            "touchpoint": touchpoint,
            "pushes": draw(many),
            **{name: yuan(draw(cents)) for name in money},
            "push_losses": draw(few),
        }
        for place, touchpoint in keys
    ]


def _key(place: tuple[date, str]) -> Row:
    return {"day": place[0].isoformat(), "unit": place[1]}


@st.composite
def spans(draw: st.DrawFn, world: World) -> tuple[date, date]:
    """Return a range that begins around the facts of a world and may run beyond its today."""
    first = world.today - timedelta(days=draw(st.integers(-3, 45)))
    return first, first + timedelta(days=draw(st.integers(0, 50)))


@st.composite
def asks(draw: st.DrawFn, world: World, grains: tuple[str, ...]) -> Ask:
    """Return a question to a world."""
    return Ask(
        *draw(spans(world)),
        grain=draw(st.sampled_from(grains)),
        by=draw(st.sampled_from((None, "unit", "channel", "customer_kind"))),
        channel=draw(st.sampled_from((None, None, *SOURCES, *TOUCHPOINTS, *UNATTRIBUTED.values()))),
        compare=draw(st.sampled_from((None, "previous", "last_year"))),
        unit=draw(st.sampled_from([unit["code"] for unit in world.units])),
    )


def memory() -> Database:
    """Return a new database in memory, with its tables but without any row."""
    database = Database("sqlite://")
    Base.metadata.create_all(database.engine)
    return database


@cache
def _shared(name: str) -> Database:
    del name
    return memory()


@contextmanager
def emptied(name: str = "") -> Iterator[Database]:
    """Give a database in memory that holds the built-in rows only; it is the same one each time for a name."""
    database = _shared(name)
    with database.write() as session:
        session.execute(update(OrgUnit).values(parent_id=None))
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    database.loaded.clear()  # its versions begin again
    seed(database)
    yield database


def seed(database: Database) -> None:
    """Put the built-in rows in, as the migrations do."""
    with database.write() as session:
        session.execute(insert(DataVersion).values(id=1, version=0, rollups=FORM))
        for kind, code in UNATTRIBUTED.items():
            session.execute(insert(Channel).values(code=code, name=code, kind=kind, color_slot=0, position=999))


AT_A_SERVER = 3
"""Examples in the short run: one costs several times as much as in memory."""


@dataclass(frozen=True)
class Fresh:
    """A kind of database, which gives one with the built-in rows only as often as a property asks for it."""

    kind: str
    bed: Bed

    @contextmanager
    def __call__(self) -> Iterator[Database]:
        """Give the database; what it held before is gone."""
        if self.kind == "sqlite":
            with emptied() as database:
                yield database
        else:
            yield self.bed.at_server(self.kind)


Property = Callable[..., None]


def on_every_kind(*drawn: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Callable[[Property], Property]:
    """Make a test of what is drawn, as `given` does, that runs on SQLite, PostgreSQL and MariaDB.

    Its first argument is a `Fresh`. Settings belong to a function, not to a parameter of it: so there
    are two functions, and the test is a plain one that calls the one for its kind.
    """

    def decorate(body: Property) -> Property:
        in_memory = at_server = given(*drawn, **named)(body)
        if settings.get_current_profile_name() != "long":
            at_server = settings(max_examples=AT_A_SERVER)(given(*drawn, **named)(body))

        def test(fresh: Fresh) -> None:
            (in_memory if fresh.kind == "sqlite" else at_server)(fresh)

        update_wrapper(test, body)
        del test.__dict__["__wrapped__"]  # pytest would ask for fixtures of the names of what is drawn
        return test

    return decorate
