"""A board as of a day is the board of a database that only ever got what was written until then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import strategies as st

from app.boards import targets
from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.db import Database
from app.domain.errors import Forbidden, Invalid
from app.domain.facts import TABLES
from app.domain.period import Compare, Period
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.inputs.facts import KEYS, ROWS
from app.queries import as_of
from app.queries.as_of import Close, close_of
from app.queries.units import load_tree
from app.store import days, facts
from tests import small, worlds
from tests.plain import World
from tests.strategies import Fresh, emptied, on_every_kind, spans
from tests.strategies import worlds as any_world

ZONE = ZoneInfo("Asia/Shanghai")
Row = dict[str, Any]


ALL = (*BOARDS, "targets")


@dataclass(frozen=True)
class Step:
    """Something written at a moment: rows of a kind, or their removal."""

    moment: datetime
    kind: str
    row: Row
    removed: bool = False


def apply(database: Database, world: World, steps: Iterable[Step]) -> None:
    """Write the organisation of a world, then each step at its moment."""
    worlds.write(database, World(world.units, world.channels, {}, world.today))
    for group in grouped(steps):
        kind, removed = group[0].kind, group[0].removed
        parsed = [(KEYS if removed else ROWS)[kind].model_validate(step.row) for step in group]
        with time_machine.travel(group[0].moment, tick=False), database.write() as session:
            if removed:
                facts.remove(session, SYSTEM, TABLES[kind], parsed)
            else:
                facts.put(session, SYSTEM, TABLES[kind], parsed, world.today)


def grouped(steps: Iterable[Step]) -> list[list[Step]]:
    """Return steps in groups that one write can hold: of a moment and a kind, no key twice."""
    found: list[list[Step]] = []
    keys: set[str] = set()
    for step in steps:
        last = found[-1][0] if found else None
        key = str([step.row.get(name) for name in KEYS[step.kind].model_fields])
        alike = last and (last.moment, last.kind, last.removed) == (step.moment, step.kind, step.removed)
        if not alike or key in keys:
            found.append([])
            keys = set()
        found[-1].append(step)
        keys.add(key)
    return found


def boards(database: Database, asked: Asked, month: date, today: date, keys: Iterable[str] = ALL) -> list[Row]:
    """Return boards, without what says how they were asked for."""
    with database.read() as session:
        views = [
            targets.read(session, SYSTEM, asked.unit, month, today, asked.past)
            if key == "targets"
            else read(session, SYSTEM, BOARDS[key], asked, today)
            for key in keys
        ]
    found = [as_plain(view) for view in views]
    for board in found:
        del board["version"]
        board["scope"].pop("as_of", None)
    return found


MOVED = {"friends": "losses", "sales": "refunds", "pushes": "push_losses", "retention": "retained"}
"""A measure of each kind that may take any small value, or none."""


def correction(kind: str, row: Row, value: int | None) -> Row:
    """Return a row with another value in it that no rule forbids."""
    key = {name: row[name] for name in KEYS[kind].model_fields if name in row}
    if kind == "stock-counts":
        return {**key, "cumulative": row["cumulative"] + (value or 0), "current": row["current"]}
    return {**key, MOVED[kind]: None if kind == "retention" else value}


@st.composite
def histories(draw: st.DrawFn, world: World) -> list[Step]:
    """Return how the facts of a world came to be, in the six days after it: written, corrected, removed."""
    moments = st.tuples(st.integers(0, 5), st.sampled_from((time(0), time(12), time(23, 59, 59)))).map(
        lambda at: datetime.combine(world.today + timedelta(days=at[0]), at[1], ZONE)
    )
    found = [Step(draw(moments), kind, row) for kind, rows in world.facts.items() for row in rows]
    # A cohort may not hold more than its day added, so friends come before what is kept of them.
    found = [step if step.kind != "retention" else Step(_last(found), step.kind, step.row) for step in found]
    for step in draw(st.lists(st.sampled_from(found), max_size=12)) if found else ():
        moment = max(draw(moments), step.moment)
        if draw(st.booleans()):
            value = draw(st.one_of(st.none(), st.integers(0, 9)))
            found.append(Step(moment, step.kind, correction(step.kind, step.row, value)))
        elif step.kind != "friends":
            key = {name: step.row[name] for name in KEYS[step.kind].model_fields if name in step.row}
            found.append(Step(moment, step.kind, key, removed=True))
    for value in draw(st.lists(st.integers(1, 90), max_size=3)):
        target = {"month": f"{world.today:%Y-%m}", "unit": "co", "metric": "friends_added", "value": value}
        found.append(Step(draw(moments), "targets", target))
    order = tuple(TABLES)
    return sorted(found, key=lambda step: (step.moment, order.index(step.kind)))


def _last(steps: Iterable[Step]) -> datetime:
    return max((step.moment for step in steps if step.kind == "friends"), default=datetime(2023, 1, 1, tzinfo=ZONE))


@on_every_kind(st.data(), any_world())
def test_it_is_the_board_of_a_database_that_got_the_writes_until_then(
    fresh: Fresh, data: st.DataObject, world: World
) -> None:
    """The other database is one in memory: what a board says does not depend on the kind."""
    steps = data.draw(histories(world))
    unit = data.draw(st.sampled_from([unit["code"] for unit in world.units]))
    channel = data.draw(st.sampled_from((None, None, "card", "group")))
    how = data.draw(st.sampled_from(tuple(Compare)))
    period = Period(*data.draw(spans(world)))
    day = world.today + timedelta(days=data.draw(st.integers(-1, 6)))
    month = data.draw(st.sampled_from((world.today, world.today - timedelta(days=31))))
    past = close_of(day, datetime.combine(world.today + timedelta(days=9), time(12), ZONE))
    with fresh() as database, emptied("then") as then:
        apply(database, world, steps)
        apply(then, world, [step for step in steps if step.moment < past.moment])
        keys = [data.draw(st.sampled_from(ALL))]
        expected = boards(then, Asked(unit, period, channel, how), month, day, keys)
        now = world.today + timedelta(days=9)
        found = boards(database, Asked(unit, period, channel, how, past), month, now, keys)
    assert found == expected


def test_corrections_removals_and_marks_are_taken_back_on_every_database(database: Database) -> None:
    first, second = (datetime(2024, 3, n, 10, tzinfo=ZONE) for n in (20, 25))
    with time_machine.travel(first, tick=False):
        worlds.write(database, small.WORLD)
        with database.write() as session:
            days.mark(session, SYSTEM, "west", date(2024, 3, 16), small.TODAY, on=True)
    asked = Asked("co", Period(date(2024, 3, 1), date(2024, 3, 20)))
    before = boards(database, asked, small.TODAY, small.TODAY)
    moved = [
        Step(second, "friends", {**small.friend("2024-03-05", "east", "card"), "adds": 99}),
        Step(second, "friends", small.friend("2024-02-02", "east", "video", 5, 4, 3)),
        Step(second, "stock-counts", {"day": "2024-03-05", "unit": "east"}, removed=True),
        Step(second, "sales", small.sale("2024-03-01", "west", ("sms", "card", "first_repeat"), "1.00", 3, 1)),
        Step(second, "targets", {"month": "2024-03", "unit": "co", "metric": "gmv", "value": "5.00"}),
    ]
    apply_steps(database, moved)
    with time_machine.travel(second, tick=False), database.write() as session:
        days.mark(session, SYSTEM, "west", date(2024, 3, 15), small.TODAY, on=True)
        days.mark(session, SYSTEM, "west", date(2024, 3, 16), small.TODAY, on=False)
    after = boards(database, asked, small.TODAY, small.TODAY)
    assert before != after
    past = Close(small.TODAY, datetime(2024, 3, 21, tzinfo=ZONE))
    assert boards(database, Asked(asked.unit, asked.period, past=past), small.TODAY, date(2024, 4, 1)) == before
    nothing = Close(date(2024, 3, 19), datetime(2024, 3, 20, tzinfo=ZONE))
    empty = boards(database, Asked(asked.unit, asked.period, past=nothing), small.TODAY, date(2024, 4, 1))
    assert {card["value"] for card in empty[0]["cards"]} == {None}
    assert empty[0]["coverage"] is None


def apply_steps(database: Database, steps: Iterable[Step]) -> None:
    """Write steps into a world that is there."""
    apply(database, World([], [], {}, small.TODAY), steps)


def test_a_unit_reports_since_its_first_row_however_long_ago(database: Database) -> None:
    early = {"day": "2023-01-05", "unit": "empty", "touchpoint": "sms", "pushes": 1}
    gone = {**early, "unit": "west", "day": "2023-01-06"}
    world = World(small.UNITS, small.CHANNELS, {}, small.TODAY)
    steps = [Step(datetime(2024, 3, 1, tzinfo=UTC), "pushes", row) for row in (early, gone)]
    later = datetime(2024, 3, 15, tzinfo=UTC)
    key = {name: gone[name] for name in ("day", "unit", "touchpoint")}
    new = {**early, "unit": "east", "day": "2023-01-07"}
    apply(database, world, [*steps, Step(later, "pushes", key, removed=True), Step(later, "pushes", new)])
    period = Period(date(2024, 3, 1), date(2024, 3, 5))
    expected = {
        ("2024-03-10", "co"): ["empty", "north"],
        ("2024-03-10", "north"): ["west"],
        ("2024-03-16", "co"): ["empty", "north"],
        ("2024-03-16", "north"): ["east"],
    }
    for (day, code), codes in expected.items():
        past = close_of(date.fromisoformat(day), datetime(2024, 4, 1, tzinfo=ZONE))
        with database.read() as session:
            view = read(session, SYSTEM, BOARDS["growth"], Asked(code, period, past=past), small.TODAY)
        assert sorted(name for name, _ in view.coverage.missing) == codes, (day, code)


def test_what_may_not_be_asked_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.write(database, small.WORLD)
    now = datetime(2024, 3, 20, 10, tzinfo=ZONE)
    with pytest.raises(Invalid):
        close_of(date(2024, 3, 21), now)
    past = close_of(small.TODAY, now)
    span = [Period(date(2024, 3, 1), date(2024, 3, 20))]
    with database.read() as session:
        tree = load_tree(session)
        east = Viewer("e", (Grant(Role.VIEWER, tree.by_code["east"].id),))
        with pytest.raises(Forbidden), as_of.opened(session, east, tree, tree.by_code["co"].id, span, past):
            pass
        monkeypatch.setattr(as_of, "MAX_ROWS", 10)
        with pytest.raises(Invalid) as refused, as_of.opened(session, SYSTEM, tree, tree.by_code["co"].id, span, past):
            pass
    assert "smaller unit" in refused.value.issues[0].message.en
