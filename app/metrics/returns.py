"""What a spend returned, in the three ways people call ROI; each is named, none is just "ROI"."""

from dataclasses import dataclass
from fractions import Fraction

from app.domain.number import Number, ratio


@dataclass(frozen=True, slots=True)
class Returns:
    """The source article divides (cost + GMV) by cost; beside it stand the two usual quotients."""

    profit: Number | None
    article: Fraction | None
    gmv_over_cost: Fraction | None
    profit_over_cost: Fraction | None


def returns(cost: Number | None, gmv: Number | None) -> Returns:
    """Return profit and the three quotients of a cost and the GMV it brought, both in yuan."""
    if cost is None or gmv is None:
        return Returns(None, None, None, None)
    return Returns(gmv - cost, ratio(cost + gmv, cost), ratio(gmv, cost), ratio(gmv - cost, cost))
