"""Writers that note what was acknowledged, and what became of it afterwards."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from tests.process import GONE, Client, Served

Row = dict[str, Any]

UNITS, CHANNELS = ("co", "east", "west", "corner"), ("parcel", "douyin")
FIRST = date(2001, 1, 1)
WRITERS = 16


def batch(writer: int, number: int, size: int = 3) -> list[Row]:
    """Return rows that no other batch holds; they name the batch by their value."""
    first = FIRST + timedelta(days=writer // 8 * 4000 + number * size)
    place = {"unit": UNITS[writer % 4], "channel": CHANNELS[writer // 4 % 2]}
    return [{**place, "day": f"{first + timedelta(days=day)}", "adds": writer * 10_000 + number} for day in range(size)]


class Writers:
    """Sixteen programs that write batch after batch, and try the next one when the server is away."""

    def __init__(self, server: Served, token: str, size: int = 3) -> None:
        self._server, self.token, self._size = server, token, size
        self._ended = Event()
        self.sent: list[tuple[int, int]] = []
        self.acked: list[tuple[int, int]] = []
        self.others: list[int] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let them write."""
        threads = [Thread(target=self._write, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Wait until so many batches are acknowledged."""
        end = monotonic() + seconds
        while len(self.acked) < count:
            assert monotonic() < end, f"{len(self.acked)} of {count}: {self._server.said[-2000:]}"
            sleep(0.01)

    def opened(self, writer: int) -> Client:
        """Return a connection of a writer."""
        del writer
        return self._server.client(self.token)

    def send(self, client: Client, writer: int, number: int) -> int:
        """Send what a number stands for and return the status; 200 acknowledges it."""
        return client.put("friends", *batch(writer, number, self._size)).status

    def _write(self, writer: int) -> None:
        number = 0
        while not self._ended.is_set():
            try:
                with self.opened(writer) as client:
                    while not self._ended.is_set():
                        self.sent.append((writer, number))
                        status = self.send(client, writer, number)
                        if status == 200:
                            self.acked.append((writer, number))
                        else:
                            self.others.append(status)
                        number += 1
            except GONE:
                number += 1
                sleep(0.05)

    def check(self, rows: list[Row]) -> None:
        """Hold the stored rows against what was acknowledged: nothing is missing, nothing is half there."""
        stored = {(row["unit"], row["channel"], row["day"]): row["adds"] for row in rows}

        def found(name: tuple[int, int]) -> int:
            wanted = batch(*name, self._size)
            return sum(stored.get((row["unit"], row["channel"], row["day"])) == row["adds"] for row in wanted)

        assert [name for name in self.acked if found(name) != self._size] == []
        assert [name for name in self.sent if found(name) not in (0, self._size)] == []


def facts(client: Client) -> list[Row]:
    """Return all friends rows, page by page."""
    rows: list[Row] = []
    following = ""
    while True:
        page = client.ask(f"/api/v1/facts/friends?limit=10000{following}").json
        rows += page["rows"]
        if page["next"] is None:
            return rows
        following = f"&cursor={page['next']}"


def sound(file: str | None) -> None:
    """Assert that a SQLite file is whole."""
    with closing(sqlite3.connect(str(file))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
