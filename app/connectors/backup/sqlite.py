"""SQLite: a copy of the snapshot at one moment, which no writer has to wait for."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from app.connectors.backup.kind import DAMAGED, NOT_OURS, Kind, refused


def _write(url: URL, file: Path) -> None:
    """Copy all pages in one step: in WAL mode that is one read transaction, and writers go on beside it."""
    with closing(sqlite3.connect(_place(url))) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        # One file that stands for itself, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
    _check(file)


def _revision(file: Path) -> str:
    _check(file)
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.Error:
            row = None
    if row is None:
        raise refused(NOT_OURS)
    return str(row[0])


def _restore(url: URL, file: Path) -> None:
    place = _place(url)
    part = place.with_name(f"{place.name}.part")
    try:
        with (
            file.open("rb") as source,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
        ):
            shutil.copyfileobj(source, out)
            out.flush()
            os.fsync(out.fileno())
        for beside in ("-wal", "-shm", "-journal"):
            place.with_name(place.name + beside).unlink(missing_ok=True)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _check(file: Path) -> None:
    """Raise Invalid unless every page, index and reference of a file is as it should be."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            found = [*connection.execute("PRAGMA integrity_check(1)"), *connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.Error:
        raise refused(DAMAGED) from None
    if found != [("ok",)]:
        raise refused(DAMAGED)


def _place(url: URL) -> Path:
    return Path(url.database or "")


SQLITE = Kind("sqlite", lambda head: head.startswith(b"SQLite format 3\0"), _write, _revision, _restore)
