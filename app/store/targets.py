"""What is special about targets: metrics, their splits, and values in steps of the metric's unit."""

from collections.abc import Iterator, Mapping

from app.domain.errors import Issue
from app.domain.text import Text
from app.inputs.facts import TargetKey, TargetRow
from app.metrics.catalog import CATALOG
from app.metrics.targets import MAX_STEPS, to_steps
from app.queries.channels import ChannelRow


def issues(row: TargetKey, channels: Mapping[str, ChannelRow], index: int) -> Iterator[Issue]:
    """Yield what is wrong with a target: unknown metric, impossible split, too many decimals, too large."""
    metric = CATALOG.get(row.metric)
    if metric is None:
        yield Issue("metric", Text("没有这个指标：{key}", "unknown metric: {key}").fill(key=row.metric), index)
        return
    channel = channels.get(row.channel) if row.channel else None
    if channel is not None and channel.kind not in metric.channel_kinds:
        yield Issue("channel", Text("该指标不能按这类渠道拆分", "the metric has no split by this channel"), index)
    if row.customer_kind is not None and not metric.by_customer_kind:
        yield Issue("customer_kind", Text("该指标不能按客户类型拆分", "the metric has no customer kinds"), index)
    if isinstance(row, TargetRow) and row.value is not None:
        steps = to_steps(metric, row.value)
        if steps is None:
            yield Issue("value", Text("小数位数过多", "has more decimals than its metric allows"), index)
        elif steps > MAX_STEPS[metric.unit]:
            yield Issue("value", Text("数值过大", "is too large"), index)


def steps_of(row: TargetRow) -> int | None:
    """Return the value of a checked target as it is stored."""
    return None if row.value is None else to_steps(CATALOG[row.metric], row.value)
