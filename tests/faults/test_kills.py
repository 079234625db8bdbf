"""What was acknowledged is stored, however the server ends."""

import re
import subprocess
from pathlib import Path
from time import monotonic, sleep

import pytest

from app.db import Database
from tests.api.kit import load_master, row
from tests.faults.writers import Writers, facts, sound
from tests.process import Served, served

BATCHES = 500
WRITES = 40


def _kill_and_stop(server: Served) -> Writers:
    """Kill a server three times and stop it once while sixteen write; return what they know."""
    writers = Writers(server, server.token())
    with writers.running():
        for part in range(1, 5):
            writers.wait_for(BATCHES * part // 5)
            if part < 4:
                server.kill()
            else:
                assert server.stop() < 12
            server.start()
        writers.wait_for(BATCHES)
    assert set(writers.others) <= {503}
    with server.client(writers.token) as client:
        writers.check(facts(client))
    return writers


def test_c01_no_acknowledged_row_is_lost_by_kill_or_sigterm(server: Served, company: Database) -> None:
    _kill_and_stop(server)
    assert server.stop() < 12
    sound(company.url.database)


@pytest.mark.long
def test_c01_no_acknowledged_row_is_lost_on_any_database(database: Database, tmp_path: Path) -> None:
    load_master(database)
    with served(database.url.render_as_string(hide_password=False), tmp_path) as server:
        _kill_and_stop(server)


@pytest.mark.strace
def test_c02_each_acknowledged_write_is_on_disk(server: Served, tmp_path: Path) -> None:
    seen = tmp_path / "calls"
    with server.client(server.token()) as client:
        assert client.put("friends", row("friends")).status == 200
        command = ["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", str(seen), "-p", str(server.pid)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            assert "attached" in tracer.stderr.readline()
            before = 0
            for number in range(WRITES):
                assert client.put("friends", row("friends", adds=number)).status == 200
                before = _more(seen, before)
            tracer.terminate()


def _more(seen: Path, before: int) -> int:
    """Return how many calls of fsync were seen, which must have become more."""
    end = monotonic() + 5
    while (found := len(re.findall(r"f(?:data)?sync\(", seen.read_text(encoding="utf-8")))) <= before:
        assert monotonic() < end, "a write was acknowledged without one"
        sleep(0.002)
    return found
