"""C08: backups under load hold all that was acknowledged before them, are private, and appear whole or not at all."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import make_url, text

from app.cli.backup import mariadb, postgresql
from app.db import Database
from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM
from app.inputs.facts import ROWS
from app.queries import integrity
from app.settings import ROOT
from app.store import facts
from tests import bed
from tests.cli.conftest import HARD, SOURCES, TEAMS, On, set_up

ROUNDS = 3
TODAY = date(2024, 2, 29)
SEAL = 114
"""Bytes of the last line of a backup."""

Batch = tuple[str, date]


@contextmanager
def load_of_writers(database: Database) -> Iterator[list[Batch]]:
    """Give the batches acknowledged so far, while threads write more: each is a day of a team, of three rows."""
    acked: list[Batch] = []
    stop = threading.Event()

    def write(unit: str) -> None:
        day = TODAY
        while not stop.is_set():
            rows = [{"day": f"{day}", "unit": unit, "channel": code, "adds": 3, "losses": 1} for code in SOURCES]
            with database.write() as session:
                facts.put(session, SYSTEM, FRIENDS, [ROWS["friends"].model_validate(row) for row in rows], TODAY)
            acked.append((unit, day))
            day -= timedelta(days=1)

    threads = [threading.Thread(target=write, args=(unit,)) for unit in TEAMS]
    for thread in threads:
        thread.start()
    try:
        yield acked
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def wait_for(acked: list[Batch], more: int) -> None:
    end, start = monotonic() + 10, len(acked)
    while len(acked) < start + more and monotonic() < end:
        sleep(0.01)
    assert len(acked) >= start + more


def batches(database: Database) -> dict[Batch, int]:
    """Return how many rows of each batch a database holds."""
    query = text(
        "SELECT u.code, f.day, count(*) FROM friends f JOIN units u ON u.id = f.unit_id GROUP BY u.code, f.day"
    )
    with database.read() as session:
        return {(code, date.fromisoformat(str(day))): rows for code, day, rows in session.execute(query)}


def test_c08_backups_under_load_hold_all_that_was_acknowledged_before_them(
    database: Database, on: On, tmp_path: Path
) -> None:
    kind = database.url.get_backend_name()
    set_up(database)
    made: list[tuple[Path, set[Batch]]] = []
    with load_of_writers(database) as acked:
        for number in range(ROUNDS if kind == "sqlite" else 1):
            wait_for(acked, 4 * len(TEAMS))
            before, file = set(acked), tmp_path / f"{number}.backup"
            result = on(database, "backup", file)
            assert result.exit_code == 0, result.output
            made.append((file, before))
        wait_for(acked, 1)
    for file, before in made:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with bed.bare(kind, tmp_path) as place:
            result = on(place, "restore", file)
            assert result.exit_code == 0, result.output
            assert "no migration was pending" in result.stderr
            assert "WRONG" not in result.stdout
            found = batches(place)
            assert before <= found.keys() <= set(acked)
            assert set(found.values()) == {len(SOURCES)}, "each batch is there as a whole"
            for unit in TEAMS:
                days = {day for name, day in found if name == unit}
                assert days == {TODAY - timedelta(days=ago) for ago in range(len(days))}, "none without those before"
            with place.read() as session:
                assert not any(integrity.check(session, TODAY).values())
                assert session.scalar(text("SELECT name FROM channels WHERE code = 'one'")) == HARD
            assert "has tables already" in on(place, "restore", file).stderr
    assert list(tmp_path.glob(".*")) == [], "nothing half done is left"


@pytest.mark.skipif(shutil.which("strace") is None, reason="only strace sees the first byte")
def test_c08_a_backup_is_private_from_its_first_byte_and_named_when_it_is_on_disk(saved: Path, tmp_path: Path) -> None:
    trace, live, file = (tmp_path / name for name in ("trace", "live.db", "b.db"))
    live.write_bytes(saved.read_bytes()[:-SEAL])
    watched = "trace=open,openat,creat,/chmod,/^rename,/^link,fsync"
    command = ["strace", "-f", "-y", "-e", watched, "-o", str(trace), *_command(file)]
    subprocess.run(command, cwd=ROOT, env=_environment(live), check=True, capture_output=True)
    lines = [line for line in trace.read_text(encoding="utf-8").splitlines() if str(tmp_path) in line]
    part = [line for line in lines if ".part" in line]
    assert "O_CREAT|O_EXCL" in part[0]
    assert "0600" in part[0]
    assert "chmod" not in "".join(part)
    named = next(number for number, line in enumerate(lines) if f'"{file}"' in line and "link" in line)
    assert "fsync(" in lines[named - 1]
    assert ".part>" in lines[named - 1]
    assert any("fsync(" in line and f"<{tmp_path}>" in line for line in lines[named:]), "its name is on disk too"


def test_c08_an_existing_file_is_replaced_with_force_only(saved: Path, on: On, tmp_path: Path) -> None:
    live, file = tmp_path / "live.db", tmp_path / "kept"
    live.write_bytes(saved.read_bytes()[:-SEAL])
    file.write_text("mine", encoding="utf-8")
    result = on(f"sqlite:///{live}", "backup", file)
    assert (result.exit_code, result.stderr) == (1, f"Error: {file} exists already; nothing was written\n")
    assert file.read_text(encoding="utf-8") == "mine"
    done = on(f"sqlite:///{live}", "backup", "--force", file)
    assert done.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert " MiB, " in done.stderr
    assert " pages, " in done.stderr
    assert "is the database itself" in on(f"sqlite:///{live}", "backup", "--force", live).stderr
    assert on(f"sqlite:///{live}", "backup", tmp_path / "no" / "b").stderr.endswith("No such file or directory\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_c08_a_killed_backup_leaves_no_file(saved: Path, tmp_path: Path, number: signal.Signals) -> None:
    live, file = tmp_path / "live.db", tmp_path / "out" / "b.db"
    file.parent.mkdir()
    live.write_bytes(saved.read_bytes()[:-SEAL])
    with closing(sqlite3.connect(live)) as connection, connection:
        connection.execute("CREATE TABLE ballast AS SELECT zeroblob(40000000) AS weight")
    with subprocess.Popen(_command(file), cwd=ROOT, env=_environment(live), stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not any(part.stat().st_size for part in file.parent.iterdir()):
            sleep(0.001)
        process.send_signal(number)
    assert process.returncode != 0
    assert not file.exists()
    assert number == signal.SIGKILL or list(file.parent.iterdir()) == []


def test_c08_what_is_not_there_is_not_backed_up(on: On, tmp_path: Path) -> None:
    absent = on(f"sqlite:///{tmp_path}/none.db", "backup", tmp_path / "b.db")
    said = f"Error: {tmp_path}/none.db does not exist: there is nothing to back up\n"
    assert (absent.exit_code, absent.stderr) == (1, said)
    assert "names a database in memory" in on("sqlite://", "backup", tmp_path / "b.db").stderr
    sqlite3.connect(tmp_path / "none.db").close()
    assert "has no tables of Luopan" in on(f"sqlite:///{tmp_path}/none.db", "backup", tmp_path / "b.db").stderr
    assert not (tmp_path / "b.db").exists()


def test_c08_a_server_without_its_programs_is_said_in_one_sentence(
    database: Database, on: On, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = {"postgresql": ("pg_dump", "postgresql-client"), "mariadb": ("mariadb-dump", "mariadb-client")}
    kind = database.url.get_backend_name()
    monkeypatch.setenv("PATH", "")
    result = on(database, "backup", tmp_path / "out")
    if kind in programs:
        name, package = programs[kind]
        said = f"Error: {name} is not installed here; it comes with {package} (Debian's name)\n"
        assert (result.exit_code, result.stderr) == (1, said)
        assert list(tmp_path.glob("*out*")) == []
    else:
        assert result.exit_code == 0


def test_c08_a_password_goes_to_the_programs_where_nobody_sees_it() -> None:
    url = make_url("postgresql+psycopg://lu:s3cret@db:5433/luopan?sslmode=require")
    given = postgresql.command(url, "pg_dump")
    assert given.words[-1] == "--dbname=postgresql://lu@db:5433/luopan?sslmode=require"
    assert given.secret["PGPASSWORD"] == "s3cret"
    other = mariadb.command(make_url("mariadb+pymysql://lu:s3cret@db:3307/luopan?ssl_ca=ca.pem"), "mariadb-dump")
    assert {"--host=db", "--port=3307", "--user=lu", "--ssl-ca=ca.pem"} < set(other.words)
    assert other.secret == {"MYSQL_PWD": "s3cret"}
    assert not [word for word in (*given.words, *other.words) if "s3cret" in word]


def _command(file: Path) -> list[str]:
    return [sys.executable, "-m", "app.cli", "backup", str(file)]


def _environment(live: Path) -> dict[str, str]:
    return {**os.environ, "LUOPAN_DATABASE_URL": f"sqlite:///{live}"}
