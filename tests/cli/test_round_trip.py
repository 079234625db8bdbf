"""What goes out as a file comes in again as the same rows, in every kind and format."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.db import Database
from app.domain.facts import TABLES
from app.settings import load
from tests import small, worlds
from tests.plain import World

TARGETS: list[dict[str, Any]] = [
    {"month": "2024-03", "unit": "co", "metric": "friends_added", "value": "1000000000000"},
    {"month": "2024-03", "unit": "co", "metric": "gmv", "channel": "group", "customer_kind": "new", "value": "0.07"},
    {"month": "2024-02", "unit": "west", "metric": "gmv", "customer_kind": "loyal", "value": "9999999999999.99"},
    {"month": "2024-02", "unit": "west", "metric": "add_rate", "channel": "card", "value": "0.0123456789"},
    {"month": "2024-02", "unit": "east", "metric": "churn_rate", "value": None},
]
MASTER = World([{**unit, "active": True} for unit in small.UNITS], small.CHANNELS, {}, small.TODAY)
WORLD = World(MASTER.units, MASTER.channels, {**small.WORLD.facts, "targets": TARGETS}, small.TODAY)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_of_each_kind_is_an_import_of_it(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    def run(*words: str) -> str:
        load.cache_clear()
        result = CliRunner().invoke(main, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stderr

    for kind in TABLES:
        monkeypatch.setenv("LUOPAN_DATABASE_URL", f"sqlite:///{tmp_path}/source.db")
        if kind == "friends":
            run("migrate")
            source = Database(f"sqlite:///{tmp_path}/source.db")
            worlds.write(source, WORLD)
            worlds.write(sqlite_database, MASTER)
        run("export", f"{tmp_path}/{kind}.{suffix}", "--kind", kind)
        monkeypatch.setenv("LUOPAN_DATABASE_URL", sqlite_database.url.render_as_string(hide_password=False))
        said = run("import", f"{tmp_path}/{kind}.{suffix}", "--kind", kind)
        assert f"{len(WORLD.facts[kind])} new, 0 changed, 0 unchanged, 0 bad" in said
    assert worlds.stored(sqlite_database) == worlds.stored(source)
    source.close()
    load.cache_clear()
