"""What pushes earn, cost and lose: efficiency over time, and what a spend returned."""

from decimal import Decimal

from app.boards.board import Shown
from app.boards.figures import pushes as draw
from app.boards.tables import by_period, column
from app.boards.view import Column, Panel, Plain, Row, Table
from app.domain.facts import Unit
from app.domain.number import half_up
from app.domain.period import Grain
from app.domain.text import Text
from app.i18n import show
from app.metrics.compare import Status
from app.metrics.returns import returns

PUSHES = ("pushes", "push_cost", "push_gmv", "push_rpm", "push_cpm", "push_loss_rate")
_UNITS = {Grain.DAY: Text("天", "days"), Grain.WEEK: Text("周", "weeks"), Grain.MONTH: Text("个月", "months")}


def push_efficiency(shown: Shown) -> Panel:
    """Return what 1,000 pushes earn and cost, and how many friends they lose."""
    revenue, cost, losses = (shown.series(key) for key in ("push_rpm", "push_cpm", "push_loss_rate"))
    limit = shown.target("push_loss_rate")
    has_data = any(value is not None for values in (revenue, cost, losses) for value in values)
    over = [] if limit is None else [isinstance(value, Decimal) and value > limit for value in losses]
    hits = {period: frozenset({"push_loss_rate"}) for period, hit in zip(shown.periods, over, strict=False) if hit}
    earned, spent = (show(shown.number(key), Unit.YUAN) for key in ("push_rpm", "push_cpm"))
    lost = show(shown.number("push_loss_rate"), Unit.RATE)
    told = Text(
        f"每千次推送营收 {earned} 元、成本 {spent} 元，推送流失率 {lost}",
        f"Per 1,000 pushes {earned} yuan earned, {spent} spent; push churn {lost}",
    )
    return Panel(
        "push_efficiency",
        "chart",
        Text("推送效率", "Push efficiency"),
        told,
        width=4,
        height=320,
        figure=draw.push_efficiency(shown.periods, shown.grain, draw.Efficiency(revenue, cost, losses, limit))
        if has_data
        else None,
        finding=told,
        table=by_period(
            shown, [column(key) for key in PUSHES], Text("比率按总数重算", "Ratios are recomputed from sums"), hits
        ),
        status=Status.OVER_LIMIT if hits else None,
        badge=_badge(shown, len(hits)) if hits else None,
    )


def _badge(shown: Shown, over: int) -> Text:
    unit = _UNITS[shown.grain]
    return Text(f"流失率超限 {over} {unit.zh}", f"Churn over on {over} {unit.en}")


def push_returns(shown: Shown) -> Panel:
    """Return what pushes returned on their cost, in the three ways people count it."""
    cost, earned = shown.number("push_cost"), shown.number("push_gmv")
    found = returns(cost, earned)
    quotients = {
        "article": found.article,
        "gmv_over_cost": found.gmv_over_cost,
        "profit_over_cost": found.profit_over_cost,
    }
    values: dict[str, Plain] = {key: None if value is None else half_up(value, 2) for key, value in quotients.items()}
    values |= {"push_cost": shown.plain("push_cost"), "push_gmv": shown.plain("push_gmv")}
    values["profit"] = None if found.profit is None else half_up(found.profit, 2)
    columns = (
        column("push_cost"),
        column("push_gmv"),
        Column("profit", Text("推送利润", "Profit"), Unit.YUAN, signed=True),
        Column("article", Text("投入产出比(文章口径)", "Return, as in the article"), Unit.YUAN),
        Column("gmv_over_cost", Text("GMV ÷ 成本", "GMV / cost"), Unit.YUAN),
        Column("profit_over_cost", Text("(GMV − 成本) ÷ 成本", "(GMV − cost) / cost"), Unit.YUAN),
    )
    note = Text(
        "文章口径 = (成本 + GMV) ÷ 成本，比 GMV ÷ 成本多 1",
        "The article's figure is (cost + GMV) / cost, one more than GMV / cost",
    )
    return Panel(
        "push_returns",
        "table",
        Text("推送投入产出", "Returns on pushes"),
        table=Table(columns, (Row(Text("期内", "Period"), values),), note=note, label=Text("范围", "Range")),
    )
