"""A batch of the history is undone as a whole, if nothing later touched its cells."""

import pytest
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.errors import Conflict, Forbidden, InTheWay, NotFound
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.models import ChangeBatch
from app.queries.units import load_tree
from app.store import undo
from tests.store.conftest import TODAY, Company, friends
from tests.strategies import Fresh, on_every_kind

DAY = "2023-05-04"
SALE = {"day": DAY, "unit": "east", "touchpoint": "group", "customer_kind": "new"}


def take_back(company: Company, batch: int, viewer: Viewer = SYSTEM) -> int:
    with company.database.write() as session:
        return undo.undo(session, viewer, batch, TODAY).batch


def test_undo_puts_changed_new_and_removed_rows_back_and_undo_of_the_undo_does_it_again(company: Company) -> None:
    company.put("friends", friends(DAY, adds=5, losses=0), friends(DAY, "west", adds=7))
    first = company.facts()
    batch = company.batch("friends", friends(DAY, adds=None, reach=9), friends(DAY, channel="douyin", adds=1))
    second = company.facts()
    back = take_back(company, batch)
    assert company.facts() == first
    with pytest.raises(Conflict, match="already"):
        take_back(company, batch)
    again = take_back(company, back)
    assert company.facts() == second
    take_back(company, again)
    assert company.facts() == first
    company.remove("friends", {"day": DAY, "unit": "east", "channel": "parcel"})
    assert company.facts() != first
    take_back(company, company.last_batch())
    assert company.facts() == first


def test_later_changes_of_the_same_cells_stand_in_the_way_and_are_named(company: Company) -> None:
    batch = company.batch("sales", {**SALE, "gmv": "10.50", "orders": 2})
    later = company.batch("sales", {**SALE, "gmv": "11"})
    before = company.facts()
    with pytest.raises(InTheWay) as refused:
        take_back(company, batch)
    (cell,) = refused.value.conflicts
    assert (cell["unit"], cell["measure"], cell["batch"], cell["actor"]) == ("east", "gmv", later, "luopan")
    assert company.facts() == before
    take_back(company, later)
    take_back(company, batch)
    assert company.facts()["sales"] == []


def test_changes_of_other_cells_stay_when_a_batch_that_made_the_row_is_undone(company: Company) -> None:
    batch = company.batch("friends", friends(DAY, adds=5, losses=1))
    company.put("friends", friends(DAY, reach=100))
    take_back(company, batch)
    (row,) = company.facts()["friends"]
    assert (row["reach"], row["adds"], row["losses"]) == (100, None, None)


def test_what_would_break_a_rule_is_refused_with_the_rule(company: Company) -> None:
    company.put("friends", friends(DAY, adds=5))
    batch = company.batch("friends", friends(DAY, adds=50))
    company.put("retention", {"cohort_day": DAY, "unit": "east", "channel": "parcel", "day_n": 1, "retained": 40})
    with pytest.raises(Conflict, match="retained"):
        take_back(company, batch)


def test_undo_asks_for_permission_on_every_unit_and_for_a_batch_of_facts(company: Company) -> None:
    batch = company.batch("friends", friends(DAY, adds=5), friends(DAY, "west", adds=5))
    with company.database.read() as session:
        west = load_tree(session).by_code["west"].id
    with pytest.raises(Forbidden):
        take_back(company, batch, Viewer("olga", (Grant(Role.OPERATOR, west),)))
    with pytest.raises(NotFound):
        take_back(company, 10**9)
    with company.database.read() as session:
        organisation = session.execute(select(func.min(ChangeBatch.id))).scalar_one()
    with pytest.raises(Conflict, match="kind"):
        take_back(company, organisation)


MEASURES = st.fixed_dictionaries({}, optional=dict.fromkeys(("reach", "adds", "losses"), st.none() | st.integers(0, 5)))
ROW = st.tuples(st.sampled_from(["05-01", "05-02"]), st.sampled_from(["east", "west"]), MEASURES)
WRITE = st.lists(ROW, min_size=1, max_size=3, unique_by=lambda row: row[:2])


@on_every_kind(writes=st.lists(WRITE, min_size=1, max_size=5))
def test_undoing_batches_from_the_last_to_the_first_gives_each_state_back(
    fresh: Fresh, writes: list[list[tuple[str, str, dict[str, int | None]]]]
) -> None:
    with fresh() as database:
        company = Company(database)
        states, batches = [], []
        for write in writes:
            before = company.facts()
            rows = [friends(f"2023-{day}", unit) | values for day, unit, values in write]
            made = company.put("friends", *rows).batch
            if made is not None:
                states.append(before)
                batches.append(made)
        for state, batch in zip(reversed(states), reversed(batches), strict=True):
            take_back(company, batch)
            assert company.facts() == state
