"""Metrics of what is pushed to friends."""

from app.domain.facts import Unit
from app.domain.terms import Fact, Total
from app.domain.text import Text
from app.metrics.definition import Better, Flow, Metric, Ratio

PUSHES, COST = Total(Fact.PUSHES), Total(Fact.PUSH_COST)
GMV, LOSSES = Total(Fact.PUSH_GMV), Total(Fact.PUSH_LOSSES)

METRICS = (
    Metric(
        "pushes", Text("推送量", "Pushes"), Unit.COUNT, Flow(PUSHES), Text("推送条数之和", "Messages pushed, summed")
    ),
    Metric(
        "push_cost",
        Text("推送成本", "Push cost"),
        Unit.YUAN,
        Flow(COST),
        Text("推送花费之和", "Cost of pushes, summed"),
        Better.DOWN,
    ),
    Metric(
        "push_gmv",
        Text("推送GMV", "Push GMV"),
        Unit.YUAN,
        Flow(GMV),
        Text("推送带来的 GMV 之和", "GMV that pushes brought, summed"),
    ),
    Metric(
        "push_loss_rate",
        Text("推送流失率", "Push churn"),
        Unit.RATE,
        Ratio(LOSSES, PUSHES),
        Text("推送后流失 ÷ 推送量", "Losses after pushes / pushes"),
        Better.DOWN,
    ),
    Metric(
        "push_cpm",
        Text("千次推送成本", "Cost per 1,000 pushes"),
        Unit.YUAN,
        Ratio(COST, PUSHES, 1000),
        Text("推送成本 × 1000 ÷ 推送量", "Push cost x 1000 / pushes"),
        Better.DOWN,
    ),
    Metric(
        "push_rpm",
        Text("千次推送营收", "Revenue per 1,000 pushes"),
        Unit.YUAN,
        Ratio(GMV, PUSHES, 1000),
        Text("推送GMV × 1000 ÷ 推送量", "Push GMV x 1000 / pushes"),
    ),
)
GROUP = (Text("推送", "Pushes"), METRICS)
