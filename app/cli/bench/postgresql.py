"""Rollups beside the facts, and a board beside its own SQL, on PostgreSQL: in a database made for it and dropped."""

import os
from datetime import date
from typing import Any

from sqlalchemy import NullPool, create_engine, make_url, text

from app.boards.read import Asked
from app.cli.bench.board import REPEAT, own_sql, periods
from app.cli.bench.company import ROOT, Size, make, say
from app.cli.bench.sums import sums_figures
from app.cli.migrate import upgrade
from app.db import Database


def postgresql_figures(address: str, size: Size, today: date, rounds: int) -> tuple[dict[str, float], str]:
    """Return the figures and the version of the server that `address` leads to; it must let us make a database."""
    name = f"luopan_bench_{os.getpid()}"
    database = Database(address)
    # Nothing of it is kept open: none of these statements may run in a transaction, or beside another connection.
    alone: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "poolclass": NullPool}
    admin = create_engine(database.url, **alone)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        version = str(connection.execute(text("SHOW server_version")).scalar_one())
    made = Database(make_url(address).set(database=name).render_as_string(hide_password=False))
    try:
        say(f"PostgreSQL {version}:")
        upgrade(made)
        make(made, size, today)
        with create_engine(made.url, **alone).connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        found = sums_figures(made, "PostgreSQL", today, rounds)
        for days, period in periods(today).items():
            board = f"company on PostgreSQL, {days}"
            found |= own_sql(made, board, "growth", Asked(ROOT, period), today, (rounds, REPEAT))
        return found, version
    finally:
        made.close()
        database.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
