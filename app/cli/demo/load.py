"""Putting the demo into a database, by the same writers as everything else."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from app.cli import demo
from app.db import Database
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.facts import ROWS
from app.inputs.master import ChannelInput, UnitInput
from app.models import OrgUnit
from app.store import channels, facts, units


def is_empty(database: Database) -> bool:
    """Say whether nobody has set up anything yet."""
    with database.read() as session:
        return session.execute(select(OrgUnit.id).limit(1)).first() is None


def load_demo(database: Database, today: date, say: Callable[[str], None]) -> None:
    """Write the demo as of `today` in one transaction: a killed start leaves nothing half done."""
    with database.write() as session:
        for unit in demo.units():
            units.put(session, SYSTEM, unit["code"], UnitInput(**{k: v for k, v in unit.items() if k != "code"}))
        for channel in demo.channels():
            given = ChannelInput(**{k: v for k, v in channel.items() if k != "code"})
            channels.put(session, SYSTEM, channel["code"], given)
        for kind, rows in demo.facts(today):
            parsed = [ROWS[kind].model_validate(row) for row in rows]
            written = facts.put(session, SYSTEM, TABLES[kind], parsed, today)
            say(f"demo: {written.inserted:>6} {kind}")
