"""The metrics, declared once: names, units, formulas and limits of everything that is shown."""

from app.metrics.catalog import growth, pushes, sales
from app.metrics.definition import Metric

GROUPS = (growth.GROUP, sales.GROUP, pushes.GROUP)
"""(title, metrics) of each part of the dictionary, in reading order."""

CATALOG: dict[str, Metric] = {metric.key: metric for _, metrics in GROUPS for metric in metrics}
