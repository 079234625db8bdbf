"""What a formula makes of its terms: nothing of nothing, money out of fen, ratios of sums."""

from datetime import date
from fractions import Fraction

import pytest

from app.domain.book import Book, Group
from app.domain.number import Number
from app.domain.period import Period
from app.domain.terms import Fact, Total
from app.metrics.catalog import CATALOG, DEFINED
from app.metrics.compare import value


def computed(key: str, *answers: Number | None) -> Number | None:
    """Return a metric whose terms are answered in order."""
    return CATALOG[key].value(*answers)


@pytest.mark.parametrize(
    ("key", "answers", "result"),
    [
        ("friends_added", (7,), 7),
        ("friends_added", (0,), 0),
        ("friends_added", (None,), None),
        ("friends_net", (7, 9), -2),
        ("friends_net", (7, None), None),
        ("friends_net", (None, 9), None),
        ("friends_current", (-3,), -3),
        ("friends_current", (None,), None),
        ("gmv", (12345,), Fraction(12345, 100)),  # fen become yuan
        ("gmv", (0,), 0),
        ("gmv", (None,), None),
        ("gmv_net", (2929, 10000), Fraction(-7071, 100)),
        ("gmv_net", (2929, None), None),
        ("aov", (1000, 3), Fraction(10, 3)),  # yuan by order
        ("aov", (1000, 0), None),
        ("new_share", (250, 1000), Fraction(1, 4)),  # fen by fen is no money
        ("new_share", (0, 0), None),
        ("retention_total", (300, 500), Fraction(3, 5)),
        ("churn_rate", (5, -10), None),  # a stock below zero is no base
        ("push_cpm", (1555, 1500), Fraction(1555 * 10, 1500)),
        ("push_cpm", (1555, None), None),
        ("push_loss_rate", (3, 1500), Fraction(1, 500)),
    ],
)
def test_a_metric_of_answered_terms(key: str, answers: tuple[Number | None, ...], result: Number | None) -> None:
    assert computed(key, *answers) == result


def test_a_rate_over_a_period_is_the_ratio_of_its_sums() -> None:
    """10 of 20 and 10 of 80 are 20 of 100, not the mean of 50% and 12.5%."""
    adds, reach = CATALOG["add_rate"].terms
    assert isinstance(adds, Total)
    assert isinstance(reach, Total)
    first, last = date(2024, 2, 28), date(2024, 2, 29)
    flows: dict[Total, dict[Group, dict[date, int]]]
    flows = {adds: {None: {first: 10, last: 10}}, reach: {None: {first: 20, last: 80}}}
    book = Book(date(2024, 3, 1), (Period(first, last),), flows, {})
    assert value(CATALOG["add_rate"], book, Period(first, last)) == Fraction(1, 5)
    assert value(CATALOG["add_rate"], book, Period(last, last)) == Fraction(1, 8)


def test_terms_of_a_formula_are_what_has_to_be_loaded() -> None:
    assert CATALOG["gmv"].terms == (Total(Fact.GMV),)
    assert CATALOG["friends_net"].terms == (Total(Fact.ADDS), Total(Fact.LOSSES))


@pytest.mark.parametrize(
    ("cost", "gmv", "found"),
    [
        (100, 350, (Fraction(5, 2), Fraction(9, 2), Fraction(7, 2), Fraction(5, 2))),
        (100, 40, (Fraction(-3, 5), Fraction(7, 5), Fraction(2, 5), Fraction(-3, 5))),
        (0, 350, (Fraction(7, 2), None, None, None)),
        (None, 350, (None, None, None, None)),
        (100, None, (None, None, None, None)),
    ],
)
def test_three_ways_to_count_a_return(cost: int | None, gmv: int | None, found: tuple[Fraction | None, ...]) -> None:
    keys = ("push_profit", "push_return", "push_gmv_over_cost", "push_profit_over_cost")
    assert tuple(DEFINED[key].value(gmv, cost) for key in keys) == found  # fen in, yuan and times out
    assert not {*keys} & CATALOG.keys()  # they are no metrics of the contract
