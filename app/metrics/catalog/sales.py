"""Metrics of what friends buy."""

from app.domain.facts import NEW, OLD, Unit
from app.domain.terms import Fact, Level, Stock, Take, Total
from app.domain.text import Text
from app.metrics.definition import Better, Flow, Metric, Net, Ratio

GMV, ORDERS, BUYERS = Total(Fact.GMV), Total(Fact.ORDERS), Total(Fact.BUYERS)
REFUNDS, MEMBER_GMV = Total(Fact.REFUNDS), Total(Fact.MEMBER_GMV)
GMV_NEW, ORDERS_NEW, BUYERS_NEW = (Total(fact, NEW) for fact in (Fact.GMV, Fact.ORDERS, Fact.BUYERS))
GMV_OLD, ORDERS_OLD, BUYERS_OLD = (Total(fact, OLD) for fact in (Fact.GMV, Fact.ORDERS, Fact.BUYERS))

METRICS = (
    Metric(
        "gmv",
        Text("GMV", "GMV"),
        Unit.YUAN,
        Flow(GMV),
        Text(
            "各触点成交金额之和；较对比期的变化按 Shapley 值分给期初现好友、购买转化率、购买频次和客单价",
            "Sales value, summed; its change is shared by Shapley values among opening friends, conversion, "
            "orders per buyer and order value",
        ),
    ),
    Metric("orders", Text("订单数", "Orders"), Unit.COUNT, Flow(ORDERS), Text("成交订单之和", "Orders, summed")),
    Metric(
        "buyers",
        Text("购买人数", "Buyers"),
        Unit.COUNT,
        Flow(BUYERS),
        Text("每日购买人数之和，跨日不去重", "Daily buyers, summed; not deduplicated over days"),
    ),
    Metric(
        "refunds",
        Text("退款", "Refunds"),
        Unit.YUAN,
        Flow(REFUNDS),
        Text("期内退款金额之和", "Refunds in the period, summed"),
        Better.DOWN,
    ),
    Metric(
        "gmv_net",
        Text("净GMV", "Net GMV"),
        Unit.YUAN,
        Net(GMV, REFUNDS),
        Text("GMV - 退款，两者都有记录才有值", "GMV - refunds, when both are recorded"),
    ),
    Metric(
        "aov",
        Text("客单价", "Average order value"),
        Unit.YUAN,
        Ratio(GMV, ORDERS),
        Text("GMV ÷ 订单数", "GMV / orders"),
    ),
    Metric(
        "gmv_per_buyer",
        Text("人均消费", "GMV per buyer"),
        Unit.YUAN,
        Ratio(GMV, BUYERS),
        Text("GMV ÷ 购买人数", "GMV / buyers"),
    ),
    Metric(
        "gmv_new",
        Text("新客营收", "New-customer GMV"),
        Unit.YUAN,
        Flow(GMV_NEW),
        Text("新客的 GMV", "GMV of new customers"),
    ),
    Metric(
        "orders_new",
        Text("新客订单数", "New-customer orders"),
        Unit.COUNT,
        Flow(ORDERS_NEW),
        Text("新客的订单数", "Orders of new customers"),
    ),
    Metric(
        "buyers_new",
        Text("新客购买人数", "New buyers"),
        Unit.COUNT,
        Flow(BUYERS_NEW),
        Text("首次购买的人数", "People who bought for the first time"),
    ),
    Metric(
        "aov_new",
        Text("新客首单客单价", "First-order value"),
        Unit.YUAN,
        Ratio(GMV_NEW, ORDERS_NEW),
        Text("新客营收 ÷ 新客订单数", "New-customer GMV / new-customer orders"),
    ),
    Metric(
        "gmv_old",
        Text("老客营收", "Old-customer GMV"),
        Unit.YUAN,
        Flow(GMV_OLD),
        Text("首次、二次、多次复购客户的 GMV", "GMV of first, second and loyal repeat customers"),
    ),
    Metric(
        "orders_old",
        Text("老客订单数", "Old-customer orders"),
        Unit.COUNT,
        Flow(ORDERS_OLD),
        Text("复购客户的订单数", "Orders of repeat customers"),
    ),
    Metric(
        "buyers_old",
        Text("老客购买人数", "Old buyers"),
        Unit.COUNT,
        Flow(BUYERS_OLD),
        Text("复购客户的购买人数", "Repeat customers who bought"),
    ),
    Metric(
        "aov_old",
        Text("老客客单价", "Old-customer order value"),
        Unit.YUAN,
        Ratio(GMV_OLD, ORDERS_OLD),
        Text("老客营收 ÷ 老客订单数", "Old-customer GMV / old-customer orders"),
    ),
    Metric(
        "new_share",
        Text("新客占比", "New-customer share"),
        Unit.RATE,
        Ratio(GMV_NEW, GMV),
        Text("新客营收 ÷ GMV", "New-customer GMV / GMV"),
        source="plan",
    ),
    Metric(
        "repeat_share",
        Text("复购GMV占比", "Repeat share"),
        Unit.RATE,
        Ratio(GMV_OLD, GMV),
        Text("老客营收 ÷ GMV", "Old-customer GMV / GMV"),
        source="plan",
    ),
    Metric(
        "member_gmv",
        Text("会员GMV", "Member GMV"),
        Unit.YUAN,
        Flow(MEMBER_GMV),
        Text("会员支付的 GMV", "GMV paid by members"),
        source="method",
    ),
    Metric(
        "member_share",
        Text("会员GMV占比", "Member share"),
        Unit.RATE,
        Ratio(MEMBER_GMV, GMV),
        Text("会员GMV ÷ GMV", "Member GMV / GMV"),
        source="method",
    ),
    Metric(
        "refund_rate",
        Text("退款率", "Refund rate"),
        Unit.RATE,
        Ratio(REFUNDS, GMV),
        Text("退款 ÷ GMV", "Refunds / GMV"),
        Better.DOWN,
        source="plan",
    ),
    Metric(
        "first_order_rate",
        Text("首单转化率", "First-order rate"),
        Unit.RATE,
        Ratio(BUYERS_NEW, Total(Fact.ADDS)),
        Text("新客购买人数 ÷ 新增好友", "New buyers / friends added"),
        source="plan",
    ),
    Metric(
        "old_conversion",
        Text("老客购买转化率", "Old-customer conversion"),
        Unit.RATE,
        Ratio(BUYERS_OLD, Level(Stock.CURRENT, Take.OPENING)),
        Text("老客购买人数 ÷ 期初现好友数", "Old buyers / current friends at the opening"),
        source="plan",
    ),
)
GROUP = (Text("营收", "Sales"), METRICS)
