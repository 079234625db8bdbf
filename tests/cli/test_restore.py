"""C08: a restore takes whole backups of Luopan into an empty place; all else is refused, and nothing is touched."""

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from app.cli import migrate
from app.db import Database
from app.queries import revision
from tests import bed
from tests.cli.conftest import On, set_up
from tests.cli.test_backup import SEAL


def altered(statement: str) -> Callable[[Path], None]:
    """Return what runs a statement on an SQLite file that has lost its seal."""

    def change(file: Path) -> None:
        file.write_bytes(file.read_bytes()[:-SEAL])
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    return change


def flipped(file: Path) -> None:
    """Turn a bit of one number of a row round, which no page minds."""
    data = bytearray(file.read_bytes())
    data[data.index("组".encode())] ^= 1
    file.write_bytes(data)


def overwritten(file: Path) -> None:
    """Take the seal away, and write over a page."""
    data = bytearray(file.read_bytes()[:-SEAL])
    data[4096 * 3 : 4096 * 4] = b"\x55" * 4096
    file.write_bytes(data)


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda file: file.write_bytes(b""), "is no backup: it is empty"),
    "text": (lambda file: file.write_bytes(b"something else"), "is no backup: it does not begin like one"),
    "another kind": (
        lambda file: file.write_bytes(b"PGDMP\1\x0e"),
        "is a backup of PostgreSQL; LUOPAN_DATABASE_URL na",
    ),
    "cut in the middle": (lambda file: file.write_bytes(file.read_bytes()[:90_000]), "is damaged or cut off"),
    "cut at a page": (lambda file: file.write_bytes(file.read_bytes()[: 4096 * 20]), "is damaged or cut off"),
    "one bit": (flipped, "is damaged or cut off: its checksum is another one"),
    "a page, unsealed": (overwritten, "is damaged or cut off"),
    "a reference": (
        altered("UPDATE user_grants SET user_id = 99"),
        "is damaged or cut off: some rows refer to what is not there",
    ),
    "another program": (altered("DROP TABLE channels"), "holds no database of Luopan"),
    "no revision": (altered("DELETE FROM alembic_version"), "holds no database of Luopan"),
    "newer": (
        altered("UPDATE alembic_version SET version_num = '9999'"),
        "is from a newer version of Luopan: its tables",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_c08_what_is_no_whole_backup_is_refused_and_leaves_nothing(
    saved: Path, on: On, tmp_path: Path, fault: str
) -> None:
    file, place = tmp_path / "backup", tmp_path / "place" / "new.db"
    place.parent.mkdir()
    shutil.copy(saved, file)
    change, said = REFUSED[fault]
    change(file)
    before = file.read_bytes()
    result = on(f"sqlite:///{place}", "restore", file)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"Error: {file} {said}")
    assert list(place.parent.iterdir()) == []
    assert (file.read_bytes(), sorted(tmp_path.iterdir())) == (before, [file, place.parent])


def test_c08_a_backup_only_goes_into_an_empty_place(saved: Path, on: On, tmp_path: Path) -> None:
    place = tmp_path / "place.db"
    sqlite3.connect(place).close()
    assert on(f"sqlite:///{place}", "restore", saved).exit_code == 0, "a file without tables is empty"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    before = place.read_bytes()
    result = on(f"sqlite:///{place}", "restore", saved)
    assert (result.exit_code, "has tables already" in result.stderr) == (1, True)
    assert place.read_bytes() == before
    (tmp_path / "other.db-wal").write_bytes(b"what a crash left")
    left = on(f"sqlite:///{tmp_path}/other.db", "restore", saved)
    assert (left.exit_code, "move it away first" in left.stderr) == (1, True)
    assert not (tmp_path / "other.db").exists()


def test_c08_a_database_in_use_is_no_backup(sqlite_database: Database, on: On, tmp_path: Path) -> None:
    set_up(sqlite_database)
    result = on(f"sqlite:///{tmp_path}/new.db", "restore", str(sqlite_database.url.database))
    assert (result.exit_code, "is a database in use, not a backup" in result.stderr) == (1, True)


