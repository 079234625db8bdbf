"""Numbers into files from the command line: `luopan export`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy.orm import Session

from app.cli.opened import opened
from app.connectors import export_csv, export_everything, export_xlsx
from app.connectors.export import Format
from app.connectors.export_facts import sheet
from app.connectors.export_notes import fact_notes
from app.domain.facts import TABLES, FactTable
from app.domain.roles import SYSTEM
from app.domain.security import Event
from app.inputs.types import parse_day
from app.queries import channels, facts, units
from app.settings import load
from app.store import security

SUFFIXES = (".zip", *(f".{format_}" for format_ in Format))


def _day(_context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    try:
        return None if text is None else parse_day(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param=parameter) from None


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice(list(TABLES)), help="Which table goes into a csv or xlsx file.")
@click.option("--unit", metavar="CODE", help="Only this unit and all below it.")
@click.option("--from", "first", metavar="DAY", callback=_day, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", metavar="DAY", callback=_day, help="Last day, YYYY-MM-DD.")
def export_command(file: Path, kind: str | None, unit: str | None, first: date | None, last: date | None) -> None:
    """Write everything into FILE.zip, or one table into FILE.csv or FILE.xlsx."""
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise click.BadParameter(f"must end in {', '.join(SUFFIXES)}", param_hint="FILE")
    if suffix == ".zip" and (kind or unit or first or last):
        raise click.UsageError("a zip holds everything; --kind, --unit, --from and --to are for csv and xlsx")
    if suffix != ".zip" and kind is None:
        raise click.UsageError("--kind says which table goes into a csv or xlsx file")
    with opened() as database, database.read() as session, _replaced(file) as out:
        if kind is None:
            rows = export_everything.size(session)
            with progress(rows, "export") as step:
                export_everything.write(session, out, load().now(), step)
        else:
            rows = _table(session, out, Format(suffix[1:]), TABLES[kind], (unit, first, last))
    with opened() as database, database.write() as session:
        security.record(session, Event.EXPORT, SYSTEM, detail=file.name)
    click.echo(f"{file}: {rows} row(s)", err=True)


def _table(
    session: Session,
    out: IO[bytes],
    format_: Format,
    table: FactTable,
    asked: tuple[str | None, date | None, date | None],
) -> int:
    unit, first, last = asked
    tree, known = units.load_tree(session), channels.load(session)
    top = None if unit is None else units.readable(tree, SYSTEM, unit).id
    wanted = facts.Filter(top, first, last)
    rows = facts.count(session, SYSTEM, tree, table, wanted)
    if format_ is Format.XLSX:
        export_xlsx.refuse_many(rows)
    with progress(rows, "export") as step:
        pages = _stepped(facts.pages(session, SYSTEM, tree, table, wanted), step)
        made = sheet(table, tree, known.values(), pages)
        if format_ is Format.CSV:
            export_csv.write(out, made)
        else:
            scope = [("单元", unit or "全部单元"), ("日期", f"{first or '最早'} 至 {last or '最晚'}")]
            moment = f"{load().now():%Y-%m-%d %H:%M}"
            export_xlsx.write(out, [made], fact_notes(table, [*scope, ("导出时间", moment), ("导出人", SYSTEM.name)]))
    return rows


def _stepped(pages: Iterator[Any], step: Callable[[int], None]) -> Iterator[Any]:
    for page in pages:
        yield page
        step(len(page))


@contextmanager
def progress(rows: int, label: str) -> Iterator[Callable[[int], None]]:
    """Draw a bar on standard error; it is told how many rows are done since it was last told."""
    with click.progressbar(length=rows, label=label, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def _replaced(file: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of `file` once it is whole."""
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)
