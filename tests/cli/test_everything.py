"""Everything exported and imported into an empty installation is the same again, to the digit."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from app.boards import targets
from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.cli import main
from app.cli.everything import import_everything, restore, rows_in
from app.connectors import export_everything
from app.db import Database
from app.domain.errors import Conflict, Invalid
from app.domain.facts import TABLES
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.inputs.master import ChannelInput, UnitInput
from app.settings import load
from app.store import channels, days, settings, units
from tests import small, worlds
from tests.plain import World
from tests.strategies import emptied
from tests.strategies import worlds as any_world

NOW = datetime(2024, 3, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
NAMES = ("=1+1", "'quoted", "+49", "-5", "@sum", '逗号,和"引号"', "<r>x</r>")
METRICS = ("friends_added", "gmv", "churn_rate")


def nothing(_rows: int) -> None:
    """Stand in for a progress bar."""


def board(database: Database, key: str, period: Period, today: date) -> dict[str, Any]:
    """Return a board of the whole company, without the data version."""
    with database.read() as session:
        if key == "targets":
            view = targets.read(session, SYSTEM, "co", period.last, today)
        else:
            view = read(session, SYSTEM, BOARDS[key], Asked("co", period), today)
    return {**as_plain(view), "version": 0}


def packed(database: Database, path: Path) -> Path:
    """Return a zip of everything."""
    with database.read() as session, path.open("wb") as out:
        export_everything.write(session, out, NOW, nothing)
    return path


@st.composite
def full_worlds(draw: st.DrawFn) -> World:
    """Return a world with targets of every unit of measure."""
    world = draw(any_world())
    steps = st.integers(0, 10**12)
    wanted = [
        {"month": f"{world.today:%Y-%m}", "unit": "co", "metric": metric, "value": value, "channel": channel}
        for metric, channel, value in (
            ("friends_added", draw(st.sampled_from((None, "card"))), str(draw(steps))),
            ("gmv", None, f"{draw(steps)}.{draw(st.integers(0, 99)):02d}"),
            ("churn_rate", None, f"{draw(st.integers(0, 9))}.{draw(st.integers(0, 10**10 - 1)):010d}"),
        )
    ]
    return World(world.units, world.channels, {**world.facts, "targets": wanted}, world.today)


@given(full_worlds(), st.sampled_from(NAMES), st.integers(0, 30), st.sampled_from((*BOARDS, "targets")))
def test_it_is_the_same_again(world: World, name: str, ago: int, key: str) -> None:
    day = world.today - timedelta(days=ago)
    with emptied() as database, emptied("then") as other, TemporaryDirectory() as folder:
        worlds.write(database, World(world.units, world.channels, {}, world.today))
        with database.write() as session:
            units.put(session, SYSTEM, "co", UnitInput(name=name))
            days.mark(session, SYSTEM, "shop", day, world.today, on=True)
            settings.put(session, SYSTEM, "churn_limit", json.dumps("0.0333"))
            channels.put(session, SYSTEM, "unattributed_source", ChannelInput(name=name, position=3))
        for kind in TABLES:
            worlds.put(database, world, kind, world.facts[kind])
        with database.write() as session:
            channels.put(session, SYSTEM, "sms", ChannelInput(active=False))
            units.put(session, SYSTEM, "mid", UnitInput(active=False))
        path = packed(database, Path(folder) / "all.zip")
        counts = import_everything(other, path, world.today, nothing)
        assert worlds.stored(other) == worlds.stored(database)
        period = Period(world.today - timedelta(days=40), world.today)
        assert board(other, key, period, world.today) == board(database, key, period, world.today)
        assert sum(counts[kind] for kind in TABLES) == rows_in(path) == sum(len(rows) for rows in world.facts.values())


@contextmanager
def changed(path: Path, name: str, data: bytes | None) -> Iterator[Path]:
    """Give a zip with one file of it replaced or left out."""
    other = path.with_name("changed.zip")
    with ZipFile(path) as old, ZipFile(other, "w") as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
            elif data is not None:
                new.writestr(part, data)
    yield other


def test_all_or_nothing_goes_into_an_empty_database_only(database: Database, tmp_path: Path) -> None:
    with emptied() as source:
        worlds.write(source, small.WORLD)
        path = packed(source, tmp_path / "all.zip")
        before = worlds.stored(source)
    blank = worlds.stored(database)
    for name, data, sentence in (
        ("friends.csv", b"day\r\n", "friends.csv is missing or damaged"),
        ("sales.csv", None, "sales.csv is missing or damaged"),
        ("manifest.json", b"{}", "is not a whole export"),
        ("manifest.json", None, "is not a whole export"),
    ):
        with changed(path, name, data) as broken, pytest.raises(Invalid) as refused:
            import_everything(database, broken, small.TODAY, nothing)
        assert sentence in refused.value.issues[0].message.en
    with pytest.raises(Invalid) as refused:  # the last facts lie in the future of that day
        import_everything(database, path, date(2024, 3, 19), nothing)
    assert refused.value.issues[0].field == "friends.csv:28 day"
    assert worlds.stored(database) == blank
    import_everything(database, path, small.TODAY, nothing)
    assert worlds.stored(database) == before
    with ZipFile(path) as one, ZipFile(packed(database, tmp_path / "again.zip")) as other:
        assert json.loads(one.read("manifest.json")) == json.loads(other.read("manifest.json"))
    with pytest.raises(Conflict):
        import_everything(database, path, small.TODAY, nothing)


def test_the_commands_write_and_read_files(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUOPAN_DATABASE_URL", sqlite_database.url.render_as_string(hide_password=False))
    load.cache_clear()

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["export", *words], catch_exceptions=False)

    with emptied() as source:
        worlds.write(source, small.WORLD)
        restore(packed(source, tmp_path / "all.zip"))
    for name in ("friends.csv", "friends.xlsx"):
        result = run(f"{tmp_path / name}", "--kind", "friends", "--unit", "north", "--from", "2024-03-01")
        assert (result.exit_code, "7 row(s)" in result.stderr) == (0, True), result.stderr
    lines = (tmp_path / "friends.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[1] == "2024-03-01,east,east,card,card,31,4,8"
    assert "2024-03-01,west,west,card,card,未填,未填,未填" in lines
    assert run(str(tmp_path / "again.zip")).exit_code == 0
    assert rows_in(tmp_path / "again.zip") == rows_in(tmp_path / "all.zip")
    for words, sentence in (
        (("x.pdf",), "must end in .zip, .xlsx, .csv"),
        (("x.csv",), "--kind says which table"),
        (("x.zip", "--kind", "friends"), "a zip holds everything"),
        (("x.csv", "--kind", "friends", "--from", "2023-02-30"), "this day does not exist"),
        (("x.csv", "--kind", "friends", "--unit", "nowhere"), "unknown unit: nowhere"),
        (("no/x.csv", "--kind", "friends"), "No such file or directory"),
    ):
        result = run(f"{tmp_path}/{words[0]}", *words[1:])
        assert (result.exit_code > 0, sentence in result.stderr) == (True, True), result.stderr
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("x.")]
    load.cache_clear()
