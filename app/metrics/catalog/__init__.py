"""The metrics, declared once: names, units, formulas and limits of everything that is shown."""

from app.metrics.catalog import factors, growth, pushes, returns, sales
from app.metrics.definition import Metric

GROUPS = (growth.GROUP, sales.GROUP, pushes.GROUP)
"""(title, metrics) of each part of the catalogue, in reading order."""
DICTIONARY = (*GROUPS, factors.GROUP, returns.GROUP)
"""The same with what boards show beside the catalogue."""

CATALOG: dict[str, Metric] = {metric.key: metric for _, metrics in GROUPS for metric in metrics}
DEFINED: dict[str, Metric] = {metric.key: metric for _, metrics in DICTIONARY for metric in metrics}
"""Every metric that a number on a page can be one of."""
