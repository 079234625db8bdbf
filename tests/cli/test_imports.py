"""`luopan import`: a file from the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from app.cli import main
from app.db import Database
from app.models import ChangeBatch, Sales
from app.settings import load
from tests import sheets
from tests.served import copied


@pytest.fixture
def luopan(served_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A Luopan with units, channels and the article's case, and a command line on it."""
    with copied(served_file) as made:
        monkeypatch.setenv("LUOPAN_DATABASE_URL", made.url.render_as_string(hide_password=False))
        load.cache_clear()
        yield made
        load.cache_clear()


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["import", str(file), *words], catch_exceptions=False)


def sales(database: Database) -> int:
    with database.read() as session:
        return session.execute(select(func.count()).select_from(Sales)).scalar_one()


def test_a_file_is_imported_with_what_its_columns_lack(luopan: Database, tmp_path: Path) -> None:
    file = tmp_path / "营收.xlsx"
    file.write_bytes(sheets.revenue_wide())
    before = sales(luopan)
    lacking = run(file, "--kind", "sales")
    assert lacking.exit_code == 1
    assert "unit: 请选择「单元」所在的列" in lacking.output
    given = ("--kind", "sales", "--unit", "ecommerce", "--customer-kind", "loyal", "--year", "2023")
    assert "nothing was written" in run(file, *given, "--dry-run").output
    assert sales(luopan) == before
    assert run(file, *given).exit_code == 0
    assert sales(luopan) == before + 41
    with luopan.read() as session:
        batch = session.execute(select(ChangeBatch).order_by(ChangeBatch.id.desc()).limit(1)).scalar_one()
        assert (batch.origin, batch.actor, batch.reason) == ("file", "luopan", "营收.xlsx")


@pytest.mark.usefixtures("luopan")
def test_rows_with_problems_are_listed_and_the_exit_code_is_1(tmp_path: Path) -> None:
    file = tmp_path / "好友.csv"
    file.write_bytes(sheets.friends_long(*sheets.TWO_BAD))
    refused = run(file, "--kind", "friends")
    assert refused.exit_code == 1
    assert "第 22 行「日期」：没有这一天：2023-02-30" in refused.output
    assert "20 new, 0 changed, 0 unchanged, 2 bad: nothing was written" in refused.output
    skipped = run(file, "--kind", "friends", "--skip-bad")
    assert skipped.exit_code == 1
    assert "2 bad: written" in skipped.output
    assert "20 unchanged" in run(file, "--kind", "friends", "--skip-bad").output


@pytest.mark.usefixtures("luopan")
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    file = tmp_path / "旧.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0")
    said = run(file, "--kind", "friends")
    assert said.exit_code == 1
    assert "这是旧版 xls 或加密的文件" in said.output
