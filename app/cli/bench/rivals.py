"""The same board as a Dash app on the same data: what an answer costs each of the two servers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib.util import find_spec
from statistics import median

import click

from app.cli.bench.agree import refuse_differences
from app.cli.bench.asking import OPEN, UNCACHED, UNIT, Question, board_question, connected
from app.cli.bench.server import free_port, running, served
from app.cli.demo.patterns import demo_days
from app.db import Database
from app.domain.period import DAY, Period, month_of
from app.domain.roles import SYSTEM, Role
from app.store import tokens
from app.store.users import Given

NEEDED = ("dash", "pandas", "waitress")
MISSING = "left out, the extra bench-rivals is not installed: the same board as a Dash app"
FEWEST = 5
"""Rounds that a median is made of, at least."""


def rival_figures(database: Database, url: str, today: date, rounds: int) -> dict[str, float]:
    """Return CPU ms of a Dash callback and of our answers with and without a cache, and their ratios.

    Nothing where Dash is not installed. RuntimeError when the two show other numbers.
    """
    if not all(find_spec(name) for name in NEEDED):
        click.echo(MISSING, err=True)
        return {}
    with database.write() as session:
        token = tokens.create(session, SYSTEM, "bench-rivals", Given(Role.ADMIN))
    figures: dict[str, float] = {}
    with _dash(url) as dash, served(url, **UNCACHED) as uncached, served(url, **OPEN) as cached:
        month = Period(month_of(today - DAY).first, today - DAY)
        for name, period in (("18 months", demo_days(today)), ("month to date", month)):
            callback = _callback(*dash, period)
            ours = {
                "uncached": board_question(*uncached, token, period),
                "cached": board_question(*cached, token, period),
            }
            for question in ours.values():
                refuse_differences(json.loads(question.ask()), json.loads(callback.ask()))
            figures |= _compared(name, callback, ours, max(rounds, FEWEST))
            for question in (callback, *ours.values()):
                question.connection.close()
    return figures


def _compared(name: str, callback: Question, ours: dict[str, Question], rounds: int) -> dict[str, float]:
    """Let all answer in turns; the first turn only warms up. Ratios are of the same turn: machines slow down."""
    turns = [[question.milliseconds() for question in (callback, *ours.values())] for _ in range(rounds + 1)][1:]
    figures = {f"Dash callback, {name}, CPU ms": median(turn[0] for turn in turns)}
    for place, how in enumerate(ours, 1):
        figures[f"our board over HTTP, {name}, {how}, CPU ms"] = median(turn[place] for turn in turns)
        figures[f"Dash / ours, {name}, {how}"] = median(turn[0] / turn[place] for turn in turns)
    return figures


@contextmanager
def _dash(url: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve the Dash app as its documentation says for production: by a WSGI server, without debugging."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "app.cli.bench.rival_app", url, str(port)]
    with running(command, {}) as process:
        yield process, port


def _callback(process: subprocess.Popen[bytes], port: int, period: Period) -> Question:
    """Return what the browser sends when somebody picks a range."""
    connection = connected(process, port, "/_dash-dependencies")
    (declared,) = json.loads(connection.getresponse().read())
    outputs = [
        dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
        for name in declared["output"].strip(".").split("...")
    ]
    values = (UNIT, period.first.isoformat(), period.last.isoformat(), "previous")
    inputs = [given | {"value": value} for given, value in zip(declared["inputs"], values, strict=True)]
    body = {"output": declared["output"], "outputs": outputs, "inputs": inputs, "changedPropIds": ["range.start_date"]}
    headers = {"Content-Type": "application/json"}
    return Question(process, connection, "POST", "/_dash-update-component", headers, json.dumps(body))
