"""C21 on a server of its own: hostile files are answered in time and memory while others are served."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from app.cli.bench.server import memory, served
from app.settings import Settings
from app.web.guard import COOKIE
from tests import hostile, sheets
from tests.served import begin_session, copied

pytestmark = pytest.mark.long

SECONDS, GROWTH_MB, HEALTH_SECONDS = 20, 300, 3
BOUNDARY = "boundary"


class Server:
    """A served Luopan, and somebody who sends it files."""

    def __init__(self, pid: int, port: int, session_id: str) -> None:
        self.pid, self.port = pid, port
        self.headers = {"Cookie": f"{COOKIE}={session_id}", "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

    def send(self, data: bytes) -> tuple[int, dict[str, Any]]:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{BOUNDARY}--\r\n".encode()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", "/import/inspect", body, self.headers)
            answer = connection.getresponse()
            said: dict[str, Any] = json.loads(answer.read())
            return answer.status, said

    def health(self) -> float:
        """Return the seconds until the server says that it is well."""
        start = monotonic()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
        return monotonic() - start


@pytest.fixture(scope="module")
def server(served_file: Path) -> Iterator[Server]:
    """A Luopan in a process of its own."""
    with copied(served_file) as database:
        session_id = begin_session(database, Settings(), "ada")
        with served(database.url.render_as_string(hide_password=False)) as (process, port):
            made = Server(process.pid, port, session_id)
            while True:
                try:
                    made.send(sheets.friends_long())
                    break
                except OSError:
                    sleep(0.05)
            yield made


def million_rows() -> bytes:
    return b"day,adds\n" + b"2024-02-01,5\n" * 1_000_000


def hundred_megabytes() -> bytes:
    return bytes(100 * hostile.MB)


def full_sheet() -> bytes:
    """Return as many cells as may be read."""
    columns = [chr(65 + index).encode() for index in range(12)]
    rows = (
        b'<row r="%d">' % row
        + b"".join(b'<c r="%s%d"><v>%d</v></c>' % (column, row, row * 7919 % 999_983) for column in columns)
        + b"</row>"
        for row in range(1, 200_001)
    )
    return hostile.with_cells(b"".join(rows))


BAD: tuple[Callable[[], bytes], ...] = (
    *(make for make, _ in hostile.WORKBOOKS),
    hostile.bomb,
    hostile.many_entries,
    million_rows,
    hundred_megabytes,
)
GOOD = (full_sheet, sheets.daily_report, sheets.revenue_wide, sheets.customer_statistics, sheets.friends_long)


@pytest.mark.parametrize("make", [*BAD, *GOOD], ids=lambda make: make.__name__)
def test_c21_a_file_is_answered_in_time_and_memory_while_others_are_served(
    server: Server, make: Callable[[], bytes]
) -> None:
    data, slowest, ended = make(), [0.0], threading.Event()
    Path(f"/proc/{server.pid}/clear_refs").write_text("5", encoding="ascii")
    before = memory(server.pid)

    def watch() -> None:
        while not ended.is_set():
            slowest[0] = max(slowest[0], server.health())
            sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = monotonic()
    status, said = server.send(data)
    taken = monotonic() - start
    ended.set()
    watcher.join()
    assert (400 <= status < 500 and bool(said["error"]["message"])) if make in BAD else status == 200
    assert taken < SECONDS
    assert memory(server.pid, "VmHWM") - before < GROWTH_MB
    assert slowest[0] < HEALTH_SECONDS
