"""`luopan bench`: what boards and writes cost beside what they could cost at least, in one run on one machine."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from app.cli.bench import bars, machine, page
from app.cli.bench.company import Size
from app.cli.bench.plan import Plan, measured
from app.cli.bench.postgresql import postgresql_figures
from app.settings import load

TINY = Size(units=20, days=75, channels=2)
"""For `--quick`: it says whether all runs, and nothing about speed."""
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("bench")
@click.option("--units", default=1000, show_default=True, help="Stores of the company; the small set has 1/100.")
@click.option("--days", default=1095, show_default=True, help="Days up to yesterday that have facts.")
@click.option("--channels", default=6, show_default=True, help="Source channels; each day and store has a row of each.")
@click.option("--rounds", default=9, show_default=True, help="Rounds that alternate between what is compared.")
@click.option("--postgresql", metavar="URL", help="Also group facts on this server, in a database made for it.")
@click.option("--million", is_flag=True, help="Also import a file of 1,000,000 rows.")
@click.option("--quick", is_flag=True, help="A tiny data set and nothing served: whether it runs.")
@click.option("--json", "out", type=FILE, help="Also write machine and figures there.")
@click.option("--markdown", "known", type=FILE, help="Measure nothing: print such a file as Markdown.")
def bench_command(
    rounds: int,
    postgresql: str | None,
    out: Path | None,
    known: Path | None,
    *,
    million: bool,
    quick: bool,
    **size: int,
) -> None:
    """Measure boards, writes and imports on databases made for it, and hold the ratios to their bars."""
    if known is not None:
        click.echo("\n".join(page.markdown(json.loads(known.read_text(encoding="utf-8")))))
        return
    today, chosen, before = load().today(), TINY if quick else Size(**size), machine.load()
    about = machine.described()
    figures = measured(Plan(chosen, rounds, quick, million), today)
    if postgresql is not None:
        more, about["postgresql"] = postgresql_figures(postgresql, chosen, today, rounds)
        figures |= more
    click.echo("\n".join(page.lines(figures)))
    if out is not None:
        loads = {"before": before, "after": machine.load()}
        _keep(out, {"machine": about, "load": loads, "day": str(today), "data": chosen.words, "figures": figures})


def _keep(out: Path, run: Mapping[str, Any]) -> None:
    held = [
        {"figure": row.bar.figure, "value": row.value, "bar": row.bar.words, "reached": row.reached}
        for row in bars.rows(run["figures"])
    ]
    out.write_text(json.dumps({**run, "bars": held}, indent=1, ensure_ascii=False), encoding="utf-8")
