"""A PUT of 50,000 new friends rows over HTTP: of two units and many days, and of all units and a few days."""

import json
from collections.abc import Iterator
from datetime import date
from http.client import HTTPConnection
from itertools import islice, product
from statistics import median

from app.cli.bench.asking import OPEN, connected
from app.cli.bench.company import Size, say
from app.cli.bench.server import PATIENCE, served
from app.cli.bench.turns import milliseconds
from app.db import Database
from app.domain.facts import FIRST_DAY
from app.domain.period import DAY
from app.domain.roles import SYSTEM, Role
from app.queries.units import load_tree
from app.store import tokens
from app.store.users import Given

ROWS = 50_000
TIMES = 3
"""Writes that a median is made of; each brings other rows."""


def put_figures(database: Database, url: str, size: Size, today: date) -> dict[str, float]:
    """Return seconds until the rows are acknowledged, in a company that had no facts."""
    say(f"putting {ROWS:,} rows over HTTP ...")
    with database.write() as session:
        token = tokens.create(session, SYSTEM, "bench-puts", Given(Role.ADMIN))
        tree = load_tree(session)
    stores = [node.code for node in tree.nodes.values() if tree.is_leaf(node.id)]
    figures = {}
    with served(url, **OPEN) as (process, port):
        connected(process, port, "/livez").close()
        wide = _rows(stores, size.channels, today - DAY * 60)
        taken = [_put(port, token, list(islice(wide, ROWS))) for _ in range(TIMES)]
        figures["PUT of 50,000 rows, all units, s"] = median(taken)
        taken = []
        for turn in range(TIMES):
            two = _rows(stores[2 * turn : 2 * turn + 2], size.channels, FIRST_DAY)
            taken.append(_put(port, token, list(islice(two, ROWS))))
        figures["PUT of 50,000 rows, 2 units, s"] = median(taken)
    return figures


def _rows(stores: list[str], channels: int, first: date) -> Iterator[dict[str, object]]:
    day = first
    while True:
        for store, channel in product(stores, range(1, channels + 1)):
            key = {"day": day.isoformat(), "unit": store, "channel": f"c{channel}"}
            yield {**key, "reach": 1000, "adds": 50, "losses": 20}
        day += DAY


def _put(port: int, token: str, rows: list[dict[str, object]]) -> float:
    body = json.dumps({"rows": rows}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def put() -> None:
        connection.request("PUT", "/api/v1/facts/friends", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200 or json.loads(text)["inserted"] != len(rows):  # noqa: PLR2004 (the only good answer)
            raise RuntimeError(f"the write answered {answer.status}: {text[:200]!r}")

    taken = milliseconds(put) / 1000
    connection.close()
    return taken
