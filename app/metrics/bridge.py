"""Why GMV changed: the change split to the fen, into its factors and into new and old customers.

GMV is a chain of quotients: users x buyers / users x orders / buyers x GMV / orders. What a factor
contributes is its Shapley value: what its change adds to the product, averaged over every order in
which the factors could have changed one after the other. The parts then add up exactly, none
depends on an order somebody chose, and swapping both sides turns every sign. (LMDI, the usual
alternative, needs logarithms: it is neither exact nor defined where something was zero.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial, floor, prod

from app.domain.number import Number

CHAIN = ("users", "buyers", "orders", "gmv")
"""What stands in the chain; each but the first makes a factor with the one before it."""

AIMED = ("friends", *CHAIN[1:])
"""The chain against a target: targets of friends are set for a close, so both sides take theirs."""

KINDS = ("gmv_new", "gmv_old")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison, a period or a target: money in fen, None where nothing is known."""

    gmv: int | None
    gmv_new: int | None = None
    gmv_old: int | None = None
    users: int | None = None
    buyers: int | None = None
    orders: int | None = None
    friends: int | None = None
    """Friends at the close; `users` are those at the opening."""

    @property
    def adds_up(self) -> bool:
        """Whether new and old customers make up the whole GMV."""
        known = [value for value in map(self.quantity, KINDS) if value is not None]
        return bool(known) and sum(known) == self.gmv

    def quantity(self, name: str) -> int | None:
        """Return a quantity of the chain, or the GMV of a kind of customer."""
        value: int | None = getattr(self, name)
        return value


@dataclass(frozen=True, slots=True)
class Part:
    """What a factor (`users`, `buyers/users` ...) or a kind of customer adds to the change of GMV, in fen."""

    key: str
    before: Number | None
    after: Number | None
    effect: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """The way from one GMV to another, in fen; each split adds up to the change, or is empty where there is none."""

    before: int
    after: int
    factors: tuple[Part, ...]
    customers: tuple[Part, ...]
    lacking: tuple[str, ...]
    """Quantities of the chain that are missing or not above zero on a side, and so make no factor."""

    @property
    def change(self) -> int:
        """What all parts add up to."""
        return self.after - self.before


def bridge(before: Side, after: Side, chain: Sequence[str] = CHAIN) -> Bridge | None:
    """Split the change of GMV along a chain that ends with it; None where a side has no GMV."""
    if before.gmv is None or after.gmv is None:
        return None
    known = [name for name in chain[:-1] if all((side.quantity(name) or 0) > 0 for side in (before, after))]
    return Bridge(
        before.gmv,
        after.gmv,
        _factors(before, after, [*known, chain[-1]]) if known else (),
        _customers(before, after),
        tuple(name for name in chain[:-1] if name not in known),
    )


def shapley(before: Sequence[Fraction], after: Sequence[Fraction]) -> list[Fraction]:
    """Return what the change of each factor adds to the product of all, averaged over all orders of change."""
    return [
        (after[place] - before[place])
        * _weighed(before, after, [other for other in range(len(before)) if other != place])
        for place in range(len(before))
    ]


def _weighed(before: Sequence[Fraction], after: Sequence[Fraction], others: Sequence[int]) -> Fraction:
    """Return the mean product of the other factors, over all orders in which some have changed already."""
    count = len(others) + 1
    total = Fraction(0)
    for size in range(count):
        weight = Fraction(factorial(size) * factorial(count - 1 - size), factorial(count))
        for changed in combinations(others, size):
            total += weight * prod(after[other] if other in changed else before[other] for other in others)
    return total


def whole(parts: Sequence[Fraction]) -> list[int]:
    """Round parts of an integer to integers that add up to it: those with the largest remainders go up."""
    floors = [floor(part) for part in parts]
    up = int(sum(parts) - sum(floors))
    largest = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place])[:up]
    return [value + (place in largest) for place, value in enumerate(floors)]


def _factors(before: Side, after: Side, chain: Sequence[str]) -> tuple[Part, ...]:
    pairs = list(zip(("", *chain), chain, strict=False))
    values = [[_quotient(side, *pair) for pair in pairs] for side in (before, after)]
    effects = whole(shapley(*values))
    keys = [f"{over}/{under}" if under else over for under, over in pairs]
    return tuple(Part(*made) for made in zip(keys, *values, effects, strict=True))


def _quotient(side: Side, under: str, over: str) -> Fraction:
    return Fraction(side.quantity(over) or 0, (side.quantity(under) or 1) if under else 1)


def _customers(before: Side, after: Side) -> tuple[Part, ...]:
    """Return the plain differences; none unless new and old make up the whole GMV on both sides."""
    if not (before.adds_up and after.adds_up):
        return ()
    sides = [(key, before.quantity(key), after.quantity(key)) for key in KINDS]
    return tuple(
        Part(key, was, now, (now or 0) - (was or 0)) for key, was, now in sides if was is not None or now is not None
    )
