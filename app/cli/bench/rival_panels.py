"""The panels of the rival board, as a Dash author makes them: graph objects, and rows of data tables."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

RATES = {1: "次日留存率", 7: "7日留存率", 30: "30日留存率"}
MARGIN = {"l": 52, "r": 64, "t": 16, "b": 28}
FREQUENCY = {"week": "W-SUN", "month": "M"}
DAILY_COLUMNS = {
    "friends_added": "新增好友",
    "friends_lost": "流失好友",
    "friends_net": "净增",
    "friends_cumulative": "累计好友数",
    "friends_current": "现好友数",
    "retention_total": "总留存率",
    "churn_rate_mtd": "月流失率",
    "reach": "触达数",
    "add_rate": "加粉率",
}


def by_period(days: pd.DataFrame, grain: str) -> pd.DataFrame:
    """Return the report of a range by its grain: flows summed, stocks and churn at the close, rates of sums."""
    if grain == "day":
        return report(days)
    groups = days.groupby(days.index.to_period(FREQUENCY[grain]))
    sums = groups[["reach", "adds", "losses", "adds_reached"]].sum(min_count=1)
    table = report(sums.join(groups[["cumulative", "current", "churn"]].last()))
    # A range may begin within a week: its bar stands at the first day shown.
    table.index = table.index.start_time.where(table.index.start_time >= days.index[0], days.index[0])
    return table


def total(days: pd.DataFrame) -> pd.DataFrame:
    """Return the report of a whole range as one row."""
    sums = days[["reach", "adds", "losses", "adds_reached"]].sum(min_count=1)
    last = days[["cumulative", "current", "churn"]].iloc[-1]
    return report(pd.DataFrame([{**sums, **last}]))


def report(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the metrics of rows that hold sums and closes."""
    return pd.DataFrame(
        {
            "friends_added": rows["adds"],
            "friends_lost": rows["losses"],
            "friends_net": rows["adds"] - rows["losses"],
            "friends_cumulative": rows["cumulative"],
            "friends_current": rows["current"],
            "retention_total": rows["current"] / rows["cumulative"],
            "churn_rate_mtd": rows["churn"],
            "reach": rows["reach"],
            "add_rate": rows["adds_reached"] / rows["reach"],
        }
    )


def adds_and_losses(table: pd.DataFrame) -> go.Figure:
    """Return adds above zero, losses below and the net as a line."""
    x = table.index
    net = table["friends_net"]
    return go.Figure(
        [
            go.Bar(name="新增好友", x=x, y=table["friends_added"], hovertemplate="%{y:,} 人"),
            go.Bar(
                name="流失好友",
                x=x,
                y=-table["friends_lost"],
                customdata=table["friends_lost"],
                hovertemplate="%{customdata:,} 人",
            ),
            go.Scatter(name="净增", x=x, y=net, mode="lines", hovertemplate="%{y:+,} 人"),
        ],
        {"barmode": "relative", "bargap": 0.4, "margin": MARGIN, "annotations": [_end(x, net, "{:+,.0f}")]},
    )


def churn(points: pd.Series, before: pd.Series, limit: float, *, prorated: bool) -> go.Figure:
    """Return month-to-date churn beside the compared one, the limit, its share by day and its first break."""
    over = points > limit
    traces = [
        go.Scatter(
            name="月流失率",
            x=points.index,
            y=points,
            mode="lines+markers",
            marker={"size": 7, "symbol": over.map({True: "diamond", False: "circle"}).tolist()},
            hovertemplate="%{y:.2%}",
        ),
        go.Scatter(
            name="对比",
            x=points.index[: len(before)],
            y=before.iloc[: len(points)],
            line={"dash": "dot"},
            hovertemplate="%{y:.2%}",
        ),
    ]
    if prorated:
        share = limit * points.index.day / points.index.days_in_month
        traces.append(go.Scatter(name="按天折算上限", x=points.index, y=share, line={"dash": "dot", "width": 1}))
    dashed = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": limit, "y1": limit, "line": {"dash": "dash"}}
    return go.Figure(
        traces,
        {
            "margin": MARGIN,
            "yaxis": {"tickformat": ".2~%", "rangemode": "tozero"},
            "shapes": [dashed],
            "annotations": [_end(points.index, points, "{:.2%}"), *_first_break(points, over)],
        },
    )


def _first_break(points: pd.Series, over: pd.Series) -> list[dict[str, Any]]:
    if not over.any():
        return []
    day = over.idxmax()
    return [{"x": day, "y": points[day], "text": f"{day.month}/{day.day} 起超过阈值，{points[day]:.2%}"}]


def stocks(table: pd.DataFrame) -> go.Figure:
    """Return both stocks on two panels over one axis."""
    x, cumulative, current = table.index, table["friends_cumulative"], table["friends_current"]
    return go.Figure(
        [
            go.Scatter(name="累计好友", x=x, y=cumulative, hovertemplate="%{y:,} 人"),
            go.Scatter(name="现好友数", x=x, y=current, yaxis="y2", hovertemplate="%{y:,} 人"),
        ],
        {
            "margin": MARGIN,
            "xaxis": {"anchor": "y2"},
            "yaxis": {"domain": [0.58, 1], "tickformat": ",d"},
            "yaxis2": {"domain": [0, 0.42], "tickformat": ",d"},
            "annotations": [_end(x, cumulative, "{:,.0f}"), {**_end(x, current, "{:,.0f}"), "yref": "y2"}],
        },
    )


def add_rates(rows: pd.DataFrame) -> go.Figure:
    """Return bars by channel with their targets."""
    return go.Figure(
        [
            go.Bar(
                name="加粉率",
                orientation="h",
                y=rows["name"],
                x=rows["rate"],
                text=rows["rate"].map("{:.2%}".format),
                customdata=rows[["adds", "reach"]],
                hovertemplate="%{x:.2%}<br>新增 %{customdata[0]:,} / 触达 %{customdata[1]:,}",
            ),
            go.Scatter(name="目标", mode="markers", y=rows["name"], x=rows["target"], marker={"symbol": "line-ns"}),
        ],
        {"margin": MARGIN, "hovermode": "closest", "xaxis": {"tickformat": ".2~%"}},
    )


def cohort_rows(rates: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of the retention table."""
    table = rates.reindex(columns=list(RATES)).set_axis([f"d{day_n}" for day_n in RATES], axis="columns")
    return _records(table.set_axis(rates.index.strftime("%Y-%m-%d")))


def report_rows(table: pd.DataFrame, whole: pd.DataFrame, label: str) -> list[dict[str, Any]]:
    """Return the rows of the daily report, the total last."""
    return _records(pd.concat([table.set_axis(table.index.strftime(label)), whole.set_axis(["合计 / 期末"])]))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    table = table.rename_axis("period").reset_index().astype(object)
    rows: list[dict[str, Any]] = table.where(table.notna(), None).to_dict("records")
    return rows


def _end(x: pd.Index, y: pd.Series, form: str) -> dict[str, Any]:
    return {"x": x[-1], "y": y.iloc[-1], "text": form.format(y.iloc[-1]), "showarrow": False, "xanchor": "left"}
