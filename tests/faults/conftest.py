"""What the tests of faults are given: a small company on a database of the test's own, and a server on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from tests import bed
from tests.api.kit import load_master
from tests.bed import Bed
from tests.process import Served, served


@pytest.fixture
def company(sqlite_database: Database) -> Database:
    """A small company without facts, on SQLite."""
    load_master(sqlite_database)
    return sqlite_database


@pytest.fixture
def server(company: Database, tmp_path: Path) -> Iterator[Served]:
    """A server on it, in a process of its own."""
    with served(company.url.render_as_string(), tmp_path) as made:
        yield made


@pytest.fixture
def small(_bed: Bed, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database on a disk of 3 MB."""
    directory = tmp_path / "small"
    directory.mkdir()
    with bed.disk(directory, "3m"), _bed.made(directory) as made:
        yield made
