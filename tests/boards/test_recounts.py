"""对账差异: what a later stock count finds beside what was computed is shown, never hidden."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from app.boards.growth import GROWTH
from app.db import Database
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.domain.scope import Scope
from app.metrics.catalog.growth import OPENING
from app.queries import book
from app.queries.units import load_tree
from tests import small, strategies, worlds
from tests.plain import World
from tests.plain.values import level
from tests.plain.world import Scope as PlainScope
from tests.rich import span, table, view


@pytest.fixture(scope="module")
def case() -> Iterator[Database]:
    """A database in memory that holds the small world, for what the notes say; the property reads on each kind."""
    database = strategies.memory()
    strategies.seed(database)
    worlds.write(database, small.WORLD)
    yield database
    database.close()


def notes(case: Database, text: str, unit: str = "co") -> dict[str, str]:
    """Return the notes of the daily report."""
    rows = table(view(case, GROWTH, span(text), unit=unit), "daily").rows
    return {row.label.zh: row.note.zh for row in rows if row.note is not None and "对账" in row.note.zh}


@pytest.mark.parametrize("unit", ["co", "north", "east"])
def test_a_later_count_shows_its_difference(case: Database, unit: str) -> None:
    """On 5 March east had 500 + 8 + 7 + 4 + 6 by computation, and 300 + 6 - 2 - 4 - 1; 512 and 290 were counted."""
    found = notes(case, "2024-03-01..2024-03-20", unit)
    assert list(found) == ["3月5日 周二"]
    assert "对账差异 累计 −13，现好友 −9" in found["3月5日 周二"]


@pytest.mark.parametrize(("unit", "month"), [("east", "2024-02-01..2024-02-29"), ("west", "2024-03-01..2024-03-20")])
def test_a_first_count_is_an_opening_balance(case: Database, unit: str, month: str) -> None:
    assert notes(case, month, unit) == {}


def test_a_week_sums_the_differences_of_its_days(case: Database) -> None:
    found = notes(case, "2024-01-01..2024-03-17")
    assert [note.partition("；")[2] or note for note in found.values()] == ["对账差异 累计 −13，现好友 −9"]


def without(world: World, count: dict[str, Any]) -> World:
    """Return a world that lacks a stock count."""
    kept = [row for row in world.facts["stock-counts"] if row is not count]
    return World(world.units, world.channels, {**world.facts, "stock-counts": kept}, world.today)


def differences(world: World) -> dict[date, tuple[int, int]]:
    """Return counted less computed by day, by taking each count but a unit's first one away."""
    found: dict[date, tuple[int, int]] = {}
    counts = world.facts["stock-counts"]
    for count in counts:
        if not any(other["unit"] == count["unit"] and other["day"] < count["day"] for other in counts):
            continue
        day, alone = date.fromisoformat(count["day"]), PlainScope((count["unit"],))
        past = without(world, count)
        moved = [count[name] - int(level(past, alone, name, day) or 0) for name in ("cumulative", "current")]
        if any(moved):
            known = found.get(day, (0, 0))
            found[day] = (known[0] + moved[0], known[1] + moved[1])
    return found


@strategies.on_every_kind(strategies.worlds())
def test_differences_of_any_world(fresh: strategies.Fresh, world: World) -> None:
    period = Period(world.today - timedelta(days=45), world.today)
    with fresh() as database:
        worlds.write(database, world)
        with database.read() as session:
            tree = load_tree(session)
            scope = Scope(tree.by_code["co"].id)
            loaded = book.load(session, SYSTEM, tree, scope, [OPENING], [period], world.today)
    assert loaded.recounts == differences(world)
