"""What holds for the numbers of every small world, whatever is recorded in it."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests import plain
from tests.plain import World
from tests.strategies import Fresh, asks, on_every_kind, spans, worlds
from tests.worlds import KEYS, Ask, asked, differences, put, write

GRAINS = ("day", "week", "month", "quarter", "year", "total")
FLOWS = tuple(key for key in KEYS if plain.CATALOGUE[key].shape == "flow")
STOCKS = ("friends_current", "friends_cumulative")


def column(body: dict[str, Any], key: str) -> list[Any]:
    """Return a metric's values, row by row."""
    return [row["values"][key] for row in body["rows"]]


def added(values: list[Any]) -> Any:  # noqa: ANN401 (a value of a metric)
    """Add up what is there; nothing of nothing."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


@on_every_kind(st.data(), worlds())
def test_days_weeks_and_months_add_up_to_the_same_flow(fresh: Fresh, data: st.DataObject, world: World) -> None:
    first, last = data.draw(spans(world))
    by = data.draw(st.sampled_from((None, "unit")))
    with fresh() as database:
        write(database, world)
        totals = asked(database, world, Ask(first, last, metrics=FLOWS))["total"]["values"]
        for grain in GRAINS:
            body = asked(database, world, Ask(first, last, grain, by, metrics=FLOWS))
            assert {key: added(column(body, key)) for key in FLOWS} == totals
            assert body["total"]["values"] == totals
        assert differences(database, world, [Ask(first, last, metrics=FLOWS)]) == []


@on_every_kind(st.data(), worlds())
def test_every_metric_at_every_grain_and_grouping(fresh: Fresh, data: st.DataObject, world: World) -> None:
    """Ratios are ratios of sums: the reference knows nothing else."""
    ask = data.draw(asks(world, GRAINS[1:]))
    with fresh() as database:
        write(database, world)
        assert differences(database, world, [ask]) == []


@on_every_kind(st.data(), worlds())
def test_stocks_day_by_day_across_counts_and_months(fresh: Fresh, data: st.DataObject, world: World) -> None:
    keys = (*STOCKS, "retention_total", "churn_rate", "churn_rate_mtd", "old_conversion")
    first, last = data.draw(spans(world))
    by = data.draw(st.sampled_from((None, "unit")))
    how = data.draw(st.sampled_from((None, "previous", "last_year")))
    with fresh() as database:
        write(database, world)
        assert differences(database, world, [Ask(first, last, "day", by, None, how, metrics=keys)]) == []


@on_every_kind(st.data(), worlds())
def test_the_order_of_writes_does_not_matter(fresh: Fresh, data: st.DataObject, world: World) -> None:
    """Rows in any order, in any batches, some of them twice, give the same answers."""
    ask = Ask(*data.draw(spans(world)), data.draw(st.sampled_from(GRAINS)), "unit")
    with fresh() as database:
        write(database, world)
        straight = asked(database, world, ask)
    with fresh() as database:
        write(database, World(world.units, world.channels, {}, world.today))
        for kind in data.draw(st.permutations(list(world.facts))):
            rows = data.draw(st.permutations(world.facts[kind]))
            middle = len(rows) // 2
            for batch in (rows[middle:], rows[: middle + 1]):
                put(database, world, kind, batch)
        assert asked(database, world, ask) == straight


@on_every_kind(st.data(), worlds(), st.integers(1, 50))
def test_a_correction_moves_what_comes_after_it_and_nothing_before(
    fresh: Fresh, data: st.DataObject, world: World, more: int
) -> None:
    """A unit's later adds raise its stock from that day until the next count of it re-bases both."""
    day = world.today - timedelta(days=data.draw(st.integers(0, 40)))
    unit = data.draw(st.sampled_from([other["code"] for other in world.units]))
    counts = [date.fromisoformat(row["day"]) for row in world.facts["stock-counts"] if row["unit"] == unit]
    rebased = min((counted for counted in counts if counted >= day), default=date.max)
    # A channel of its own, so that the row is new whatever the world holds.
    row = {"day": day.isoformat(), "unit": unit, "channel": "unattributed_source", "adds": more}
    keys = (*STOCKS, "friends_added", "friends_lost", "gmv")
    ask = Ask(world.today - timedelta(days=45), world.today, "day", metrics=keys)
    with fresh() as database:
        write(database, world)
        before = asked(database, world, ask)["rows"]
        put(database, world, "friends", [row])
        after = asked(database, world, ask)["rows"]
    for old, new in zip(before, after, strict=True):
        shown, moved = date.fromisoformat(old["period"]), dict(old["values"])
        if day <= shown < rebased:
            moved |= {key: (moved[key] or 0) + more for key in STOCKS}
        if shown == day:
            moved["friends_added"] = (moved["friends_added"] or 0) + more
        assert new["values"] == moved
