"""Backups: complete up to their start while others write, private, and back only into an empty place."""

import stat
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url, select, text

from app.cli import main
from app.db import Database
from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM
from app.inputs.facts import FriendsRow
from app.models import Friends
from app.settings import load
from app.store import facts
from tests import bed
from tests.api.kit import load_master

Run = Callable[..., Result]

FIRST = date(2020, 1, 1)
TODAY = date(2023, 10, 9)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Database | str], Run]]:
    """A command line on a database."""

    def on(database: Database | str) -> Run:
        address = database if isinstance(database, str) else database.url.render_as_string(hide_password=False)
        monkeypatch.setenv("LUOPAN_DATABASE_URL", address)
        load.cache_clear()
        return lambda *words: CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    yield on
    load.cache_clear()


class Writers:
    """Threads that write one row after another until they are stopped; `acked` holds what was committed."""

    def __init__(self, database: Database, count: int) -> None:
        self.acked: list[tuple[int, date]] = []
        self._stop = Event()
        self._threads = [Thread(target=self._write, args=(database, number)) for number in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        while len(self.acked) < 10:
            self._stop.wait(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _write(self, database: Database, number: int) -> None:
        unit, day = ("co", "east", "west", "corner")[number], FIRST
        while not self._stop.is_set():
            row = FriendsRow.model_validate({"day": day, "unit": unit, "channel": "parcel", "adds": number})
            with database.write() as session:
                facts.put(session, SYSTEM, FRIENDS, [row], TODAY)
            self.acked.append((number, day))
            day += timedelta(days=1)


def rows(database: Database) -> set[tuple[int, date]]:
    """Return what a database holds of the writers' rows."""
    with database.read() as session:
        return {(adds, day) for adds, day in session.execute(select(Friends.adds, Friends.day)) if adds is not None}


def everything(database: Database) -> dict[str, list[Any]]:
    """Return the rows of a few tables that no writer of a test touches."""
    with database.read() as session:
        return {
            name: sorted(tuple(row) for row in session.execute(text(f"SELECT * FROM {name}")))  # noqa: S608 (a constant)
            for name in ("units", "channels", "data_version", "alembic_version")
        }


def test_c08_three_backups_under_load_are_complete_up_to_their_start(
    database: Database, at: Callable[[Database | str], Run], tmp_path: Path
) -> None:
    load_master(database)
    kind = database.url.get_backend_name()
    taken = []
    with Writers(database, 4) as writers:
        for number in range(3):
            before, file = set(writers.acked), tmp_path / f"{number}.backup"
            made = at(database)("backup", file)
            assert made.exit_code == 0, made.output
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            taken.append((before, file))
    assert [path.name for path in sorted(tmp_path.glob("*.backup*"))] == ["0.backup", "1.backup", "2.backup"]
    whole = rows(database)
    for before, file in taken:
        with bed.bare(kind, tmp_path) as empty:
            done = at(empty)("restore", file)
            assert done.exit_code == 0, done.output
            assert "WRONG" not in done.output
            assert before <= rows(empty) <= whole
            # One moment: no day of a writer without the days before it.
            for number in range(4):
                days = sorted(day for adds, day in rows(empty) if adds == number)
                assert days == [FIRST + timedelta(days=n) for n in range(len(days))]
            assert everything(empty)["units"] == everything(database)["units"]
    assert len(taken[0][0]) >= 10


def test_a_restored_database_is_the_same_and_private(
    database: Database, at: Callable[[Database | str], Run], tmp_path: Path
) -> None:
    load_master(database)
    file = tmp_path / "one.backup"
    assert at(database)("backup", file).exit_code == 0
    with bed.bare(database.url.get_backend_name(), tmp_path) as empty:
        assert at(empty)("restore", file).exit_code == 0
        assert everything(empty) == everything(database)
        if empty.url.get_backend_name() == "sqlite":
            assert stat.S_IMODE(Path(empty.url.database or "").stat().st_mode) == 0o600
        again = at(empty)("restore", file)
        assert (again.exit_code, "only goes into an empty place" in again.stderr) == (1, True)
        assert everything(empty) == everything(database)


def test_a_backup_replaces_no_file_unless_it_is_told_to(
    sqlite_database: Database, at: Callable[[Database | str], Run], tmp_path: Path
) -> None:
    file = tmp_path / "kept"
    file.write_text("mine")
    run = at(sqlite_database)
    assert "is there already" in run("backup", file).stderr
    assert file.read_text() == "mine"
    assert run("backup", file, "--force").exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("backup", tmp_path / "no" / "folder").stderr.startswith("Error: ")
    empty = at(f"sqlite:///{tmp_path}/none.db")("backup", tmp_path / "x")
    assert (empty.exit_code, "nothing to back up" in empty.stderr) == (1, True)
    assert not (tmp_path / "x").exists()


def _damaged(whole: bytes) -> dict[str, tuple[bytes, str]]:
    middle = len(whole) // 2
    return {
        "cut": (whole[:middle], "damaged or incomplete"),
        "overwritten": (whole[: middle - 2000] + b"\x55" * 4000 + whole[middle + 2000 :], "damaged or incomplete"),
        "empty": (b"", "is no backup of Luopan"),
        "text": (b"something else entirely", "is no backup of Luopan"),
        "PostgreSQL": (b"PGDMP\x01\x0e\x00", "is a backup of postgresql, and the database here is sqlite"),
    }


@pytest.mark.parametrize("fault", _damaged(b"").keys())
def test_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    sqlite_database: Database, at: Callable[[Database | str], Run], tmp_path: Path, fault: str
) -> None:
    file, place = tmp_path / "backup", tmp_path / "place" / "new.db"
    assert at(sqlite_database)("backup", file).exit_code == 0
    content, said = _damaged(file.read_bytes())[fault]
    file.write_bytes(content)
    result = at(f"sqlite:///{place}")("restore", file)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert said in result.stderr
    assert list(place.parent.iterdir()) == []


def test_a_backup_of_another_program_or_a_newer_version_is_refused(
    sqlite_database: Database, at: Callable[[Database | str], Run], tmp_path: Path
) -> None:
    file, place = tmp_path / "backup", tmp_path / "place" / "new.db"
    with sqlite_database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert at(sqlite_database)("backup", file).exit_code == 0
    assert "comes from a newer version" in at(f"sqlite:///{place}")("restore", file).stderr
    with sqlite_database.write() as session:
        session.execute(text("DROP TABLE alembic_version"))
        session.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    assert at(sqlite_database)("backup", file, "--force").exit_code == 0
    assert "is no backup of Luopan" in at(f"sqlite:///{place}")("restore", file).stderr
    assert not place.exists()


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    sqlite_database: Database, at: Callable[[Database | str], Run], tmp_path: Path
) -> None:
    from app.cli.migrate import downgrade, pending  # noqa: PLC0415 (loads alembic)

    file, place = tmp_path / "backup", tmp_path / "new.db"
    downgrade(sqlite_database, "0002")
    assert at(sqlite_database)("backup", file).exit_code == 0
    result = at(f"sqlite:///{place}")("restore", file)
    assert result.exit_code == 0
    assert "migrated to this version" in result.stderr
    restored = Database(f"sqlite:///{place}")
    assert not pending(restored)
    restored.close()


@pytest.mark.parametrize("kind", [kind for kind in bed.SERVERS if kind in bed.found()])
def test_a_server_that_cannot_be_dumped_is_said_in_one_sentence(
    kind: str, at: Callable[[Database | str], Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bed.bare(kind, tmp_path) as made:
        with made.engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        file = tmp_path / "backup"
        assert at(made)("backup", file).exit_code == 0  # it has no revision, so it is none of Luopan
        wrong = made.url.set(password="a secret", username="nobody-here")
        monkeypatch.setenv("PATH", str(tmp_path))
        absent = at(made)("backup", tmp_path / "other")
    assert "was not found; install the client programs" in absent.stderr
    assert not (tmp_path / "other").exists()
    assert "a secret" not in absent.output
    assert make_url(wrong).password == "a secret"
