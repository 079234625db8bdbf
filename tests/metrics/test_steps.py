"""Target values as whole steps of their metric's unit."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.number import Number
from app.metrics.catalog import CATALOG
from app.metrics.targets import MAX_STEPS, STEPS, from_steps, to_steps


@pytest.mark.parametrize(
    ("key", "value", "steps", "back"),
    [
        ("friends_added", "310", 310, 310),
        ("friends_added", "0", 0, 0),
        ("friends_added", "3.5", None, None),  # half a friend
        ("gmv", "470553.00", 47_055_300, 470_553),
        ("gmv", "0.01", 1, Fraction(1, 100)),
        ("gmv", "0.001", None, None),
        ("churn_rate", "0.05", 500_000_000, Fraction(1, 20)),
        ("add_rate", "0.1477900001", 1_477_900_001, Fraction(1_477_900_001, 10**10)),
        ("add_rate", "0.14779000001", None, None),  # eleven decimals
    ],
)
def test_a_target_is_stored_in_whole_steps(key: str, value: str, steps: int | None, back: Number | None) -> None:
    assert to_steps(CATALOG[key], Decimal(value)) == steps
    assert from_steps(CATALOG[key], steps) == back


def test_every_unit_has_steps_and_a_bound() -> None:
    units = {metric.unit for metric in CATALOG.values()}
    assert units == set(STEPS) == set(MAX_STEPS)
