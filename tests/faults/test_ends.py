"""Probes, and how a server ends while something long is running."""

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import text

from app.db import Database
from app.queries import version
from app.settings import ROOT
from tests.faults.people import admitted, imported
from tests.faults.writers import sound
from tests.process import GONE, served
from tests.served import Site

READING: dict[str, Any] = {
    "kind": "friends",
    "header": 1,
    "columns": [{"field": "day"}, {"field": "unit"}, {"field": "adds"}],
    "constants": {"channel": "parcel"},
}


def test_live_says_that_the_process_answers_and_ready_that_requests_are_served(
    database: Database, tmp_path: Path
) -> None:
    site = Site.on(database, name="")
    for path in ("/livez", "/readyz"):
        answer = site.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert answer.headers["cache-control"] == "no-store"
    bare, away = Database(f"sqlite:///{tmp_path / 'bare.db'}"), Database("postgresql://nobody@127.0.0.1:1/luopan")
    try:
        for other, said in ((bare, "migrations are pending"), (away, "away")):
            site.app.state.database = other
            assert (site.get("/readyz").status_code, site.get("/readyz").json()) == (503, {"status": said})
            assert site.get("/livez").status_code == 200
        site.app.state.database = database
        site.app.state.leaving.begin()
        assert (site.get("/readyz").status_code, site.get("/readyz").json()) == (503, {"status": "stopping"})
        assert site.get("/healthz").status_code == site.get("/livez").status_code == 200
    finally:
        bare.close()
        away.close()


FILL = """
WITH RECURSIVE days(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM days WHERE n < 59999)
INSERT INTO friends (unit_id, channel_id, day, adds, revision, updated_at)
SELECT u.id, c.id, date('2000-01-01', '+' || n || ' days'), n % 97, 1, '2023-01-01 00:00:00'
FROM days, units u, channels c WHERE u.code IN ('east', 'west', 'corner', 'co') AND c.code IN ('parcel', 'douyin')
"""


@pytest.mark.long
def test_a_server_that_is_told_to_stop_ends_in_time_and_leaves_no_half_import(
    sqlite_database: Database, tmp_path: Path
) -> None:
    _, cookie = admitted(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(text(FILL))
    kept = _version(sqlite_database)
    first = date(2001, 1, 1)
    lines = [f"{first + timedelta(days=n // 4)},{('co', 'east', 'west', 'corner')[n % 4]},7" for n in range(33_000)]
    csv = "day,unit,adds\n" + "\n".join(lines)
    with served(sqlite_database.url.render_as_string(), tmp_path) as server, ThreadPoolExecutor() as pool:

        def load() -> Any:  # noqa: ANN401 (JSON)
            with server.client(cookie=cookie) as client:
                seen = imported(client, "preview", csv, **READING)["result"]["fingerprint"]
                writing.set()
                return imported(client, "commit", csv, seen, **READING)

        def download() -> int:
            writing.wait(60)
            with server.client(cookie=cookie) as client:
                return client.ask("/export/facts/friends").status

        writing = Event()
        jobs = [pool.submit(load), pool.submit(download)]
        writing.wait(60)
        sleep(1)
        assert server.stop() < 12
        for job in jobs:
            assert job.done() or job.exception(5) is None or isinstance(job.exception(), GONE)
    said = {"exception": repr(jobs[0].exception()), "result": None if jobs[0].exception() else jobs[0].result()}
    changed = _version(sqlite_database) != kept
    assert changed == bool(said["result"] and "result" in said["result"]), said
    with sqlite_database.read() as session:
        stored = session.scalar(text("SELECT count(*) FROM friends WHERE adds = 7 AND revision = 2"))
    assert (stored or 0) > 0 if changed else stored == 0
    sound(sqlite_database.url.database)


STUCK = """
import sys, time
from app.cli.stopping import run
from app.db import Database
from app.main import create_app
from app.settings import Settings

app = create_app(Settings(), Database("sqlite://"))
app.add_api_route("/stuck", lambda: time.sleep(60))
run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")  # which waits for ever
"""


@pytest.mark.long
def test_work_that_cannot_be_told_to_stop_does_not_keep_the_server() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", STUCK, str(port)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            asked = _asked(port)
            sleep(0.5)
            begun = monotonic()
            process.terminate()
            _, said = process.communicate(timeout=30)
            assert monotonic() - begun < 12
            asked.close()
        finally:
            process.kill()
    assert "stopped with work still running" in said


def _asked(port: int) -> socket.socket:
    """Ask for what never ends, as soon as there is a server."""
    for _ in range(600):
        try:
            made = socket.create_connection(("127.0.0.1", port))
        except OSError:
            sleep(0.1)
        else:
            made.sendall(b"GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n")
            return made
    raise TimeoutError


def _version(database: Database) -> int:
    """Return the data version, which each write that is kept raises."""
    with database.read() as session:
        return version.current(session)
