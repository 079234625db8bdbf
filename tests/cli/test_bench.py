"""What `luopan bench` says of a run: never how fast it was, but that all was measured and both ways agreed."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text, update

from app.cli import main
from app.cli.bench import bars, page
from app.cli.bench.answers import answer_figures
from app.cli.bench.bars import Bar
from app.cli.bench.company import ROOT, Size, make
from app.cli.bench.million import million_figures
from app.cli.bench.postgresql import postgresql_figures
from app.cli.bench.starts import start_figures
from app.cli.bench.sums import sums_figures
from app.cli.bench.writes import Amounts, write_figures
from app.db import Database
from app.models import SUMS
from app.queries import drift
from app.queries.units import load_tree
from app.store.batch import Batch
from tests import bed

TODAY = date(2026, 11, 28)
SMALL = Size(units=6, days=75, channels=2)
RUN = {
    "machine": {"processor": "one"},
    "load": {"before": "0.1, 0.1, 0.1"},
    "data": "few",
    "day": "2026-11-28",
    "figures": {"memory at rest, MB": 120.0, "a rest": 1234.5, "304 / bare response, requests per second": 0.8},
}


def _bench(*words: str) -> Result:
    return CliRunner().invoke(main, ["bench", *words], catch_exceptions=False)


@pytest.fixture
def company(sqlite_database: Database) -> Database:
    """A company of two divisions with facts and rollups."""
    make(sqlite_database, SMALL, TODAY)
    return sqlite_database


def test_a_quick_run_compares_both_ways_and_writes_machine_bars_and_figures(tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    shown = _bench("--quick", "--rounds", "1", "--json", str(out)).stdout
    run = json.loads(out.read_text(encoding="utf-8"))
    assert set(run) == {"machine", "load", "day", "data", "figures", "bars"}
    assert set(run["machine"]) == {"processor", "memory", "system", "python", "sqlite"}
    assert run["figures"]["numbers compared and found equal, SQLite"] > 100
    assert all(value > 0 for value in run["figures"].values())
    assert {row["figure"] for row in run["bars"]} == {bar.figure for bar in bars.BARS} & run["figures"].keys()
    assert {"figure", "value", "bar", "reached"} == set(run["bars"][0])
    assert all(name in shown for name in run["figures"])


def test_a_run_is_printed_as_markdown_without_measuring(tmp_path: Path) -> None:
    known = tmp_path / "run.json"
    known.write_text(json.dumps(RUN), encoding="utf-8")
    lines = _bench("--markdown", str(known)).output.splitlines()
    assert "| memory at rest, MB | 120.00 | ≤ 110 | no |" in lines
    assert "| 304 / bare response, requests per second | 0.80 | ≥ 0.7 | yes |" in lines
    assert "| a rest | 1,234.50 |" in lines
    assert "| load before | 0.1, 0.1, 0.1 |" in lines


def test_a_bar_is_the_most_or_the_least_that_a_figure_may_be() -> None:
    most, least = Bar("a", 2.0), Bar("a", 2.0, least=True)
    assert (most.reached(2.0), most.reached(2.1), least.reached(2.0), least.reached(1.9)) == (True, False, True, False)


def test_bars_of_parts_that_were_left_out_are_not_shown() -> None:
    assert [row.bar.figure for row in bars.rows({"memory at rest, MB": 1.0})] == ["memory at rest, MB"]
    assert "Dash" not in "".join(page.lines({"memory at rest, MB": 1.0}))


def test_the_hundredth_has_a_hundredth_of_the_stores_and_the_same_days() -> None:
    size = Size(1000, 1095, 6)
    assert (size.friends, size.divisions) == (6_570_000, 20)
    assert (size.small, size.small.divisions) == (Size(10, 1095, 6), 2)


def test_numbers_that_differ_end_the_run(company: Database) -> None:
    with company.read() as session:
        root = load_tree(session).by_code[ROOT].id
    table = SUMS["friends"].day
    with company.write() as session:
        session.execute(update(table).where(table.c.unit_id == root).values(adds=table.c.adds + 1))
    with pytest.raises(RuntimeError, match="do not say what the facts say"):
        sums_figures(company, "SQLite", TODAY, 1)


def test_only_the_writes_that_leave_them_out_make_rollups_wrong(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("app.cli.bench.writes.Bare", Batch)
        write_figures(company, SMALL, TODAY, 1, Amounts(singles=1, rows=30))
    with company.read() as session:
        assert not any(drift.check(session, lambda _done, _of: None).values())
    figures = write_figures(company, SMALL, TODAY, 1, Amounts(singles=1, rows=30))
    assert figures["write with / without rollups, a batch"] > 0
    with company.read() as session:
        assert drift.check(session, lambda _done, _of: None)["friends: sums of days and months"] > 0


@pytest.mark.long
def test_a_served_company_is_measured_with_a_cache_and_without(company: Database) -> None:
    url = f"sqlite:///{Path(str(company.url.database)).resolve()}"
    figures = answer_figures(company, url, TODAY, 1) | start_figures(url, 1)
    assert all(value > 0 for value in figures.values())
    assert {row.bar.figure for row in bars.rows(figures)} >= {
        "cached board / bare response, CPU",
        "304 / bare response, requests per second",
        "board over HTTP / its own SQL, company, 18 months",
        "memory at rest, MB",
        "start to the first answer, s",
    }


@pytest.mark.parametrize("kind", [kind for kind in ("postgresql",) if kind in bed.found()])
@pytest.mark.long
def test_a_run_on_postgresql_leaves_no_database_behind(kind: str) -> None:
    server = Database(bed.SERVERS[kind])
    figures, version = postgresql_figures(bed.SERVERS[kind], SMALL, TODAY, 1)
    assert figures["board / its own SQL, company on PostgreSQL, 18 months"] > 0
    assert version
    with server.engine.connect() as connection:
        assert not connection.execute(text("SELECT 1 FROM pg_database WHERE datname LIKE 'luopan_bench_%'")).all()
    server.close()


@pytest.mark.long
def test_an_import_by_the_command_is_measured(sqlite_database: Database, tmp_path: Path) -> None:
    size = Size(units=6, days=0, channels=2)
    make(sqlite_database, size, TODAY)
    url = f"sqlite:///{Path(str(sqlite_database.url.database)).resolve()}"
    figures = million_figures(sqlite_database, url, size, tmp_path, rows=240)
    assert figures["import by the command, most memory, MB"] > 0
