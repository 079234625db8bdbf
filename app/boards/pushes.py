"""What pushes earn, cost and lose: efficiency over time, and what a spend returned."""

from dataclasses import replace
from decimal import Decimal

from app.boards.board import Shown
from app.boards.figures import pushes as draw
from app.boards.tables import by_period, column, told
from app.boards.view import Panel, Row, Table
from app.domain.period import Grain
from app.domain.text import Text
from app.i18n import show
from app.metrics.catalog import CATALOG
from app.metrics.compare import Status

PUSHES = ("pushes", "push_cost", "push_gmv", "push_rpm", "push_cpm", "push_loss_rate")
_UNITS = {Grain.DAY: Text("天", "days"), Grain.WEEK: Text("周", "weeks"), Grain.MONTH: Text("个月", "months")}


def push_efficiency(shown: Shown) -> Panel:
    """Return what 1,000 pushes earn and cost, and how many friends they lose."""
    revenue, cost, losses = (shown.series(key) for key in ("push_rpm", "push_cpm", "push_loss_rate"))
    limit = shown.target("push_loss_rate")
    has_data = any(value is not None for values in (revenue, cost, losses) for value in values)
    over = [] if limit is None else [isinstance(value, Decimal) and value > limit for value in losses]
    hits = {period: frozenset({"push_loss_rate"}) for period, hit in zip(shown.periods, over, strict=False) if hit}
    said = _said(shown)
    return Panel(
        "push_efficiency",
        "chart",
        Text("推送效率", "Push efficiency"),
        said,
        width=4,
        height=320,
        figure=draw.push_efficiency(shown.periods, shown.grain, draw.Efficiency(revenue, cost, losses, limit))
        if has_data
        else None,
        finding=said,
        table=by_period(
            shown, [column(key) for key in PUSHES], Text("比率按总数重算", "Ratios are recomputed from sums"), hits
        ),
        status=Status.OVER_LIMIT if hits else None,
        badge=_badge(shown, len(hits)) if hits else None,
    )


def _said(shown: Shown) -> Text:
    keys = ("push_rpm", "push_cpm", "push_loss_rate")
    earned, spent, lost = (show(shown.number(key), CATALOG[key].unit) for key in keys)
    words = (
        Text(f"每千次推送营收 {earned} 元", f"{earned} yuan earned per 1,000 pushes"),
        Text(f"每千次成本 {spent} 元", f"{spent} yuan spent per 1,000"),
        Text(f"推送流失率 {lost}", f"push churn {lost}"),
    )
    known = zip(map(shown.number, keys), words, strict=True)
    return told(known, Text("没有推送的记录", "No pushes are recorded"))


def _badge(shown: Shown, over: int) -> Text:
    unit = _UNITS[shown.grain]
    return Text(f"流失率超限 {over} {unit.zh}", f"Churn over on {over} {unit.en}")


def push_returns(shown: Shown) -> Panel:
    """Return what pushes returned on their cost, in the three ways people count it."""
    columns = (
        *(column(key) for key in ("push_cost", "push_gmv")),
        replace(column("push_profit", signed=True), key="profit"),
        replace(column("push_return"), key="article"),
        *(replace(column(f"push_{key}"), key=key) for key in ("gmv_over_cost", "profit_over_cost")),
    )
    values = {each.key: shown.plain(each.metric) for each in columns if each.metric}
    note = Text(
        "文章口径 = (成本 + GMV) ÷ 成本，比 GMV ÷ 成本多 1",
        "The article's figure is (cost + GMV) / cost, one more than GMV / cost",
    )
    row = Row(Text("期内", "Period"), values, period=shown.period)
    return Panel(
        "push_returns",
        "table",
        Text("推送投入产出", "Returns on pushes"),
        table=Table(columns, (row,), note=note, label=Text("范围", "Range")),
    )
