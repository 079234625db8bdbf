"""The rich world, written once for all tests of a worker; they only read."""

from collections.abc import Iterator

import pytest

from app.db import Database
from tests import rich, strategies, worlds


@pytest.fixture(scope="session")
def shop() -> Iterator[Database]:
    """A database that holds the rich world."""
    database = strategies.memory()
    strategies.seed(database)
    worlds.write(database, rich.world())
    yield database
    database.close()
