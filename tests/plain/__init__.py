"""An independent, slow and plain re-computation of every number, for the property tests to compare with."""

from .catalogue import CATALOGUE
from .days import compared
from .query import coverage, query
from .targets import forecast, needed_daily, target_rows, year_so_far
from .values import metric, pct
from .world import World

__all__ = [
    "CATALOGUE",
    "World",
    "compared",
    "coverage",
    "forecast",
    "metric",
    "needed_daily",
    "pct",
    "query",
    "target_rows",
    "year_so_far",
]
