"""Data from the command line: `luopan migrate`, `luopan demo` and `luopan verify`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from app.cli import migrate
from app.cli.demo.load import is_empty, load_demo
from app.cli.opened import opened
from app.db import Database
from app.queries import drift, integrity
from app.settings import load


@click.command("migrate")
def migrate_command() -> None:
    """Bring the tables to what this version needs; rows stay."""
    with opened() as database:
        if migrate.pending(database):
            upgrade(database)
            click.echo("migrated", err=True)
        else:
            click.echo("nothing to do", err=True)


@click.command("demo")
def demo_command() -> None:
    """Fill an empty database with 18 months of a made-up company and the article's case."""
    with opened() as database:
        if not is_empty(database):
            raise click.ClickException("there is data already; the demo only goes into an empty database")
        load_demo(database, load().today(), lambda line: click.echo(line, err=True))


def upgrade(database: Database) -> None:
    """Bring the tables up to date; where the rollups are to be built, a bar shows how far that is."""
    with _bar("rollups") as step:
        migrate.upgrade(database, step=step)


@click.command("verify")
@click.option("--repair", is_flag=True, help="Build the rollups anew where they are not what the facts say.")
def verify_command(*, repair: bool) -> None:
    """Check what the database's own constraints cannot; the exit code is 1 when something is wrong."""
    with opened() as database:
        if repair:
            click.echo(f"rollups: {mend(database)} row(s) mended")
        sys.exit(report(database))


def report(database: Database) -> int:
    """Print a line for each rule; return 1 when something breaks one, else 0."""
    with database.read() as session, _bar("rollups") as step:
        found = integrity.check(session, load().today()) | drift.check(session, step)
    for name, rows in found.items():
        click.echo(f"{'ok    ' if not rows else 'WRONG '} {name}" + (f": {rows} row(s)" if rows else ""))
    return 1 if any(found.values()) else 0


def mend(database: Database) -> int:
    """Build anew what drifted, with a bar; return how many rows were wrong."""
    with _bar("repair") as step:
        return migrate.mend(database, step)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give what moves a progress bar on standard error: done, of how many."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def step(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield step