def test_c08_an_older_backup_is_brought_up_to_date(on: On, tmp_path: Path) -> None:
    file = tmp_path / "old"
    with bed.bare("sqlite", tmp_path) as old, bed.bare("sqlite", tmp_path) as place:
        migrate.upgrade(old, "0001")
        assert on(old, "backup", file).exit_code == 0
        result = on(place, "restore", file)
        assert result.exit_code == 0, result.output
        assert f"migrated from 0001 to {max(revision.known())}" in result.stderr
        assert result.stdout.count("ok ") > 10
        assert not migrate.pending(place)


def test_c08_a_restore_says_what_breaks_a_rule(saved: Path, on: On, tmp_path: Path) -> None:
    file = tmp_path / "backup"
    shutil.copy(saved, file)
    altered("UPDATE units SET parent_id = id WHERE code = 'team0'")(file)
    result = on(f"sqlite:///{tmp_path}/new.db", "restore", file)
    assert result.exit_code == 1
    assert "WRONG  units: no unit stands below itself: 1 row(s)" in result.stdout
    assert result.stderr.endswith("the data is restored, and some of it breaks a rule; see the lines above\n")


@pytest.mark.parametrize("kind", [kind for kind in bed.SERVERS if kind in bed.found()])
def test_c08_a_damaged_dump_leaves_nothing_in_a_server(
    kind: str, request: pytest.FixtureRequest, on: On, tmp_path: Path
) -> None:
    file, bad = tmp_path / "good", tmp_path / "bad"
    lent: bed.Bed = request.getfixturevalue("_bed")
    with lent.lent(kind) as database, bed.bare(kind, tmp_path) as place:
        assert on(database, "backup", file).exit_code == 0
        whole = file.read_bytes()
        without_seal = whole[:-SEAL]
        for data, said in {
            whole[: len(whole) // 2]: "is damaged or cut off: ",
            whole.replace(b"channels", b"chanmels"): "is damaged or cut off: its checksum",
            without_seal.replace(b"channels", b"chanmels"): "holds no database of Luopan",
        }.items():
            bad.write_bytes(data)
            result = on(place, "restore", bad)
            assert (result.exit_code, result.stderr.splitlines()[-1][: len(f"Error: {bad} {said}")]) == (
                1,
                f"Error: {bad} {said}",
            )
        # Without a seal, only running it shows that a column has a type that there is not.
        bad.write_bytes(without_seal.replace(b"varchar(40)", b"varchxr(40)").replace(b"varying(40)", b"varyxng(40)"))
        result = on(place, "restore", bad)
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1].startswith(("Error: pg_restore: ", "Error: mariadb: ERROR"))
        assert inspect(place.engine).get_table_names() == []


def test_c08_a_dump_that_names_its_database_is_refused(on: On, tmp_path: Path) -> None:
    if "mariadb" not in bed.found():
        return
    file = tmp_path / "dump"
    file.write_bytes(b"-- MariaDB dump\nUSE `mysql`;\n-- Dump completed\n")
    with bed.bare("mariadb", tmp_path) as place:
        assert "names the database it goes into" in on(place, "restore", file).stderr


def test_c08_verify_finds_logins_of_nobody(database: Database, on: On) -> None:
    set_up(database)
    unchecked = {"sqlite": "PRAGMA foreign_keys = OFF", "mariadb": "SET SESSION foreign_key_checks = 0"}
    statement = unchecked.get(database.url.get_backend_name(), "SET session_replication_role = replica")
    with database.engine.connect() as connection:
        if database.url.get_backend_name() == "sqlite":
            connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]
        with connection.begin():
            connection.execute(text(statement))
            connection.execute(text("UPDATE user_grants SET user_id = 99"))
        connection.invalidate()
    result = on(database, "verify")
    assert result.exit_code == 1
    assert "WRONG  user grants: user exists: 1 row(s)" in result.stdout
    found = "WRONG  file: every reference leads to a row: 1 row(s)" in result.stdout
    assert found == (database.url.get_backend_name() == "sqlite")
