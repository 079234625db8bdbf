"""`luopan backup` and `luopan restore`: the whole database as one private file, and back into an empty place."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import click
from sqlalchemy import MetaData, inspect
from sqlalchemy.engine import URL

from app.cli import migrate
from app.cli.data import report
from app.cli.opened import opened
from app.connectors.backup.kind import NOT_OURS, Kind, refused
from app.connectors.backup.mariadb import MARIADB
from app.connectors.backup.postgresql import POSTGRESQL
from app.connectors.backup.sqlite import SQLITE
from app.db import Database
from app.domain.errors import Conflict
from app.domain.text import Text

KINDS = {kind.name: kind for kind in (SQLITE, POSTGRESQL, MARIADB)} | {"mysql": MARIADB}
HEAD = 4096
OTHER = Text("是 {theirs} 的备份，而这里的数据库是 {ours}", "is a backup of {theirs}, and the database here is {ours}")
NEWER = Text("来自更新的版本，请先升级罗盘", "comes from a newer version; upgrade Luopan first")
NOT_EMPTY = Text("只能恢复到空的位置，这里已有数据", "there are tables already; a backup only goes into an empty place")


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE when it is there.")
def backup_command(file: Path, *, force: bool) -> None:
    """Write the whole database into FILE, as it is at this moment; others may go on writing."""
    start = perf_counter()
    if file.exists() and not force:
        raise click.ClickException(f"{file} is there already; --force replaces it")
    with opened() as database:
        if not inspect(database.engine).has_table("alembic_version"):
            raise click.ClickException("there is nothing to back up: the database has no tables")
        with _private(file) as part:
            _kind(database.url).write(database.url, part)
    size = file.stat().st_size / 1024**2
    click.echo(f"{file}: {size:.1f} MiB in {perf_counter() - start:.1f} s", err=True)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Put a backup into an empty place, bring its tables up to date, and check it as `luopan verify` does."""
    with opened() as database:
        kind, url = _kind(database.url), database.url
        _require_own(kind, file)
        revision = kind.revision(file)
        if revision not in migrate.revisions():
            raise refused(NEWER)
        if not _is_empty(database):
            raise Conflict(NOT_EMPTY)
        database.close()
        try:
            kind.restore(url, file)
        except BaseException:
            _clear(database)
            raise
        click.echo(f"{file}: restored, tables of revision {revision}", err=True)
        if migrate.pending(database):
            migrate.upgrade(database)
            click.echo("migrated to this version", err=True)
        sys.exit(report(database))


def _kind(url: URL) -> Kind:
    return KINDS[url.get_backend_name()]


def _require_own(kind: Kind, file: Path) -> None:
    with file.open("rb") as source:
        head = source.read(HEAD)
    theirs = next((known for known in KINDS.values() if known.is_own(head)), None)
    if theirs is None:
        raise refused(NOT_OURS)
    if theirs is not kind:
        raise refused(OTHER.fill(theirs=theirs.name, ours=kind.name))


def _is_empty(database: Database) -> bool:
    # To look into an SQLite file that is not there would make it.
    if database.url.get_backend_name() == "sqlite" and not Path(database.url.database or "").exists():
        return True
    return not inspect(database.engine).get_table_names()


def _clear(database: Database) -> None:
    """Take away what a restore that failed may have left: the place was empty before."""
    if _is_empty(database):
        return
    found = MetaData()
    found.reflect(database.engine)
    found.drop_all(database.engine)


@contextmanager
def _private(file: Path) -> Iterator[Path]:
    """Give an empty file that nobody else may read; it takes the place of `file` once it is whole and on disk."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
        directory = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    finally:
        for beside in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + beside).unlink(missing_ok=True)
