"""What the tests of the API are given: clients of an application on a small company, and on the article's case."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from app.cli import demo
from app.cli.demo import article as case
from app.db import Database
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.master import ChannelInput, UnitInput
from app.store import channels, units
from tests import bed, loops
from tests.api.kit import UNITS, Api, load_facts, load_master, opened, row, without
from tests.bed import Bed


@pytest.fixture(scope="session")
def company_file(_bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the small company; to be copied, not to be opened."""
    return _filled(_bed, tmp_path_factory.mktemp("company"), load_master)


@pytest.fixture(scope="session")
def filled_file(_bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with a row of each kind of fact in every unit."""
    return _filled(_bed, tmp_path_factory.mktemp("filled"), load_rows)


@pytest.fixture(scope="session")
def article_file(_bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that holds the article's case; to be copied, not to be opened."""
    return _filled(_bed, tmp_path_factory.mktemp("article"), load_article)


@pytest.fixture(scope="session")
def loop() -> BlockingPortal:
    """The event loop that applications run in."""
    return loops.shared()


@pytest.fixture
def api(company_file: Path, loop: BlockingPortal) -> Iterator[Api]:
    """An admin of a small company without facts, on SQLite."""
    with opened(company_file) as database:
        yield Api.lent(database, loop)


@pytest.fixture
def filled(filled_file: Path, loop: BlockingPortal) -> Iterator[Api]:
    """The same with a row of each kind of fact in every unit."""
    with opened(filled_file) as database:
        yield Api.lent(database, loop)


@pytest.fixture
def kept(filled: Api) -> Iterator[Api]:
    """The same, and the test must leave every table as it was."""
    before = filled.tables()
    yield filled
    assert filled.tables() == before


@pytest.fixture
def any_api(database: Database, loop: BlockingPortal) -> Api:
    """The same on SQLite, PostgreSQL and MariaDB."""
    bed.filled(database, load_master)
    return Api.lent(database, loop)


@pytest.fixture(scope="session")
def article(article_file: Path, loop: BlockingPortal) -> Iterator[Api]:
    """An admin of the article's case on SQLite, only to read from."""
    with opened(article_file) as database:
        yield Api.on(database, loop)


@pytest.fixture
def any_article(database: Database, loop: BlockingPortal) -> Api:
    """The same on SQLite, PostgreSQL and MariaDB."""
    bed.filled(database, load_article)
    return Api.lent(database, loop)


def load_rows(database: Database) -> None:
    """Write the small company, and a row of each kind in every unit."""
    load_master(database)
    for kind in TABLES:
        load_facts(database, kind, [row(kind, unit=str(unit["code"])) for unit in UNITS])


def load_article(database: Database) -> None:
    """Write the demo's units and channels, and the facts of the article."""
    with database.write() as session:
        for unit in demo.units():
            units.put(session, SYSTEM, unit["code"], UnitInput.model_validate(without(unit, "code")))
        for channel in demo.channels():
            channels.put(session, SYSTEM, channel["code"], ChannelInput.model_validate(without(channel, "code")))
    for kind, rows in case.facts():
        load_facts(database, kind, rows)


def _filled(made_by: Bed, directory: Path, fill: Callable[[Database], None]) -> Path:
    with made_by.made(directory) as database:
        fill(database)
    return directory / "luopan.db"
