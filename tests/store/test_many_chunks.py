"""Many chunks of rows are one write: all of them or none, one batch, rows counted through."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.domain.errors import Conflict, Forbidden, Invalid
from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.inputs.facts import FactInput, FriendsRow
from app.models import ChangeBatch
from app.queries.units import load_tree
from app.store import facts
from tests.store.conftest import TODAY, Company, friends


def chunks(*sizes: int, **last: int) -> Iterator[list[FactInput]]:
    """Yield chunks of rows on days of their own; `last` changes the last row."""
    rows = [friends(f"2023-05-{day:02}", adds=day) for day in range(1, sum(sizes) + 1)]
    rows[-1] |= last
    for size in sizes:
        yield [FriendsRow.model_validate(row) for row in rows[:size]]
        rows = rows[size:]


def test_chunks_are_written_as_one_batch(company: Company) -> None:
    with company.database.write() as session:
        before = session.execute(select(func.count(ChangeBatch.id))).scalar_one()
        written = facts.put_all(session, SYSTEM, FRIENDS, chunks(3, 2, 4), TODAY, reason="日报.xlsx")
    assert (written.inserted, written.updated, written.unchanged) == (9, 0, 0)
    with company.database.read() as session:
        made = session.get(ChangeBatch, written.batch)
        assert made is not None
        assert made.reason == "日报.xlsx"
        assert session.execute(select(func.count(ChangeBatch.id))).scalar_one() == before + 1


def test_a_refused_row_of_a_later_chunk_leaves_nothing_behind_and_is_counted_through(company: Company) -> None:
    before = company.facts()
    with pytest.raises(Conflict) as stale, company.database.write() as session:
        facts.put_all(session, SYSTEM, FRIENDS, chunks(3, 2, revision=7), TODAY)
    assert stale.value.conflicts == ({"row": 4, "stored": 0},)

    def twice() -> Iterator[list[FactInput]]:
        yield from chunks(2)
        yield from chunks(1)

    with pytest.raises(Invalid) as doubled, company.database.write() as session:
        facts.put_all(session, SYSTEM, FRIENDS, twice(), TODAY)
    assert [(issue.row, issue.message.en) for issue in doubled.value.issues] == [(2, "has the same key as row 0")]

    def cancelled() -> Iterator[list[FactInput]]:
        yield from chunks(2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), company.database.write() as session:
        facts.put_all(session, SYSTEM, FRIENDS, cancelled(), TODAY)
    assert company.facts() == before


def test_units_named_before_are_checked_before_the_first_chunk_is_read(company: Company) -> None:
    with company.database.read() as session:
        west = load_tree(session).by_code["west"].id
    viewer = Viewer("olga", (Grant(Role.OPERATOR, west),))
    waiting = chunks(1)
    with pytest.raises(Forbidden), company.database.write() as session:
        facts.put_all(session, viewer, FRIENDS, waiting, TODAY, unit_codes=["east"])
    assert next(waiting)
