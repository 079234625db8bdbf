"""The sums that are kept ready for units with children (rollups), declared once.

Tables, deltas of a write, rebuilding and `luopan verify` all follow these declarations.
"""

from dataclasses import dataclass

from app.domain.facts import FRIENDS, PUSHES, RETENTION, SALES, FactTable


@dataclass(frozen=True, slots=True)
class Rollup:
    """Sums of what units and all below them contribute, per day and per month, split by `dims` (columns).

    A measure to which nobody contributed is NULL, as a fact that nobody recorded. Sums per day are
    kept for units with children, and for those without where `leaves` says so; sums per month for all.
    """

    name: str
    dims: tuple[str, ...]
    measures: tuple[str, ...]
    leaves: bool = False


def _of(table: FactTable, *more: str) -> Rollup:
    measures = tuple(measure.key for measure in table.measures)
    return Rollup(table.kind, tuple(dim.column for dim in table.dims), (*measures, *more))


FRIENDS_SUMS = _of(FRIENDS, "adds_reached")
"""`adds_reached` are the adds of rows that have reach: 加粉率 counts no others."""
COHORT_SUMS = _of(RETENTION, "adds")
"""Both measures only of cohorts that have both; a retention row stands beside the adds of its friends row."""
SALES_SUMS = _of(SALES)
PUSH_SUMS = _of(PUSHES)
STOCK_SUMS = Rollup("stock", (), ("cumulative_step", "current_step", "cumulative_recount", "current_recount"))
"""What stock counts add to the computed stock, and of that 对账差异: what later counts differ by.

Being steps they can be summed over days and units, as adds and losses: a stock is the sum of all.
"""
REPORTING_SUMS = Rollup("reporting", (), ("starts", "start_ordinals", "present", "excused"), leaves=True)
"""Active units without children: how many start to be expected on a day (and the sum of these days as
proleptic ordinals, from which expected unit-days follow), have a friends row, or marked 当日无数据 and have none."""

ROLLUPS = (FRIENDS_SUMS, COHORT_SUMS, SALES_SUMS, PUSH_SUMS, STOCK_SUMS, REPORTING_SUMS)
BY_FACTS = {rollup.name: rollup for rollup in (FRIENDS_SUMS, COHORT_SUMS, SALES_SUMS, PUSH_SUMS)}
"""The rollup that rows of a fact table add to, by the table's kind."""

FORM = 1
"""Raised when the declarations change: a database whose rollups have another form rebuilds them."""
