"""`luopan import`: a file from the command line, by the same steps as the page."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli import everything
from app.cli.opened import opened
from app.connectors import mapping, names, plan, spreadsheet
from app.connectors.rows import Reader
from app.connectors.table import Table
from app.db import Database
from app.domain.errors import Invalid, Issue
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.settings import load
from app.store import imports as store

LISTED = 1000
"""Rows with problems that are printed."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(list(TABLES)), help="What a csv or xlsx holds.")
@click.option("--sheet", help="Which sheet of a workbook; the first one without it.")
@click.option("--unit", metavar="CODE", help="The unit of all rows, where no column names one.")
@click.option("--channel", metavar="CODE", help="The channel or touchpoint of all rows.")
@click.option("--customer-kind", metavar="KIND", help="The kind of customer of all rows.")
@click.option("--year", type=click.IntRange(2000, 2199), help="The year of days like 5月1日.")
@click.option("--reason", help="Kept in the history; the name of the file without it.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows with problems instead of refusing the file.")
def import_command(
    file: Path,
    kind: str | None,
    sheet: str | None,
    reason: str | None,
    *,
    dry_run: bool,
    skip_bad: bool,
    **given: str | int | None,
) -> None:
    """Import a csv or xlsx of one kind: all of its rows or none. A zip of `luopan export` fills an empty database.

    Rows with problems are listed, and the exit code is 1.
    """
    if file.suffix == ".zip":
        everything.restore(file)
        return
    if kind is None:
        raise click.UsageError(f"--kind is needed: one of {', '.join(TABLES)}")
    table: Table | None = None
    with opened() as database:
        try:
            table = spreadsheet.opened(file.read_bytes()).table(sheet, max_rows=None)
            reader = _reader(database, table, kind, given)
            found = _checked(database, reader)
            written = not dry_run and (skip_bad or not found.tally.bad)
            if written:
                _write(database, reader, found.fingerprint, reason or file.name)
        except Invalid as error:
            raise click.ClickException("\n".join(_sentence(table, issue) for issue in error.issues)) from None
    tally = found.tally
    said = "written" if written else "nothing was written"
    click.echo(f"{tally.new} new, {tally.changed} changed, {tally.same} unchanged, {tally.bad} bad: {said}", err=True)
    sys.exit(1 if tally.bad else 0)


def _reader(database: Database, table: Table, kind: str, given: Mapping[str, str | int | None]) -> Reader:
    """Return what reads the sheet as its headers suggest, with the constants that were given."""
    with database.read() as session:
        known = names.load(session, SYSTEM, TABLES[kind])
    found = mapping.head(table, mapping.header_row(table, {kind: known}))
    reading = mapping.suggest(kind, table.sheet, found, known)
    constants = {key: str(value) for key, value in given.items() if value is not None}
    if "channel" in constants and "touchpoint" in TABLES[kind].key:
        constants["touchpoint"] = constants.pop("channel")
    return plan.reader(table, reading.model_copy(update={"constants": reading.constants | constants}), known)


def _checked(database: Database, reader: Reader) -> store.Preview:
    """Check the file against what is stored, and list the rows with problems."""
    with database.read() as session, _bar(reader, "checking") as see:
        found = store.preview(session, SYSTEM, reader.facts, reader.chunks(), load().today(), LISTED, see)
    for row in found.bad:
        for problem in row.problems:
            click.echo(_sentence(reader.table, Issue(problem.column, problem.message, row.row)))
    if found.tally.bad > len(found.bad):
        click.echo(f"... and {found.tally.bad - len(found.bad)} more rows")
    return found


def _write(database: Database, reader: Reader, fingerprint: str, reason: str) -> None:
    with database.write() as session, _bar(reader, "writing ") as see:
        store.write(
            session,
            SYSTEM,
            reader.facts,
            reader.chunks(),
            load().today(),
            see,
            fingerprint=fingerprint,
            skip_bad=True,
            reason=reason,
        )


@contextmanager
def _bar(reader: Reader, label: str) -> Iterator[Callable[[int], None]]:
    """Give what moves a progress bar on standard error to a row of the file."""
    with click.progressbar(length=reader.total, label=label, file=sys.stderr) as bar:
        yield lambda row: bar.update(row - reader.header - bar.pos)


def _sentence(table: Table | None, issue: Issue) -> str:
    """Return a problem in the words of whoever made the file, or of the mapping."""
    if table is None or issue.row is None:
        return f"{issue.field}: {issue.message.zh}"
    return f"{table.place(issue.row, issue.field).zh}：{issue.message.zh}"
