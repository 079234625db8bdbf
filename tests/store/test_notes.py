"""Notes on days and saved views: who may write them, who sees them, and that nothing of them is lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.notes import NoteKind
from app.domain.period import Period
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.inputs.notes import NoteInput
from app.inputs.views import kept_query
from app.models import User
from app.queries import log, units, version
from app.queries import notes as found
from app.queries import views as saved
from app.store import notes, views
from tests.store.conftest import Company

T = TypeVar("T")

DAY = date(2023, 5, 4)
MAY = Period(date(2023, 5, 1), date(2023, 5, 31))


def note(unit: str, text: str, kind: NoteKind = NoteKind.LIVE) -> NoteInput:
    return NoteInput(unit=unit, day=DAY, kind=kind, text=text)


def person(company: Company, name: str, role: Role, unit: str | None = None) -> Viewer:
    with company.database.write() as session:
        place = units.load_tree(session).by_code[unit].id if unit else None
        user = User(name=name, password_hash="", created_at=datetime.now(UTC))
        session.add(user)
        session.flush()
        return Viewer(name, (Grant(role, place),), user_id=user.id)


def texts(company: Company, unit: str, viewer: Viewer = SYSTEM, *, below: bool = False) -> list[str]:
    with company.database.read() as session:
        tree = units.load_tree(session)
        rows = found.load(session, viewer, tree, tree.by_code[unit].id, MAY, below=below)
        return [row.text for row in rows]


def write(company: Company, work: Callable[[Session], T]) -> T:
    with company.database.write() as session:
        return work(session)


def add(company: Company, viewer: Viewer, unit: str, text: str) -> int:
    return write(company, lambda session: notes.add(session, viewer, note(unit, text)))


def remove(company: Company, viewer: Viewer, note_id: int) -> int:
    return write(company, lambda session: notes.remove(session, viewer, note_id))


def test_a_note_is_shown_on_its_unit_and_below_it_and_nowhere_else(company: Company) -> None:
    for unit in ("co", "east", "corner", "west"):
        add(company, SYSTEM, unit, unit)
    assert texts(company, "corner") == ["co", "east", "corner"]
    assert texts(company, "west") == ["co", "west"]
    assert texts(company, "co") == ["co"]
    assert texts(company, "east", below=True) == ["co", "east", "corner"]
    with pytest.raises(Forbidden):
        texts(company, "west", person(company, "olga", Role.OPERATOR, "east"))


def test_who_enters_facts_writes_notes_and_removes_their_own_and_managers_remove_all(company: Company) -> None:
    olga, otto = (person(company, name, Role.OPERATOR, "east") for name in ("olga", "otto"))
    mo, vic = person(company, "mo", Role.MANAGER), person(company, "vic", Role.VIEWER)
    before = version_of(company)
    first = add(company, olga, "corner", "live 🎈")
    assert version_of(company) > before
    for viewer, unit in ((olga, "west"), (olga, "co"), (vic, "east")):
        with pytest.raises(Forbidden):
            add(company, viewer, unit, "x")
    for viewer in (otto, vic):
        with pytest.raises(Forbidden):
            remove(company, viewer, first)
    batch = remove(company, olga, first)
    assert texts(company, "corner") == []
    again = write(company, lambda session: notes.restore(session, olga, batch))
    assert texts(company, "corner") == ["live 🎈"]
    with pytest.raises(Conflict):
        write(company, lambda session: notes.restore(session, olga, batch))
    remove(company, mo, again)
    with pytest.raises(NotFound):
        remove(company, mo, again)
    with company.database.read() as session:
        batches = log.batches(session, SYSTEM, units.load_tree(session), log.Wanted(kind="notes"))
    assert [(entry.actor, entry.is_undone) for entry in batches] == [
        ("mo", False),
        ("olga", False),
        ("olga", True),
        ("olga", False),
    ]


def version_of(company: Company) -> int:
    with company.database.read() as session:
        return version.current(session)


def test_a_view_opens_for_its_owner_and_for_others_only_while_it_is_shared(company: Company) -> None:
    olga, vic = person(company, "olga", Role.OPERATOR, "east"), person(company, "vic", Role.VIEWER)
    query = kept_query("growth", "unit=east&range=7d&evil=1&channel=")
    assert query == "unit=east&range=7d"
    key = write(company, lambda session: views.save(session, olga, "周会", "growth", query)).key
    assert len(key) >= 20

    def opened(viewer: Viewer) -> str:
        with company.database.read() as session:
            return saved.linked(session, viewer, key).address

    assert opened(olga) == "/growth?unit=east&range=7d"
    for work in (
        lambda _: opened(vic),
        lambda session: views.share(session, vic, key, on=True),
        lambda session: views.rename(session, vic, key, "x"),
        lambda session: views.remove(session, vic, key),
    ):
        with pytest.raises(NotFound):
            write(company, work)
    write(company, lambda session: views.share(session, olga, key, on=True))
    assert opened(vic) == opened(olga)
    assert write(company, lambda session: views.save(session, olga, "周会", "sales", "")) == (key, True)
    other = write(company, lambda session: views.save(session, olga, "月会", "sales", "")).key
    with pytest.raises(Invalid):
        write(company, lambda session: views.rename(session, olga, other, "周会"))
    write(company, lambda session: views.share(session, olga, key, on=False))
    with pytest.raises(NotFound):
        opened(vic)
    write(company, lambda session: views.remove(session, olga, key))
    with company.database.read() as session:
        assert [row.name for row in saved.mine(session, olga)] == ["月会"]


@pytest.mark.parametrize(("board", "query"), [("home", ""), ("growth", f"unit={'x' * 61}"), ("sales", "unit=a%0Ab")])
def test_a_view_of_something_else_is_refused(board: str, query: str) -> None:
    with pytest.raises(Invalid):
        kept_query(board, query)
