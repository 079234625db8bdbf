"""Metrics of friends: won, lost and kept."""

from decimal import Decimal

from app.domain.facts import RETENTION_DAYS, Unit
from app.domain.terms import Fact, Level, Span, Stock, Take, Total
from app.domain.text import Text
from app.metrics.definition import Balance, Better, Flow, Metric, Net, Ratio

CHURN_LIMIT = Decimal("0.05")

REACH = Total(Fact.REACH)
ADDS = Total(Fact.ADDS)
LOSSES = Total(Fact.LOSSES)
LOSSES_MTD = Total(Fact.LOSSES, span=Span.MONTH_TO_DATE)
OPENING = Level(Stock.CURRENT, Take.OPENING)
MONTH_OPENING = Level(Stock.CURRENT, Take.MONTH_OPENING)

_RETENTION_NAMES = {
    1: Text("次日留存率", "Day-1 retention"),
    7: Text("7日留存率", "Day-7 retention"),
    30: Text("30日留存率", "Day-30 retention"),
}


def _retention(day_n: int) -> Metric:
    return Metric(
        f"retention_d{day_n}",
        _RETENTION_NAMES[day_n],
        Unit.RATE,
        Ratio(Total(Fact.RETAINED, day_n=day_n), Total(Fact.COHORT_ADDS, day_n=day_n)),
        Text(
            f"第{day_n}日留存人数 ÷ 这些批次的新增好友；缺任一边的批次不计，按添加日归期",
            f"Retained on day {day_n} / adds of the cohorts that have both recorded, by day of adding",
        ),
        source="SOP",
    )


METRICS = (
    Metric(
        "reach",
        Text("触达数", "Reach"),
        Unit.COUNT,
        Flow(REACH),
        Text("发出的包裹卡、曝光等触达次数之和", "Parcel cards sent, exposures and the like, summed"),
    ),
    Metric(
        "friends_added",
        Text("新增好友", "Friends added"),
        Unit.COUNT,
        Flow(ADDS),
        Text("期内新增好友之和", "Friends added in the period, summed"),
    ),
    Metric(
        "friends_lost",
        Text("流失好友", "Friends lost"),
        Unit.COUNT,
        Flow(LOSSES),
        Text("期内删除我方的客户数之和", "Customers who deleted us in the period, summed"),
        Better.DOWN,
    ),
    Metric(
        "friends_net",
        Text("净增好友", "Net friends"),
        Unit.COUNT,
        Net(ADDS, LOSSES),
        Text("新增好友 - 流失好友，两者都有记录才有值", "Friends added - friends lost, when both are recorded"),
    ),
    Metric(
        "friends_cumulative",
        Text("累计好友数", "Cumulative friends"),
        Unit.COUNT,
        Balance(Level(Stock.CUMULATIVE)),
        Text("最近一次盘点的累计好友 + 其后新增，取期末", "Latest cumulative count + adds after it, at the close"),
    ),
    Metric(
        "friends_current",
        Text("现好友数", "Current friends"),
        Unit.COUNT,
        Balance(Level(Stock.CURRENT)),
        Text(
            "最近一次盘点的现好友 + 其后新增 - 其后流失，取期末",
            "Latest current count + adds - losses after it, at the close",
        ),
    ),
    Metric(
        "retention_total",
        Text("总留存率", "Total retention"),
        Unit.RATE,
        Ratio(Level(Stock.CURRENT), Level(Stock.CUMULATIVE)),
        Text("现好友数 ÷ 累计好友数，取期末", "Current friends / cumulative friends, at the close"),
    ),
    Metric(
        "churn_rate",
        Text("流失率", "Churn rate"),
        Unit.RATE,
        Ratio(LOSSES, OPENING),
        Text(
            "期内流失好友 ÷ 期初现好友数；按月即月流失率，上限 5%",
            "Friends lost in the period / current friends at its opening; over a month the limit is 5%",
        ),
        Better.DOWN,
        CHURN_LIMIT,
    ),
    Metric(
        "churn_rate_mtd",
        Text("月流失率(月累计)", "Month-to-date churn"),
        Unit.RATE,
        Ratio(LOSSES_MTD, MONTH_OPENING),
        Text(
            "当月 1 日至期末日的流失好友 ÷ 上月末现好友数，上限 5%",
            "Losses from the 1st to the last day shown / current friends at the close of the month before; limit 5%",
        ),
        Better.DOWN,
        CHURN_LIMIT,
        short=Text("月流失率", "Monthly churn"),
    ),
    Metric(
        "add_rate",
        Text("加粉率", "Add rate"),
        Unit.RATE,
        Ratio(Total(Fact.ADDS, paired=Fact.REACH), REACH),
        Text("新增好友 ÷ 触达数，只计有触达记录的行", "Friends added / reach, of the rows that have reach recorded"),
    ),
    *(_retention(day_n) for day_n in RETENTION_DAYS),
)
GROUP = (Text("用户", "Friends"), METRICS)
