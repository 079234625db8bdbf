"""Why GMV changed: parts that add up to the fen, equal to a plain computation over all orders of change."""

from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metrics.bridge import Bridge, Part, Side, bridge, shapley, whole

counts = st.integers(1, 10**7)
fens = st.integers(0, 10**10)
maybe = st.one_of(st.none(), st.integers(-3, 10**4))
factors = st.fractions(0, 100, max_denominator=1000)
pairs = st.lists(st.tuples(factors, factors), min_size=1, max_size=4)


@st.composite
def sides(draw: st.DrawFn, quantities: st.SearchStrategy[Any] = counts) -> Side:
    """Return a side whose new and old customers make up its GMV."""
    new, old = draw(fens), draw(fens)
    return Side(new + old, new, old, *(draw(quantities) for _ in range(3)))


def made(before: Side, after: Side) -> Bridge:
    """Return a bridge that there is."""
    found = bridge(before, after)
    assert found is not None
    return found


def over_all_orders(before: list[Fraction], after: list[Fraction]) -> list[Fraction]:
    """Change the factors one after the other, in every order, and average what each change did."""
    sums = [Fraction(0)] * len(before)
    orders = list(permutations(range(len(before))))
    for order in orders:
        now = list(before)
        for place in order:
            was = prod(now, start=Fraction(1))
            now[place] = after[place]
            sums[place] += prod(now, start=Fraction(1)) - was
    return [total / len(orders) for total in sums]


@given(pairs)
def test_a_contribution_is_the_mean_over_all_orders_of_change(both: list[tuple[Fraction, Fraction]]) -> None:
    before, after = [low for low, _ in both], [high for _, high in both]
    assert shapley(before, after) == over_all_orders(before, after)


@given(sides(), sides())
def test_parts_add_up_to_the_fen(before: Side, after: Side) -> None:
    found = made(before, after)
    assert [part.key for part in found.factors] == ["users", "buyers/users", "orders/buyers", "gmv/orders"]
    assert [part.key for part in found.customers] == ["gmv_new", "gmv_old"]
    assert sum(part.effect for part in found.factors) == sum(part.effect for part in found.customers) == found.change
    assert found.change == (after.gmv or 0) - (before.gmv or 0)
    assert found.lacking == ()


@given(sides(), sides())
def test_parts_are_the_plain_contributions_rounded_by_less_than_a_fen(before: Side, after: Side) -> None:
    found = made(before, after)
    values = [
        [Fraction(value or 0) for value in side]
        for side in zip(*((p.before, p.after) for p in found.factors), strict=True)
    ]
    assert [prod(side) for side in values] == [before.gmv, after.gmv]
    exact = over_all_orders(*values)
    assert all(abs(part.effect - value) < 1 for part, value in zip(found.factors, exact, strict=True))


@given(sides(), sides())
def test_swapping_both_sides_turns_every_sign(before: Side, after: Side) -> None:
    there, back = made(before, after), made(after, before)
    for way, other in zip(there.factors, back.factors, strict=True):
        assert (way.before, way.after) == (other.after, other.before)
        assert abs(way.effect + other.effect) <= 1  # a fen of rounding
    assert [part.effect for part in there.customers] == [-part.effect for part in back.customers]


@given(sides(), st.integers(1, 50), st.sampled_from(range(4)))
def test_a_factor_that_does_not_change_contributes_nothing(side: Side, times: int, place: int) -> None:
    """From `place` on every quantity grows alike: only the factor there has changed."""
    gmv, users, buyers, orders = (value or 0 for value in (side.gmv, side.users, side.buyers, side.orders))
    grown = [value * times if index >= place else value for index, value in enumerate((users, buyers, orders, gmv))]
    found = made(side, Side(grown[3], None, None, *grown[:3]))
    effects = [part.effect for part in found.factors]
    assert effects == [gmv * (times - 1) if index == place else 0 for index in range(4)]


@given(sides(maybe), sides(maybe))
def test_what_is_missing_or_not_above_zero_makes_no_factor(before: Side, after: Side) -> None:
    found = made(before, after)
    usable = {
        name
        for name in ("users", "buyers", "orders")
        if all((getattr(side, name) or 0) > 0 for side in (before, after))
    }
    assert set(found.lacking) == {"users", "buyers", "orders"} - usable
    named = {name for part in found.factors for name in part.key.split("/")}
    assert named == (usable | {"gmv"} if usable else set())
    if usable:
        assert sum(part.effect for part in found.factors) == found.change


@given(st.lists(st.fractions(-100, 100, max_denominator=997), min_size=1, max_size=6))
def test_rounded_parts_keep_their_sum(parts: list[Fraction]) -> None:
    rest = Fraction(-sum(parts)) % 1
    rounded = whole([*parts, rest])
    assert sum(rounded) == sum(parts, rest)
    assert all(abs(value - part) < 1 for value, part in zip(rounded, [*parts, rest], strict=True))


def test_a_change_that_is_counted_by_hand() -> None:
    """2 users and 1 fen each, then 4 and 3: users add 2 x (1 + 3) / 2, the value of each 2 x (2 + 4) / 2."""
    found = made(Side(2, users=2), Side(12, users=4))
    assert found.factors == (Part("users", 2, 4, 4), Part("gmv/users", 1, 3, 6))


@pytest.mark.parametrize(
    ("before", "after", "customers"),
    [
        (Side(100), Side(90, 30, 60), ()),  # a total only, such as a target
        (Side(100, 40, 61), Side(90, 30, 60), ()),  # targets that do not add up
        (Side(100, 40, 60), Side(90, 30, 60), (Part("gmv_new", 40, 30, -10), Part("gmv_old", 60, 60, 0))),
        (Side(60, None, 60), Side(90, 30, 60), (Part("gmv_new", None, 30, 30), Part("gmv_old", 60, 60, 0))),
        (Side(60, None, 60), Side(50, None, 50), (Part("gmv_old", 60, 50, -10),)),  # nobody was new
        (Side(0, 0, None), Side(50, 0, 50), (Part("gmv_new", 0, 0, 0), Part("gmv_old", None, 50, 50))),
    ],
)
def test_new_and_old_customers_are_plain_differences(before: Side, after: Side, customers: tuple[Part, ...]) -> None:
    found = made(before, after)
    assert found.customers == customers
    assert (found.factors, found.lacking) == ((), ("users", "buyers", "orders"))


def test_nothing_is_split_without_gmv_on_both_sides() -> None:
    side = Side(100, 40, 60, 10, 5, 5)
    assert bridge(Side(None, users=10), side) is None
    assert bridge(side, Side(None, users=10)) is None
