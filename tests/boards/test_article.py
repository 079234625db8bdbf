"""The week of the source article on the growth board: the limit is crossed between the 3rd and the 4th of May."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.boards.growth import GROWTH
from app.boards.view import BoardView
from app.cli.demo import article
from app.db import Database
from app.domain.period import Period
from app.metrics.compare import Status
from tests import small, strategies, worlds
from tests.plain import World
from tests.rich import panel, span, table, view

WEEK = span("2023-05-01..2023-05-07")
CHURN = ["1.55", "3.15", "4.75", "6.45", "8.25", "10.10", "12.00"]
"""Percent of the 10,000 friends at the close of April: 155, then 160, 160, 170, 180, 185 and 190 more."""


@pytest.fixture(scope="module")
def case() -> Iterator[Database]:
    """A database that holds the article's case."""
    database = strategies.memory()
    strategies.seed(database)
    units = [{"code": article.UNIT, "kind": "company", "parent": None, "active": True}]
    channels = [{"code": article.PARCEL, "kind": "source"}, {"code": "sms", "kind": "touchpoint"}]
    world = World(units, channels, dict(article.facts()), small.TODAY)
    worlds.write(database, world)
    yield database
    database.close()


def shown(case: Database, period: Period = WEEK) -> BoardView:
    """Return the growth board of the case."""
    return view(case, GROWTH, period, unit=article.UNIT)


def data(board: BoardView) -> Any:  # noqa: ANN401 (traces)
    """Return the traces of the churn figure."""
    figure = panel(board, "churn").figure
    assert figure is not None
    return figure["data"]


def test_the_churn_of_each_day(case: Database) -> None:
    rows = table(shown(case), "churn").rows
    assert [row.values["churn_rate_mtd"] for row in rows] == [Decimal(percent) / 100 for percent in CHURN]
    assert [row.label.zh for row in rows if row.hits] == ["5月4日", "5月5日", "5月6日", "5月7日"]


def test_the_first_day_above_the_limit_is_marked(case: Database) -> None:
    board = shown(case)
    churn, daily = panel(board, "churn"), table(board, "daily").rows
    assert churn.finding is not None
    assert churn.finding.zh == "5月4日起超过阈值，当日 6.45%，期末 12.00%"
    assert churn.status == Status.OVER_LIMIT
    assert churn.badge is not None
    assert churn.badge.zh == "已超 4 天"
    assert [row.note and row.note.zh for row in daily] == [None, None, None, "首次超阈值", None, None, None]
    assert [bool(row.hits) for row in daily] == [False] * 3 + [True] * 4


def test_days_without_entries_keep_what_was_lost_before_them_and_count_as_over(case: Database) -> None:
    churn = panel(shown(case, span("2023-05-01..2023-05-12")), "churn")
    assert churn.badge is not None
    assert churn.badge.zh == "已超 9 天"  # of which the 8th to the 12th have no entries
    assert churn.table is not None
    assert [row.values["churn_rate_mtd"] for row in churn.table.rows][6:] == [Decimal("0.12")] * 6
    assert churn.note is not None
    assert "没有填报的日子沿用" in churn.note.zh
    assert panel(shown(case, span("2023-05-01..2023-05-03")), "churn").note is None


def test_the_crossing_is_interpolated(case: Database) -> None:
    """5% lies 0.25 of the 1.70 points above the 3rd: 0.147 days, 3 hours and 31 minutes into it."""
    area, prorated, line, _ = data(shown(case))
    assert area["x"][:2] == ["2023-05-03T03:31", "2023-05-04"]
    assert area["x"][-2:] == ["2023-05-07", "2023-05-03T03:31"]
    assert area["y"] == [Decimal("0.05"), *(Decimal(p) / 100 for p in CHURN[3:]), Decimal("0.05"), Decimal("0.05")]
    assert line["marker"]["symbol"] == ["circle"] * 3 + ["diamond"] * 4
    assert prorated["y"][0] == worlds.rounded(Fraction(5, 3100), "rate")


def test_a_longer_range_still_names_the_day(case: Database) -> None:
    """Beyond 62 days the points are months, yet the limit was broken on a day."""
    board = shown(case, span("2023-04-01..2023-07-31"))
    churn = panel(board, "churn")
    assert churn.finding is not None
    assert churn.finding.zh.startswith("5月4日起超过阈值，当日 6.45%")
    assert churn.badge is not None
    assert churn.badge.zh == "1 个月超限"
    assert churn.figure is not None
    layout: Any = churn.figure["layout"]
    assert "<b>5月超过 5% 阈值</b><br>期末 12.00%" in [note["text"] for note in layout["annotations"]]


def test_the_cards_of_the_week(case: Database) -> None:
    cards = {card.metric: card for card in shown(case).cards}
    assert list(cards) == list(GROWTH.cards)
    assert (cards["friends_added"].value, cards["friends_current"].value) == (1440, 10240)
    churn = cards["churn_rate_mtd"]
    assert (churn.name.zh, churn.value, churn.limit) == ("月流失率", Decimal("0.12"), Decimal("0.05"))
    assert churn.status == Status.OVER_LIMIT
    assert churn.note is not None
    assert churn.note.zh == "阈值 5.00%，超 7.00pp"
    assert churn.compare is None  # nothing is known of April but its close
    assert cards["friends_added"].limit is None
    retention = cards["retention_total"]
    assert retention.value == worlds.rounded(Fraction(10240, 33214), "rate")
    assert retention.compare is None
