"""Backups of SQLite: a copy of all pages at one moment, put in place by a rename."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from sqlalchemy import URL, text

from app.cli.backup import file as files
from app.cli.backup.content import Content, Step
from app.db import Database

MAGIC = (b"SQLite format 3\0",)
PAGES = 256
"""Pages of one step: 1 MiB, 1 to 2 ms."""


def path_of(url: URL) -> Path:
    """Return the file of a database; refuse one in memory."""
    if not url.database or url.database == ":memory:":
        raise click.ClickException("LUOPAN_DATABASE_URL names a database in memory, which has no backup")
    return Path(url.database)


def require_there(url: URL) -> None:
    """Refuse an address at which there is no file: opening it would make one."""
    if not path_of(url).is_file():
        raise click.ClickException(f"{path_of(url)} does not exist: there is nothing to back up")


def dump(database: Database, part: Path, step: Step) -> None:
    """Copy all pages as they are at one moment; others go on writing.

    The open read transaction holds that moment. Without it each write of somebody else would make
    the copy begin again.
    """
    with database.read() as session, _spoken(part), closing(sqlite3.connect(part)) as copy:
        session.execute(text("SELECT version_num FROM alembic_version"))
        source: Any = session.connection().connection.driver_connection
        (page,) = source.execute("PRAGMA page_size").fetchone()
        copy.execute("PRAGMA synchronous=OFF")  # who keeps the file brings it to disk
        source.backup(
            copy, pages=PAGES, progress=lambda _status, left, total: step((total - left) * page, total * page)
        )
        copy.execute("PRAGMA journal_mode=DELETE")


def read(file: Path, length: int) -> Content:
    """Return what a copy of `length` bytes holds, once all of it has been found whole."""
    if any(_beside(file, ending) for ending in files.BESIDE[1:]):
        raise click.ClickException(f"{file} is a database in use, not a backup")
    # "immutable": neither a lock nor a file beside it, even where the folder cannot be written.
    address = f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1"
    with _spoken(file), closing(sqlite3.connect(address, uri=True)) as copy:
        (size,), (pages,) = (copy.execute(f"PRAGMA {name}").fetchone() for name in ("page_size", "page_count"))
        if size * pages > length:
            raise files.damaged(file, f"it has {length} of its {size * pages} bytes")
        if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise files.damaged(file, found.splitlines()[-1])
        if copy.execute("PRAGMA foreign_key_check").fetchone():
            raise files.damaged(file, "some rows refer to what is not there")
        tables = frozenset(name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
        stored = copy.execute("SELECT version_num FROM alembic_version") if "alembic_version" in tables else ()
        return Content(tables, tuple(revision for (revision,) in stored), f"{pages} pages")


def require_empty(database: Database) -> None:
    """Refuse a place that holds a table, is no database, or is in use."""
    path = path_of(database.url)
    if path.exists():
        with _spoken(path), closing(sqlite3.connect(path)) as there:
            tables = there.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables:
            raise click.ClickException(f"{path} has tables already; a backup only goes into an empty place")
    if left := next(filter(None, (_beside(path, ending) for ending in files.BESIDE[1:])), None):
        # SQLite would play it into the file that is put beside it.
        raise click.ClickException(f"{left} belongs to another database, or to one in use; move it away first")


def put(database: Database, file: Path, length: int) -> None:
    """Copy a checked backup beside its place, and give it its name when it is on disk."""
    path = path_of(database.url)
    with files.part_of(path, force=path.exists()) as part:
        files.copy(file, length, part)
        read(part, length)


def _beside(path: Path, ending: str) -> Path | None:
    found = path.with_name(path.name + ending)
    return found if found.exists() and found.stat().st_size else None


@contextmanager
def _spoken(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a file into one sentence."""
    try:
        yield
    except sqlite3.OperationalError as error:  # locked, full, not to be opened
        raise click.ClickException(f"{path}: {error}") from None
    except sqlite3.Error as error:
        raise files.damaged(path, str(error)) from None
