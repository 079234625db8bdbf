"""Unusual days: far outside of the same weekdays before, and never on few of them."""

from fractions import Fraction

import pytest

from app.domain.facts import Unit
from app.domain.number import Number
from app.metrics.anomaly import RULE, Unusual, median, unusual

EIGHT = [100, 104, 98, 110, 102, 96, 108, 100]
"""From 96 to 110; the middle two are 100 and 102, so the margin is 25.25."""


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, None),
        (100, None),
        (135, None),  # 25 above the highest, which is within the margin
        (136, Unusual(136, 96, 110, 8)),
        (71, None),
        (70, Unusual(70, 96, 110, 8)),
        (0, Unusual(0, 96, 110, 8)),
    ],
)
def test_a_day_is_unusual_beyond_all_others_by_a_quarter_of_their_median(
    value: Number | None, found: Unusual | None
) -> None:
    assert unusual(value, EIGHT, Unit.COUNT) == found


def test_fewer_than_four_recorded_days_say_nothing() -> None:
    assert unusual(1000, [1, None, 2, None, 3, None, None, None], Unit.COUNT) is None
    found = unusual(1000, [1, None, 2, None, 3, 0], Unit.COUNT)
    assert found == Unusual(1000, 0, 3, 4)
    assert found.is_high


def test_a_few_heads_more_are_not_unusual_but_a_few_points_are() -> None:
    assert unusual(5, [1, 1, 1, 1], Unit.COUNT) is None
    assert unusual(6, [1, 1, 1, 1], Unit.COUNT) is not None
    low = unusual(Fraction(1, 100), [Fraction(5, 100)] * 4, Unit.RATE)
    assert low is not None
    assert not low.is_high


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert median([1, 2, 4, 9]) == 3
    assert median([1, 2, 9]) == 2


def test_the_rule_names_its_own_numbers() -> None:
    for part in ("8", "25%", "5", "4"):
        assert part in RULE.zh
        assert part in RULE.en
