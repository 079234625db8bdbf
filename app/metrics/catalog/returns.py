"""What a spend on pushes returned, in the three ways people call ROI; each is named, none is just "ROI".

They stand on a board and in the dictionary, and open like any number, but are no metrics of the contract:
nothing is asked for them, planned by them or alerted on them.
"""

from app.domain.facts import Unit
from app.domain.text import Text
from app.metrics.catalog.pushes import COST, GMV
from app.metrics.definition import Metric, Net, Ratio

METRICS = (
    Metric(
        "push_profit",
        Text("推送利润", "Push profit"),
        Unit.YUAN,
        Net(GMV, COST),
        Text("推送GMV − 推送成本", "Push GMV - push cost"),
        short=Text("推送利润", "Profit"),
    ),
    Metric(
        "push_return",
        Text("投入产出比(文章口径)", "Return, as in the article"),
        Unit.TIMES,
        Ratio(GMV, COST, plus=1),
        Text(
            "(推送成本 + 推送GMV) ÷ 推送成本，即推送GMV ÷ 推送成本 + 1",
            "(Push cost + push GMV) / push cost, which is push GMV / push cost + 1",
        ),
    ),
    Metric(
        "push_gmv_over_cost",
        Text("GMV ÷ 成本", "GMV / cost"),
        Unit.TIMES,
        Ratio(GMV, COST),
        Text("推送GMV ÷ 推送成本", "Push GMV / push cost"),
        source="method",
    ),
    Metric(
        "push_profit_over_cost",
        Text("(GMV − 成本) ÷ 成本", "(GMV − cost) / cost"),
        Unit.TIMES,
        Ratio(GMV, COST, plus=-1),
        Text(
            "(推送GMV − 推送成本) ÷ 推送成本，即推送GMV ÷ 推送成本 − 1",
            "(Push GMV - push cost) / push cost, which is push GMV / push cost - 1",
        ),
        source="method",
    ),
)
GROUP = (Text("推送投入产出", "Returns on pushes"), METRICS)
"""A part of the dictionary."""
