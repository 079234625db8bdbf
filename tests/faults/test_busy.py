"""C06 on a server of its own: a database that another process locks, and many who want to write."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from urllib.parse import urlencode

from app.db import Database
from app.domain.errors import BUSY
from tests.api.kit import row
from tests.faults.people import admitted
from tests.process import Answer, served

FORM = urlencode({"unit": "east", "day": "2023-05-04", "parcel.adds": "5", "parcel.losses": "1"}).encode()
INTERNALS = ("sqlite", "locked", "sqlalchemy", "Traceback", "OperationalError")


@contextmanager
def _locked(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_c06_60_writers_of_a_locked_database_are_turned_away_while_others_read(
    sqlite_database: Database, tmp_path: Path
) -> None:
    token, cookie = admitted(sqlite_database)
    with served(sqlite_database.url.render_as_string(), tmp_path, busy_seconds="2.5") as server:

        def write(number: int) -> Answer:
            with server.client("" if number % 3 == 0 else token, cookie=cookie if number % 3 == 0 else "") as client:
                if number % 3:
                    return client.put("friends", row("friends", adds=number), row("friends", unit="west"))
                return client.ask("/entry/friends", "POST", FORM, Content_Type="application/x-www-form-urlencoded")

        with _locked(sqlite_database), ThreadPoolExecutor(60) as pool, server.client(token) as reader:
            waiting = [pool.submit(write, number) for number in range(60)]
            sleep(0.3)
            assert reader.ask("/healthz").json == {"status": "ok"}
            assert reader.ask("/api/v1/facts/friends").json["rows"] == []
            assert not all(future.done() for future in waiting), "readers had to wait for writers"
            answers = [future.result() for future in waiting]
        for answer in answers:
            assert answer.status == 503, answer.text
            assert answer.headers["retry-after"].isdecimal()
            assert BUSY.en in answer.text or "没有保存任何内容" in answer.text or BUSY.zh in answer.text
            assert not [word for word in INTERNALS if word in answer.text]
        with server.client(token) as client:
            assert client.ask("/api/v1/facts/friends").json["rows"] == []
            assert client.put("friends", row("friends"), row("friends", unit="west")).json["inserted"] == 2
