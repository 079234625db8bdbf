"""What GMV is split into where its change is explained: a chain of quotients from friends to money.

They open like any number and stand in the dictionary, but are no metrics of the contract. Against a target
friends are those at the close, since targets of friends are set for one.
"""

from app.domain.facts import Unit
from app.domain.terms import Level, Stock, Take
from app.domain.text import Text
from app.metrics.catalog.sales import BUYERS, GMV, ORDERS
from app.metrics.definition import Balance, Metric, Ratio

OPENING, CLOSING = Level(Stock.CURRENT, Take.OPENING), Level(Stock.CURRENT, Take.CLOSING)
_CONVERSION, _RATE, _WORTH = (
    Text("购买转化率", "Conversion"),
    Text("下单率", "Orders per friend"),
    Text("每好友 GMV", "GMV per friend"),
)

METRICS = (
    Metric(
        "opening_friends",
        Text("期初现好友", "Opening friends"),
        Unit.COUNT,
        Balance(OPENING),
        Text("期初的现好友", "Current friends at the opening"),
    ),
    Metric(
        "buyers_per_opening",
        _CONVERSION,
        Unit.RATE,
        Ratio(BUYERS, OPENING),
        Text("购买人数 ÷ 期初现好友", "Buyers / opening friends"),
    ),
    Metric(
        "orders_per_opening",
        _RATE,
        Unit.RATE,
        Ratio(ORDERS, OPENING),
        Text("订单数 ÷ 期初现好友", "Orders / opening friends"),
    ),
    Metric(
        "gmv_per_opening",
        _WORTH,
        Unit.YUAN,
        Ratio(GMV, OPENING),
        Text("GMV ÷ 期初现好友", "GMV / opening friends"),
    ),
    Metric(
        "buyers_per_closing",
        _CONVERSION,
        Unit.RATE,
        Ratio(BUYERS, CLOSING),
        Text("购买人数 ÷ 期末现好友", "Buyers / closing friends"),
    ),
    Metric(
        "orders_per_closing",
        _RATE,
        Unit.RATE,
        Ratio(ORDERS, CLOSING),
        Text("订单数 ÷ 期末现好友", "Orders / closing friends"),
    ),
    Metric(
        "gmv_per_closing",
        _WORTH,
        Unit.YUAN,
        Ratio(GMV, CLOSING),
        Text("GMV ÷ 期末现好友", "GMV / closing friends"),
    ),
    Metric(
        "orders_per_buyer",
        Text("购买频次", "Orders per buyer"),
        Unit.TIMES,
        Ratio(ORDERS, BUYERS),
        Text("订单数 ÷ 购买人数，购买人数跨日不去重", "Orders / buyers, who are counted by day"),
    ),
)
GROUP = (Text("GMV 变化的因素", "Factors of GMV"), METRICS)
"""A part of the dictionary."""
