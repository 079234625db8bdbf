"""What tests are given: databases, and the settings of hypothesis."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.db import Database
from tests import bed, loops, shelf
from tests.bed import Bed

if TYPE_CHECKING:
    from tests.strategies import Fresh

UNWATCHED = (
    *("tests/browser/", "tests/queries/", "tests/migrations/", "tests/faults/", "tests/boards/test_as_of"),
    *(f"tests/api/test_{name}" for name in ("races", "away", "trust", "bad_r", "permission", "facts_write")),
    *(f"tests/api/test_{name}" for name in ("reference", "cross_rules", "facts_read")),
    *(f"tests/web/test_{name}" for name in ("entry_refused", "access", "names", "headers", "filters", "same_site")),
    *(f"tests/web/test_{name}" for name in ("clock", "errors", "matrix", "throttle", "empty", "logs", "import_data")),
)
"""What these run is covered by the others; being watched would make them half as slow again."""

ONCE = ("tests/store/", "tests/boards/")
"""What these run is the same on each database: it is watched on SQLite."""

SWEEPS = (
    *("tests/browser/test_every_", "tests/browser/test_pages", "tests/browser/test_accessible"),
    *("tests/browser/test_first_visit", "tests/faults/test_k", "tests/faults/test_rollups"),
)
"""These walk through every page, board and way to fail: they are long, as is whatever runs on a server but ONCE."""

YOUNG = 50_000
"""Objects between two collections: Python's own 700 has a quarter of the run spent on looking for garbage."""
gc.set_threshold(YOUNG)

LONG = os.environ.get("LUOPAN_TEST_LONG") == "1"
EXAMPLES = int(os.environ.get("LUOPAN_TEST_EXAMPLES", "10"))

# A loaded machine is slow, not wrong: no deadline. The few examples of a usual run are the same in every run.
hypothesis_settings.register_profile(
    "luopan",
    derandomize="LUOPAN_TEST_EXAMPLES" not in os.environ,
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("luopan")


def pytest_configure() -> None:
    """Stop when a service that LUOPAN_TEST_REQUIRE names is absent."""
    required = filter(None, os.environ.get("LUOPAN_TEST_REQUIRE", "").split(","))
    if missing := [name for name in required if name not in bed.found()]:
        raise pytest.UsageError(f"LUOPAN_TEST_REQUIRE asks for what does not answer here: {', '.join(missing)}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Say in one line which tests are left out (pytest -q prints no header of its own)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and bed.absent():
        reporter.write_line(f"left out, not found here: tests on {', '.join(bed.absent())}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for `database`, `bare_database` or `fresh` on every kind that is there."""
    for name in ("database", "bare_database", "fresh"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, bed.kinds(), indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of absent tools, and the long ones unless LUOPAN_TEST_LONG=1."""
    for item in items:
        path = item.path.relative_to(config.rootpath).as_posix()
        is_once, is_served = path.startswith(ONCE), bool(bed.SERVERS.keys() & _kinds_of(item))
        if path.startswith(SWEEPS) or (is_served and not is_once):
            item.add_marker("long")
        if path.startswith(UNWATCHED) or (is_served and is_once):
            item.add_marker("no_cover")
    out = [*(set(bed.TOOLS) - bed.found()), *(() if LONG else ("long",))]
    dropped = [item for item in items if any(item.get_closest_marker(name) for name in out)]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        left = set(items) - set(dropped)
        items[:] = [item for item in items if item in left]


def pytest_collection_finish() -> None:
    """Leave out of each collection what stays to the end: the application, the tests, their names."""
    gc.collect()
    gc.freeze()


def _kinds_of(item: pytest.Item) -> set[str]:
    # What a test is run on stands in its name.
    return set(item.name.partition("[")[2].rstrip("]").split("-"))


@pytest.fixture(scope="session")
def _bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    made = Bed(tmp_path_factory.mktemp("bed"))
    yield made
    made.close()


def pytest_unconfigure() -> None:
    """End what lives as long as the worker."""
    loops.end()
    shelf.sweep()


@pytest.fixture
def database(request: pytest.FixtureRequest, _bed: Bed) -> Iterator[Database]:
    """A migrated database with the built-in rows only: the test runs on SQLite, PostgreSQL and MariaDB."""
    with _bed.lent(request.param) as made:
        yield made


@pytest.fixture
def sqlite_database(_bed: Bed) -> Iterator[Database]:
    """A migrated SQLite database with the built-in rows only, for what does not depend on the kind."""
    with _bed.lent("sqlite") as made:
        yield made


@pytest.fixture
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without tables: the test runs on SQLite, PostgreSQL and MariaDB."""
    with bed.bare(request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def served_file(_bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of `tests.served`, with people and the article's case; to be copied, not to be opened."""
    from tests import served  # noqa: PLC0415 (imports the whole application)

    directory = tmp_path_factory.mktemp("served")
    with _bed.made(directory) as made:
        served.fill(made)
    return directory / "luopan.db"


@pytest.fixture
def fresh(request: pytest.FixtureRequest, _bed: Bed) -> "Fresh":
    """A kind of database for the examples of a property: the test runs on SQLite, PostgreSQL and MariaDB."""
    from tests.strategies import Fresh  # noqa: PLC0415 (imports the whole application)

    return Fresh(request.param, _bed)
