"""Everything into one file and back: `luopan backup` and `luopan restore`."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from types import FrameType

import click
from sqlalchemy import inspect

from app.cli import migrate
from app.cli.backup import file as files
from app.cli.backup import kinds
from app.cli.backup.content import require_ours
from app.cli.data import report, upgrade
from app.cli.opened import opened
from app.db import Database
from app.queries import revision as revisions
from app.store import version

MIB = 1 << 20
SAY_SECONDS = 1
Path_ = click.Path(dir_okay=False, path_type=Path)


class Said:
    """What a long command says while it runs, at most once a second, on standard error."""

    def __init__(self) -> None:
        self.start = self._last = monotonic()

    def now(self, text: str) -> None:
        """Say something at once."""
        self._last = monotonic()
        click.echo(text, err=True)

    def step(self, done: int, of: int | None) -> None:
        """Say how many bytes are done."""
        if monotonic() - self._last >= SAY_SECONDS:
            self.now(f"{done / MIB:.1f} MiB" + ("" if of is None else f" of {of / MIB:.1f}"))

    def took(self) -> str:
        """Return the seconds since the beginning."""
        return f"{monotonic() - self.start:.1f} s"


@click.command("backup")
@click.argument("file", type=Path_)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
def backup_command(file: Path, *, force: bool) -> None:
    """Write all of the database into FILE, complete up to this moment, while others go on working."""
    said = Said()
    with opened() as database, _ended_by_sigterm():
        kind = kinds.of_database(database)
        kind.require_there(database.url)
        if file.exists() and not force:
            raise files.exists(file)
        if database.url.database and file.exists() and file.samefile(database.url.database):
            raise click.ClickException(f"{file} is the database itself")
        if not inspect(database.engine).has_table("alembic_version"):
            raise click.ClickException("the database has no tables of Luopan: there is nothing to back up")
        with files.part_of(file, force=force) as part:
            kind.dump(database, part, said.step)
            size = part.stat().st_size
            said.now(f"{size / MIB:.1f} MiB written, checking")
            content = kind.read(part, size)
            require_ours(content, file)
            files.seal(part)
    said.now(f"{file}: {size / MIB:.1f} MiB, {content.amount}, {said.took()}")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_command(file: Path) -> None:
    """Put the backup FILE into an empty place: an SQLite file that is not there, or a database without tables."""
    said = Said()
    with opened() as database, _ended_by_sigterm(), _read(file):
        kind, wanted = kinds.of_file(file), kinds.of_database(database)
        if kind is not wanted:
            raise click.ClickException(f"{file} is a backup of {kind.name}; LUOPAN_DATABASE_URL names {wanted.name}")
        kind.require_empty(database)
        said.now("checking the file")
        length = files.whole(file)
        content = kind.read(file, length)
        require_ours(content, file)
        said.now(f"restoring {content.amount}")
        kind.put(database, file, length)
        said.now(f"restored in {said.took()}")
        right = _finish(database, content.revisions[0], said)
    if not right:
        raise click.ClickException("the data is restored, and some of it breaks a rule; see the lines above")


def _finish(database: Database, revision: str, said: Said) -> bool:
    """Bring the restored tables up to date and check them; say whether all is right."""
    if migrate.pending(database):
        upgrade(database)
        said.now(f"migrated from {revision} to {max(revisions.known())}")
    else:
        said.now(f"no migration was pending: the tables are at {revision}")
    # Versions of the data that come next had other data before.
    database.transact(version.renew)
    return report(database) == 0


@contextmanager
def _read(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror}") from None


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that nothing half done stays behind."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
