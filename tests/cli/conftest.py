"""What the tests of backups are given: a command line on any database, and a backup of a small one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.inputs.master import ChannelInput, UnitInput
from app.settings import load
from app.store import channels, units, users
from tests.bed import Bed
from tests.served import stored_password

On = Callable[..., Result]

TEAMS = ("team0", "team1", "team2", "team3")
SOURCES = ("one", "two", "three")
HARD = "罗盘 😀 '%"
"""The name of each source: hard to keep."""


def set_up(database: Database) -> None:
    """Write a person, four teams and three sources."""
    with database.write() as session:
        users.add(session, SYSTEM, "ada", [users.Given(Role.ADMIN)], stored_password())
        for code in TEAMS:
            units.put(session, SYSTEM, code, UnitInput(name="组", kind="team"))
        for code in SOURCES:
            channels.put(session, SYSTEM, code, ChannelInput(name=HARD, kind="source"))


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Iterator[On]:
    """A command line on a database or an address."""

    def run(place: Database | str, *words: str | Path) -> Result:
        address = place if isinstance(place, str) else place.url.render_as_string(hide_password=False)
        monkeypatch.setenv("LUOPAN_DATABASE_URL", address)
        load.cache_clear()
        return CliRunner().invoke(main, list(map(str, words)), catch_exceptions=False)

    yield run
    load.cache_clear()


@pytest.fixture(scope="session")
def saved(_bed: Bed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small SQLite database, only to read from."""
    directory = tmp_path_factory.mktemp("saved")
    with _bed.made(directory) as database, pytest.MonkeyPatch.context() as patch:
        set_up(database)
        patch.setenv("LUOPAN_DATABASE_URL", database.url.render_as_string())
        load.cache_clear()
        assert CliRunner().invoke(main, ["backup", str(directory / "saved.db")]).exit_code == 0
    load.cache_clear()
    return directory / "saved.db"
