"""A database that is busy or away: 503 that says when to come back, nothing else said, and recovery by itself."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from time import monotonic

import pytest
from anyio.from_thread import BlockingPortal
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.engine import URL

from app.db import Database
from app.models import OrgUnit
from tests.api.kit import Api, row
from tests.api.test_races import statuses

AWAY = "The database is busy or away; nothing was changed. Try again later."


def turned_away(answer: Response) -> None:
    """Assert a 503 that tells nothing about the database."""
    assert answer.status_code == 503, answer.text
    assert answer.json() == {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": AWAY}
    assert answer.headers["Retry-After"].isdecimal()


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def again(api: Api, loop: BlockingPortal, busy_seconds: float) -> Iterator[Api]:
    """Give another application on the same database, which waits less."""
    with closing(Database(text_of(api.database.url), busy_seconds=busy_seconds)) as database:
        yield Api.on(database, loop)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold what writers need."""
    with database.write() as session:
        session.execute(select(OrgUnit.id).with_for_update()).all()
        yield


def test_a_locked_database_turns_writers_away_and_serves_readers(any_api: Api, loop: BlockingPortal) -> None:
    any_api.save("friends", row("friends"))
    with again(any_api, loop, 1) as hasty:
        with locked(any_api.database):
            begun = monotonic()
            turned_away(hasty.rows("friends", row("friends", adds=9), row("friends", unit="west")))
            assert monotonic() - begun > 0.5, "it did not wait"
            assert hasty.facts("friends") == [row("friends", revision=1)]
            assert hasty.client.get("/healthz").json() == {"status": "ok"}
        assert hasty.save("friends", row("friends", adds=9))["updated"] == 1
    assert any_api.facts("friends") == [row("friends", adds=9, revision=2)]


def test_writers_that_queue_leave_room_for_readers_and_health(api: Api) -> None:
    answers: list[Response] = []
    with ThreadPoolExecutor(60) as pool, locked(api.database):
        for _ in range(60):
            pool.submit(lambda: answers.append(api.rows("friends", row("friends"))))
        Event().wait(0.5)  # by now all of them wait
        assert api.client.get("/healthz").status_code == 200
        assert api.facts("friends") == []
        assert not answers, "readers had to wait for writers"
    assert statuses(answers) == {200: 60}
    assert api.facts("friends") == [row("friends", revision=1)]


@pytest.mark.parametrize("driver", ["postgresql", "mariadb"])
def test_a_refused_address_is_503_on_every_route(loop: BlockingPortal, api: Api, driver: str) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"{driver}://nobody:secret@127.0.0.1:{unused.getsockname()[1]}/nothing"
        with closing(Database(address)) as database:
            away = Api(Api.on(api.database, loop).client, database, "lp_token")
            away.client.app.state.database = database  # type: ignore[attr-defined]
            for path in ("/units", "/facts/friends", "/metrics", "/boards/growth", "/openapi.json"):
                turned_away(away.get(path))
            turned_away(away.rows("friends", row("friends")))
            health = away.client.get("/healthz")
    assert (health.status_code, health.json()) == (503, {"status": "away"})


def test_a_server_that_does_not_answer_holds_up_nobody_else(loop: BlockingPortal, api: Api) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        address = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        with closing(Database(address)) as database:
            client = Api.on(api.database, loop).client
            client.app.state.database = database  # type: ignore[attr-defined]
            held_up(Api(client, database, "lp_token"), turned_away)


def test_a_file_that_another_keeps_to_itself_holds_up_nobody_else(api: Api) -> None:
    api.save("friends", row("friends"))
    api.database.close()
    with closing(sqlite3.connect(str(api.database.url.database), isolation_level=None)) as greedy:
        greedy.execute("PRAGMA locking_mode = EXCLUSIVE")
        greedy.execute("BEGIN IMMEDIATE")
        held_up(api, lambda answer: [answer.raise_for_status()], greedy.close)
    assert api.facts("friends") == [row("friends", revision=1)]


def held_up(api: Api, ends: Callable[[Response], object], release: Callable[[], object] = lambda: None) -> None:
    """Ask what has to wait for the database; meanwhile the process must answer what asks for none."""
    answers: list[Response] = []
    params = {"unit": "co", "from": "2023-05-01", "to": "2023-05-31"}
    waiting = Thread(target=lambda: answers.append(api.get("/boards/growth", **params)))
    waiting.start()
    Event().wait(0.3)
    assert api.client.get("/livez").status_code == 200
    assert waiting.is_alive()
    release()
    waiting.join()
    ends(answers[0])


class Wire:
    """A way to a server that can be cut, and mended at the same address."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._listen()

    def cut(self) -> None:
        for end in (self._listener, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        for end in (self._listener, *self._open):
            end.close()
        self._open.clear()
        self._threads.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def _listen(self) -> None:
        self._start(self._accept)

    def _start(self, work: object, *ends: socket.socket) -> None:
        thread = Thread(target=work, args=ends, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._open += [near, far]
                self._start(self._carry, near, far)
                self._start(self._carry, far, near)

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while part := one.recv(65_536):
                other.sendall(part)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


def test_a_server_that_goes_and_comes_back_is_used_again(any_api: Api, loop: BlockingPortal) -> None:
    url = any_api.database.url
    if url.host is None:
        return  # SQLite is a file
    wire = Wire(url.host, url.port or 0)
    with closing(Database(text_of(url.set(port=wire.port)))) as database:
        api = Api.on(database, loop)
        api.save("friends", row("friends"))
        wire.cut()
        for _ in range(2):
            turned_away(api.rows("friends", row("friends", adds=9)))
            turned_away(api.get("/facts/friends"))
            assert api.client.get("/healthz").status_code == 503
        wire.mend()
        assert api.client.get("/healthz").status_code == 200
        assert api.save("friends", row("friends", adds=8))["updated"] == 1
    wire.cut()
    assert any_api.facts("friends") == [row("friends", adds=8, revision=2)]


def test_health_needs_no_token_and_says_nothing_more(api: Api) -> None:
    answer = api.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"
