"""Data from the command line: `luopan migrate`, `luopan demo` and `luopan verify`."""

import sys

import click

from app.cli import migrate
from app.cli.demo.load import is_empty, load_demo
from app.cli.opened import opened
from app.db import Database
from app.queries import integrity
from app.settings import load


@click.command("migrate")
def migrate_command() -> None:
    """Bring the tables to what this version needs; rows stay."""
    with opened() as database:
        if migrate.pending(database):
            migrate.upgrade(database)
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


@click.command("verify")
def verify_command() -> None:
    """Check what the database's own constraints cannot; the exit code is 1 when something is wrong."""
    with opened() as database:
        sys.exit(report(database))


def report(database: Database) -> int:
    """Print a line for each rule; return 1 when something breaks one, else 0."""
    with database.read() as session:
        found = integrity.check(session, load().today())
    for name, rows in found.items():
        click.echo(f"{'ok    ' if not rows else 'WRONG '} {name}" + (f": {rows} row(s)" if rows else ""))
    return 1 if any(found.values()) else 0
