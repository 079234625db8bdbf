"""What people keep beside the numbers, notes and views, outlives a server that is killed while they are written."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlencode

import orjson
from sqlalchemy import select

from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.models import Change, ChangeBatch, Note, SavedView, User
from app.settings import Settings
from app.store import users
from app.store.notes import KIND
from app.store.users import Given
from app.web.guard import COOKIE
from tests.api.kit import load_master
from tests.faults.writers import WRITERS, Writers, sound
from tests.process import Client, Served, served
from tests.served import begin_session

ACKED = 240
NAMES = 4
"""Views of one person: what is saved after them takes their place."""
FORM = "application/x-www-form-urlencoded"


class People(Writers):
    """Sixteen people in their browsers: every other one writes notes, the others save views."""

    def __init__(self, server: Served, cookies: list[str]) -> None:
        super().__init__(server, "")
        self._cookies = cookies

    def opened(self, writer: int) -> Client:
        """Return the connection of a person."""
        return self._server.client(cookie=self._cookies[writer])

    def send(self, client: Client, writer: int, number: int) -> int:
        """Send the form of a note or of a view; 200 where its answer leads on to a page that says it was saved."""
        note = {"unit": "east", "day": "2023-05-04", "kind": "live", "text": f"{writer}.{number}"}
        view = {"board": "growth", "query": f"unit=east&channel={number}", "name": f"view {number % NAMES}"}
        path, fields = ("/views", view) if writer % 2 else ("/notes", note)
        answer = client.ask(path, "POST", urlencode(fields).encode(), Content_Type=FORM)
        return 200 if answer.status == 303 and "saved=" in answer.headers["location"] else answer.status


def _people(database: Database) -> list[str]:
    """Return the cookies of sixteen people who are logged in."""
    load_master(database)
    names = [f"p{writer}" for writer in range(WRITERS)]
    with database.write() as session:
        for name in names:
            users.add(session, SYSTEM, name, [Given(Role.ADMIN)])
    return [f"{COOKIE}={begin_session(database, Settings(), name)}" for name in names]


def _notes(database: Database, people: People) -> None:
    """Assert that each acknowledged note is there, none twice, and each with the one batch that records it."""
    with database.read() as session:
        notes = session.execute(select(Note.id, Note.text, Note.actor)).all()
        columns = (Change.key, Change.after, ChangeBatch.actor)
        changes = session.execute(select(*columns).join(ChangeBatch).where(Change.kind == KIND)).all()
    stored = Counter(note.text for note in notes)
    acked, sent = ({f"{w}.{n}" for w, n in names if not w % 2} for names in (people.acked, people.sent))
    assert acked
    assert acked <= set(stored) <= sent
    assert set(stored.values()) == {1}
    found = [(orjson.loads(row.key)["note"], orjson.loads(row.after)["text"], row.actor) for row in changes]
    assert sorted(found) == sorted((note.id, note.text, note.actor) for note in notes)


def _views(database: Database, people: People) -> None:
    """Assert that each name leads to the view that was last acknowledged under it, or to one that was sent later."""
    with database.read() as session:
        columns = (User.name.label("owner"), SavedView.name, SavedView.board, SavedView.query)
        rows = session.execute(select(*columns).join(User, User.id == SavedView.user_id)).all()
    stored = {(int(row.owner[1:]), row.name): row for row in rows}
    last = {(writer, f"view {number % NAMES}"): number for writer, number in sorted(people.acked) if writer % 2}
    assert last
    assert set(last) <= set(stored)
    for (writer, name), row in stored.items():
        number = int(row.query.removeprefix("unit=east&channel="))
        assert row.board == "growth"
        assert name == f"view {number % NAMES}"
        assert (writer, number) in people.sent
        assert number >= last.get((writer, name), 0)


def test_no_acknowledged_note_or_view_is_lost_or_half_there_when_the_server_is_killed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    cookies = _people(sqlite_database)
    with served(sqlite_database.url.render_as_string(), tmp_path) as server:
        people = People(server, cookies)
        with people.running():
            people.wait_for(ACKED // 2)
            server.kill()
            server.start()
            people.wait_for(ACKED)
            server.kill()
        server.start()
        assert set(people.others) <= {503}
        _notes(sqlite_database, people)
        _views(sqlite_database, people)
        shown = {f"{writer}.{number}" for writer, number in people.acked if not writer % 2}
        with server.client(cookie=cookies[0]) as client:
            page = client.ask("/notes?unit=east&from=2023-05-01&to=2023-05-31").text
        assert [text for text in shown if f">{text}<" not in page] == []
    sound(sqlite_database.url.database)
