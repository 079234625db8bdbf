"""What is compared with Dash: nothing without the extra, and only boards that show the same numbers."""

import importlib.util
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from app.cli.bench import rivals
from app.cli.bench.agree import refuse_differences
from app.cli.demo.load import load_demo
from app.db import Database
from app.settings import load

MONTH: dict[str, Any] = {"friends_added": 1200, "add_rate": 0.0543797762}
OURS: dict[str, Any] = {
    "cards": [
        {"metric": "friends_added", "unit": "count", "value": 1200},
        {"metric": "add_rate", "unit": "rate", "value": 0.0543797762},
    ],
    "panels": [
        {"key": "daily", "table": {"rows": [{"label": "5月", **MONTH}], "total": {"label": "合计", **MONTH}}},
        {
            "key": "cohorts",
            "table": {
                "rows": [
                    {"label": "5/1", "retention_d1": 0.9, "retention_d7": "未到观察期", "retention_d30": None},
                ]
            },
        },
    ],
}


def _drawn(text: str) -> dict[str, Any]:
    parts = [{"props": {"children": child}} for child in ("name", text)]
    return {"props": {"children": parts}}


def _theirs() -> dict[str, Any]:
    return {
        "response": {
            "cards": {"children": [_drawn("1,200"), _drawn("5.44%")]},
            "daily": {"data": [dict(MONTH), dict(MONTH)]},
            "cohorts": {"data": [{"d1": 0.9, "d7": None, "d30": None}]},
        }
    }


def test_boards_that_show_the_same_numbers_may_be_compared() -> None:
    refuse_differences(OURS, _theirs())


def test_a_card_that_shows_another_number_ends_the_comparison() -> None:
    theirs = _theirs()
    theirs["response"]["cards"]["children"][0] = _drawn("1,201")
    with pytest.raises(RuntimeError, match="card friends_added: 1200 here, 1201"):
        refuse_differences(OURS, theirs)


def test_a_cell_that_is_missing_or_another_ends_the_comparison() -> None:
    for value in (None, 0.0543798):
        theirs = deepcopy(_theirs())
        theirs["response"]["daily"]["data"][0]["add_rate"] = value
        with pytest.raises(RuntimeError, match="daily, 5月, add_rate"):
            refuse_differences(OURS, theirs)


def test_a_table_of_another_length_ends_the_comparison() -> None:
    theirs = _theirs()
    theirs["response"]["cohorts"]["data"] = []
    with pytest.raises(RuntimeError, match="rows of cohorts: 1 here, 0"):
        refuse_differences(OURS, theirs)


def test_without_the_extra_one_line_says_what_is_left_out(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rivals, "NEEDED", ("dash_that_nobody_has",))
    assert rivals.rival_figures(sqlite_database, "sqlite://", load().today(), 1) == {}
    assert capsys.readouterr().err == f"{rivals.MISSING}\n"


@pytest.mark.long
def test_the_dash_app_shows_our_numbers(sqlite_database: Database) -> None:
    if importlib.util.find_spec("dash") is None:
        pytest.skip(rivals.MISSING)
    today = load().today()
    load_demo(sqlite_database, today, lambda _line: None)
    url = f"sqlite:///{Path(str(sqlite_database.url.database)).resolve()}"
    figures = rivals.rival_figures(sqlite_database, url, today, 1)
    assert json.loads(json.dumps(figures)) == figures
    assert all(value > 0 for value in figures.values())
    assert len(figures) == 10
