"""`luopan bench`: what a board costs beside its own SQL, a bare response and Dash, in one run on one machine."""

import json
import tempfile
from pathlib import Path

import click

from app.cli.bench.board import board_figures
from app.cli.bench.grid import grid_figures
from app.cli.bench.imports import import_figures
from app.cli.bench.rivals import rival_figures
from app.cli.bench.server import server_figures
from app.cli.demo.load import load_demo
from app.cli.migrate import upgrade
from app.db import Database
from app.settings import load

Figures = dict[str, float]


@click.command("bench")
@click.option("--rounds", default=9, show_default=True, help="Rounds that alternate between what is compared.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the figures there.")
def bench_command(rounds: int, out: Path | None) -> None:
    """Measure the growth board of 4 units x 18 months on a database made for it."""
    today = load().today()
    with tempfile.TemporaryDirectory(prefix="luopan-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db"
        database = Database(url)
        upgrade(database)
        click.echo("making 4 units x 18 months ...", err=True)
        load_demo(database, today, lambda _line: None)
        figures = board_figures(database, today, rounds)
        # Before the large writes: both boards are compared on the demo's numbers alone.
        figures |= rival_figures(database, url, today, rounds)
        figures |= server_figures(database, url, today, rounds)
        figures |= import_figures(database, url)
        figures |= grid_figures(database, url, today, rounds)
        database.close()
    for name, value in figures.items():
        click.echo(f"{name:<52} {value:>10.2f}")
    if out is not None:
        out.write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
