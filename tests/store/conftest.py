"""What the tests of the stores are given: a small company with one source and two touchpoints."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM, Viewer
from app.inputs.facts import KEYS, ROWS
from app.models import ChangeBatch
from app.queries.facts import table_of
from app.store import facts
from tests import bed
from tests.api.kit import load_master

TODAY = date(2023, 10, 9)

Facts = dict[str, list[dict[str, Any]]]


class Company:
    """A company's facts: written, removed and looked at in one line each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        bed.filled(database, load_master)

    def put(
        self, kind: str, *rows: dict[str, Any], viewer: Viewer = SYSTEM, reason: str | None = None
    ) -> facts.Written:
        """Write rows, and return what it did."""
        parsed = [ROWS[kind].model_validate(row) for row in rows]
        with self.database.write() as session:
            return facts.put(session, viewer, TABLES[kind], parsed, TODAY, reason=reason)

    def batch(self, kind: str, *rows: dict[str, Any]) -> int:
        """Write rows that change something, and return the batch of the history."""
        made = self.put(kind, *rows).batch
        assert made is not None
        return made

    def remove(self, kind: str, *keys: dict[str, Any]) -> facts.Removed:
        """Remove rows by their keys."""
        parsed = [KEYS[kind].model_validate(key) for key in keys]
        with self.database.write() as session:
            return facts.remove(session, SYSTEM, TABLES[kind], parsed)

    def last_batch(self) -> int:
        """Return the newest batch of the history."""
        with self.database.read() as session:
            return session.execute(select(func.max(ChangeBatch.id))).scalar_one()

    def facts(self) -> Facts:
        """Return all fact rows without their ids, revisions and moments."""
        with self.database.read() as session:
            return {
                kind: sorted(
                    (
                        {name: value for name, value in row.items() if name not in ("id", "revision", "updated_at")}
                        for row in session.execute(select(table_of(table))).mappings()
                    ),
                    key=str,
                )
                for kind, table in TABLES.items()
            }


@pytest.fixture
def company(database: Database) -> Company:
    """The company on SQLite, PostgreSQL and MariaDB."""
    return Company(database)


def friends(day: str, unit: str = "east", channel: str = "parcel", **measures: int | None) -> dict[str, Any]:
    """Return a friends row."""
    return {"day": day, "unit": unit, "channel": channel, **measures}
