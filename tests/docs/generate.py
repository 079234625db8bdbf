"""Writes docs/metrics.md from the catalogue: `.venv/bin/python -m tests.docs.generate`."""

from collections.abc import Iterator

from app.domain.facts import ChannelKind, Unit
from app.i18n import show
from app.metrics.catalog import DICTIONARY
from app.metrics.definition import Better, Metric
from app.metrics.describe import formula_text
from app.settings import ROOT

METRICS_PAGE = ROOT / "docs" / "metrics.md"

INTRODUCTION = """\
# Metrics

This page is generated from the catalogue in `app/metrics/catalog/`.
The page 指标口径 says the same, and so does `GET /api/v1/metrics` without the last two parts, which boards show beside.

- **Flows** are summed over days, units and channels.
- **Stocks** of friends are taken at a close and never summed over days.
- **Ratios** divide a sum or a stock by another one, over the whole period and unit, and are never averaged.
- What was not recorded has no value, and neither has a division by zero or less: — on screen, `null` in the API.
- Money is in yuan. Rates are fractions of 1 in the API and percent on screen.
- Numbers are rounded half up when they are given out, never before: yuan to two decimals, rates to ten.
- *Old* customers are those of the first, second and any later repeat purchase.

"Split by" says what a metric can be split by, and be given a target for: source channel, touchpoint, kind of customer.
Every metric can be split by unit.
"""

_HEAD = "| Key | Name | Meaning and formula | Unit | Better | Split by |\n|---|---|---|---|---|---|\n"
_SPLITS = {ChannelKind.SOURCE: "source", ChannelKind.TOUCHPOINT: "touchpoint"}


def metrics_page() -> str:
    """Return docs/metrics.md as the catalogue would have it."""
    return INTRODUCTION + "".join(
        f"\n## {title.en} {title.zh}\n\n{_HEAD}{''.join(_row(metric) for metric in metrics)}"
        for title, metrics in DICTIONARY
    )


def _row(metric: Metric) -> str:
    about = f"{metric.about.en}<br>{metric.about.zh}<br>`{formula_text(metric.formula)}`"
    better = "up" if metric.better is Better.UP else "down"
    if metric.limit is not None:
        better += f", limit {show(metric.limit, Unit.RATE)}"
    name = metric.name.zh if metric.name.zh == metric.name.en else f"{metric.name.zh}<br>{metric.name.en}"
    return f"| `{metric.key}` | {name} | {about} | {metric.unit} | {better} | {', '.join(_splits(metric))} |\n"


def _splits(metric: Metric) -> Iterator[str]:
    yield from (name for kind, name in _SPLITS.items() if kind in metric.channel_kinds)
    if metric.by_customer_kind:
        yield "customer"


if __name__ == "__main__":
    METRICS_PAGE.write_text(metrics_page(), encoding="utf-8")
