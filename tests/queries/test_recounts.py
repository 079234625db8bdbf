"""对账: each later stock count beside what a plain walk over the days computes."""

from datetime import date, timedelta

from hypothesis import strategies as st

from app.db import Database
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.queries import recounts
from app.queries.units import load_tree
from tests.store.conftest import Company, friends
from tests.strategies import Fresh, on_every_kind

FIRST = date(2023, 5, 1)
SPAN = Period(FIRST, FIRST + timedelta(days=30))
Flow = tuple[int, str, int | None, int | None]
Count = tuple[int, str, int]


def walked(flows: list[Flow], counts: list[Count]) -> list[tuple[str, int, int, int]]:
    """Return (unit, day, difference of cumulative, of current), computed day by day."""
    found = []
    for unit in ("east", "west"):
        stock: tuple[int, int] | None = None
        for day in range(31):
            moved = [flow for flow in flows if flow[:2] == (day, unit)]
            if stock is not None:
                adds, losses = sum(flow[2] or 0 for flow in moved), sum(flow[3] or 0 for flow in moved)
                stock = stock[0] + adds, stock[1] + adds - losses
            for _, _, number in (count for count in counts if count[:2] == (day, unit)):
                if stock is not None and stock != (number + 5, number):
                    found.append((unit, day, number + 5 - stock[0], number - stock[1]))
                stock = number + 5, number
    return sorted(found)


NUMBER = st.none() | st.integers(0, 3)
UNIT = st.sampled_from(["east", "west"])
FLOWS = st.lists(st.tuples(st.integers(0, 8), UNIT, NUMBER, NUMBER), max_size=8, unique_by=lambda flow: flow[:2])
COUNTS = st.lists(st.tuples(st.integers(0, 8), UNIT, st.integers(0, 6)), max_size=6, unique_by=lambda count: count[:2])


def seen(company: Company, flows: list[Flow], counts: list[Count]) -> list[tuple[str, int, int, int]]:
    def day(offset: int) -> str:
        return (FIRST + timedelta(days=offset)).isoformat()

    if flows:
        company.put("friends", *(friends(day(at), unit, adds=adds, losses=lost) for at, unit, adds, lost in flows))
    for at, unit, number in counts:
        company.put("stock-counts", {"day": day(at), "unit": unit, "cumulative": number + 5, "current": number})
    with company.database.read() as session:
        tree = load_tree(session)
        found = recounts.load(session, SYSTEM, tree, tree.by_code["co"].id, SPAN)
    return sorted((tree.nodes[one.unit_id].code, (one.days.last - FIRST).days, *one.difference) for one in found)


def test_differences_are_those_of_a_plain_walk_on_every_database(database: Database) -> None:
    flows: list[Flow] = [(0, "east", 9, 9), (1, "east", 4, None), (2, "east", None, 1), (2, "west", 7, 0)]
    counts: list[Count] = [(0, "east", 10), (2, "east", 10), (3, "east", 10), (1, "west", 3), (5, "west", 10)]
    assert seen(Company(database), flows, counts) == walked(flows, counts) == [("east", 2, -4, -3)]


@on_every_kind(flows=FLOWS, counts=COUNTS)
def test_differences_are_those_of_a_plain_walk(fresh: Fresh, flows: list[Flow], counts: list[Count]) -> None:
    with fresh() as database:
        assert seen(Company(database), flows, counts) == walked(flows, counts)
