"""What the rest of a running month must bring each day to reach its target (需日均)."""

from fractions import Fraction

from app.domain.number import Number
from app.metrics.compare import Progress
from app.metrics.definition import Metric


def needed_daily(metric: Metric, target: Number | None, actual: Number | None, progress: Progress) -> Fraction | None:
    """Return what each day left must bring, from tomorrow on: today counts as elapsed.

    Only for what accumulates towards a target: None for limits, stocks and ratios, for a month that
    has not begun or has no day left, and once the target is reached.
    """
    left = progress.days - progress.elapsed
    if metric.is_limit or not metric.is_flow or not progress.elapsed or not left:
        return None
    if target is None or actual is None or actual >= target:
        return None
    return Fraction(target - actual) / left
