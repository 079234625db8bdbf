"""The sales board: GMV by touchpoint and customer, why it changed, and what pushes bring and cost."""

from decimal import Decimal

from app.boards import bridge
from app.boards.board import Board, Load, Shown, terms
from app.boards.figures import sales as draw
from app.boards.figures.parts import cut_ticks, percent
from app.boards.pushes import PUSHES, push_efficiency, push_returns
from app.boards.stacks import gmv, new_customers, old_customers
from app.boards.tables import REPORTS, by_period, column, told
from app.boards.touchpoints import CUSTOMERS, touchpoint_days
from app.boards.view import Panel
from app.domain.facts import Unit
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import say, show
from app.metrics.catalog import CATALOG

_DAILY = (
    "gmv",
    "orders",
    "buyers",
    "aov",
    "gmv_per_buyer",
    "gmv_new",
    "gmv_old",
    "new_share",
    "member_gmv",
    "member_share",
    "refunds",
    "refund_rate",
)


def member_share(shown: Shown) -> Panel:
    """Return the share of GMV that members pay."""
    values = shown.series("member_share")
    known = [value for value in values if isinstance(value, Decimal)]
    now, name = shown.number("member_share"), CATALOG["member_share"].name
    share = show(now, Unit.RATE)
    start = percent(cut_ticks(known)[0]) if known else "0%"
    return Panel(
        "member_share",
        "chart",
        Text("会员 GMV 占比", "Member share"),
        Text(f"会员 GMV ÷ GMV，纵轴自 {start} 起", f"Member GMV / GMV; the axis begins at {start}"),
        width=4,
        figure=draw.share(shown.periods, shown.grain, say(name), values) if known else None,
        finding=told(
            [(now, Text(f"会员 GMV 占比 {share}", f"Members pay {share} of GMV"))],
            Text("没有算得出的会员占比", "The share of members is not known"),
        ),
        table=by_period(
            shown,
            [column(key) for key in ("gmv", "member_gmv", "member_share")],
            Text("占比按总数重算", "The share is recomputed from sums"),
        ),
    )


def daily(shown: Shown) -> Panel:
    """Return the sales report by period."""
    report = REPORTS[shown.grain]
    note = Text(
        "客单价 = GMV ÷ 订单数。金额与订单求和，客单价、占比和退款率按总数重算。",
        "Sums are summed; order value, shares and refund rate are recomputed from sums.",
    )
    return Panel(
        "daily",
        "table",
        Text(f"销售{report.zh}", f"{report.en} sales report"),
        table=by_period(shown, [column(key) for key in _DAILY], note),
    )


SALES = Board(
    "sales",
    Text("销售", "Sales"),
    cards=("gmv", "orders", "aov", "new_share", "member_share", "gmv_old"),
    loads=(
        Load(None, tuple(dict.fromkeys((*terms(*_DAILY, *PUSHES), *bridge.TERMS)))),
        Load(GroupBy.CHANNEL, terms(*(key for key, _ in CUSTOMERS.values()))),
        Load(GroupBy.CUSTOMER_KIND, terms("gmv")),
    ),
    panels=(
        *(gmv, push_efficiency, bridge.factors, bridge.customers, touchpoint_days),
        *(new_customers, old_customers, member_share, push_returns, daily),
    ),
)
