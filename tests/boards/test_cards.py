"""Cards: tone, labels, limits and what they are compared with."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.boards.cards import compare_label, delta, tone
from app.boards.growth import GROWTH
from app.boards.sales import SALES
from app.boards.view import Tone
from app.db import Database
from app.domain.number import Number
from app.domain.period import Compare
from app.metrics.catalog import CATALOG
from app.metrics.compare import Compared, Status, compare
from tests.rich import span, view

MARCH = span("2024-03-01..2024-03-31")


@pytest.mark.parametrize(
    ("key", "now", "before", "found"),
    [
        ("friends_added", 12, 10, Tone.GOOD),
        ("friends_added", 8, 10, Tone.BAD),
        ("friends_added", 10, 10, Tone.NEUTRAL),
        ("friends_added", 10, 0, Tone.NEUTRAL),  # no change can be told
        ("friends_lost", 12, 10, Tone.BAD),
        ("friends_lost", 8, 10, Tone.GOOD),
        ("churn_rate", Fraction(6, 100), Fraction(5, 100), Tone.BAD),
        ("churn_rate", Fraction(4, 100), 0, Tone.BAD),  # points can be told where a change cannot
        ("retention_total", Fraction(4, 100), Fraction(3, 100), Tone.GOOD),
        ("retention_total", None, Fraction(3, 100), Tone.NEUTRAL),
    ],
)
def test_only_what_is_better_is_good(key: str, now: Number | None, before: Number, found: Tone) -> None:
    assert tone(CATALOG[key], compare(CATALOG[key], now, before)) is found


def test_a_delta_is_rounded_and_absent_without_a_value_to_compare_with() -> None:
    assert delta(CATALOG["gmv"], Compared(None, None, None)) is None
    found = delta(CATALOG["gmv"], compare(CATALOG["gmv"], Fraction(10), Fraction(30, 7)))
    assert found is not None
    assert (found.value, found.change, found.points) == (Decimal("4.29"), Decimal("1.3333333333"), None)


@pytest.mark.parametrize(
    ("how", "period", "label"),
    [
        (Compare.PREVIOUS, "2024-02-01..2024-02-20", "较 2/1–2/20"),
        (Compare.PREVIOUS, "2023-12-31..2023-12-31", "较 12/31"),
        (Compare.PREVIOUS, "2023-12-30..2024-01-02", "较 2023/12/30–2024/1/2"),
        (Compare.LAST_YEAR, "2023-02-01..2023-02-28", "较 2023/2/1–2/28"),
        (Compare.LAST_YEAR, "2022-12-30..2023-01-02", "较 2022/12/30–2023/1/2"),
    ],
)
def test_a_label_names_the_compared_days(how: Compare, period: str, label: str) -> None:
    assert compare_label(how, span(period)).zh == label


def test_a_running_month_is_compared_with_the_same_days_and_says_so(shop: Database) -> None:
    shown = view(shop, GROWTH, MARCH)
    assert shown.scope.compared == span("2024-02-01..2024-02-20")
    assert {card.compare_label and card.compare_label.zh for card in shown.cards} == {"较 2/1–2/20"}
    last_year = view(shop, SALES, MARCH, how=Compare.LAST_YEAR)
    assert last_year.scope.compared == span("2023-03-01..2023-03-20")
    assert {card.compare_label and card.compare_label.zh for card in last_year.cards} == {"较 2023/3/1–3/20"}


@pytest.mark.parametrize(("unit", "status"), [("east", Status.OVER_LIMIT), ("west", Status.WITHIN_LIMIT)])
def test_a_card_with_a_limit_says_how_it_stands(shop: Database, unit: str, status: Status) -> None:
    cards = {card.metric: card for card in view(shop, GROWTH, MARCH, unit=unit).cards}
    churn = cards["churn_rate_mtd"]
    assert churn.status == status
    assert churn.note is not None
    assert {"余" in churn.note.zh, "超" in churn.note.zh} == {True, False}
    assert ("超" in churn.note.zh) == (status is Status.OVER_LIMIT)
    assert {card.status for card in cards.values()} == {None, status}


def test_a_channel_has_no_stock(shop: Database) -> None:
    """Neither a source nor a touchpoint: friends are counted by unit."""
    for channel in ("card", "group"):
        shown = view(shop, GROWTH, MARCH, channel=channel)
        values = {card.metric: card.value for card in shown.cards}
        stocks = ("friends_cumulative", "friends_current", "retention_total", "churn_rate_mtd")
        assert [values[key] for key in stocks] == [None] * 4
        assert (values["friends_added"] is None) == (channel == "group")
