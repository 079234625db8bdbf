"""What the tests of the pages are given: browsers on a served Luopan."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import Database
from app.domain.roles import Role
from tests.served import Site, copied, frozen, lent


@pytest.fixture
def site(served_file: Path) -> Iterator[Site]:
    """An admin on a Luopan of the test's own."""
    with copied(served_file) as database:
        yield Site(lent(database), database, frozen(), "ada")


@pytest.fixture(scope="module")
def reading(served_file: Path) -> Iterator[Site]:
    """An admin on a Luopan that several tests share: they only read."""
    with copied(served_file) as database:
        yield Site.on(database)


@pytest.fixture
def empty(sqlite_database: Database) -> Site:
    """An admin on a Luopan in which nothing has been set up."""
    site = Site.on(sqlite_database, name="")
    return site.add_person("ada", Role.ADMIN)
