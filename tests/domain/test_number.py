"""Exact numbers inside, rounded half away from zero on their way out."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.facts import Unit
from app.domain.number import Number, half_up, plain, ratio
from tests.worlds import rounded


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(1, 200), 2, "0.01"),  # 0.005
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(7, 2), 0, "4"),  # not to even
        (Fraction(1249, 100_000), 3, "0.012"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Decimal("2.675"), 2, "2.68"),  # a float would be below the half
        (Decimal("1.005"), 2, "1.01"),
        (0, 2, "0.00"),
        (7, 2, "7.00"),
        (10**15 + 1, 0, "1000000000000001"),
    ],
)
def test_halves_go_away_from_zero(value: Number | Decimal, decimals: int, shown: str) -> None:
    assert str(half_up(value, decimals)) == shown


def test_what_rounds_to_zero_has_no_sign() -> None:
    assert not half_up(Fraction(-1, 1000), 2).is_signed()


LARGEST = 10**17
"""Fen of all facts together fit a column of 64 bits; with ten decimals that is what a Decimal writes exactly."""


@given(st.fractions(-LARGEST, LARGEST), st.sampled_from(list(Unit)))
def test_rounding_agrees_with_the_long_division(value: Fraction, unit: Unit) -> None:
    assert plain(value, unit) == rounded(value, unit)
    assert plain(-value, unit) == -(rounded(value, unit) or 0)


@pytest.mark.parametrize(
    ("value", "unit", "given"),
    [
        (None, Unit.COUNT, None),
        (None, Unit.YUAN, None),
        (None, Unit.RATE, None),
        (41, Unit.COUNT, 41),
        (Fraction(81, 2), Unit.COUNT, 41),  # a forecast of heads
        (Fraction(1, 3), Unit.YUAN, Decimal("0.33")),
        (Fraction(2, 3), Unit.RATE, Decimal("0.6666666667")),
        (Fraction(-2, 3), Unit.RATE, Decimal("-0.6666666667")),
    ],
)
def test_a_value_is_given_out_by_its_unit(value: Number | None, unit: Unit, given: int | Decimal | None) -> None:
    found = plain(value, unit)
    assert found == given
    assert type(found) is type(given)


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [
        (1, 3, Fraction(1, 3)),
        (0, 3, Fraction(0)),
        (-1, 4, Fraction(-1, 4)),
        (Fraction(1, 2), Fraction(1, 3), Fraction(3, 2)),
        (1, 0, None),
        (0, 0, None),
        (5, -2, None),
        (None, 3, None),
        (3, None, None),
        (None, None, None),
    ],
)
def test_a_quotient_over_nothing_zero_or_less_has_no_value(
    numerator: Number | None, denominator: Number | None, quotient: Fraction | None
) -> None:
    assert ratio(numerator, denominator) == quotient
