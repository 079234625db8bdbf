"""A run as people read it: a table for the terminal, and the same as Markdown for the documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.cli.bench.bars import BARS, rows

HEAD = ("what", "value", "bar", "reached")


def lines(figures: Mapping[str, float]) -> Iterator[str]:
    """Yield what is held to a bar, then everything else that was measured."""
    yield f"{HEAD[0]:<60} {HEAD[1]:>12}   {HEAD[2]:<8} {HEAD[3]}"
    for row in rows(figures):
        yield f"{row.bar.figure:<60} {row.value:>12,.2f}   {row.bar.words:<8} {_word(reached=row.reached)}"
    yield ""
    for name, value in _others(figures):
        yield f"{name:<60} {value:>12,.2f}"


def markdown(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield a run that was written as JSON: the machine, the bars, and all other figures."""
    about = {**run["machine"], "load before": run["load"]["before"], "data": run["data"], "day": run["day"]}
    yield from ("| machine | |", "|---|---|")
    for name, value in about.items():
        yield f"| {name} | {value} |"
    yield from ("", f"| {' | '.join(HEAD)} |", "|---|---:|---|---|")
    for row in rows(run["figures"]):
        yield f"| {row.bar.figure} | {row.value:,.2f} | {row.bar.words} | {_word(reached=row.reached)} |"
    yield from ("", "| measured beside it | value |", "|---|---:|")
    for name, value in _others(run["figures"]):
        yield f"| {name} | {value:,.2f} |"


def _others(figures: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    held = {bar.figure for bar in BARS}
    return ((name, value) for name, value in figures.items() if name not in held)


def _word(*, reached: bool) -> str:
    return "yes" if reached else "no"
