"""The growth board as a Dash app, served by waitress: `python -m app.cli.bench.rival_app ADDRESS PORT`."""

import sys
from datetime import date
from typing import Any

import pandas as pd
import waitress
from dash import Dash, Input, Output, dash_table, dcc, html
from dash.dash_table.Format import Format, Group, Scheme
from sqlalchemy import create_engine

from app.cli.bench import rival_data as data
from app.cli.bench import rival_panels as panels
from app.domain.period import DAY, Compare, Period, compared, month_of
from app.settings import load

WEEKS = 8
LABELS = {"day": "%Y-%m-%d", "week": "%Y-%m-%d", "month": "%Y-%m"}
DAYS = {"day": 62, "week": 400}
"""Up to these many days a range is shown by day, then by week."""
RATES = ("retention_total", "churn_rate_mtd", "add_rate")
CARDS = ("friends_added", "friends_cumulative", "friends_current", *RATES)
OUTPUTS = (
    Output("cards", "children"),
    *(Output(name, "figure") for name in ("adds", "churn", "stocks", "rates")),
    Output("cohorts", "data"),
    Output("daily", "data"),
)
INPUTS = (
    Input("unit", "value"),
    Input("range", "start_date"),
    Input("range", "end_date"),
    Input("compare", "value"),
)
COUNT = Format(group=Group.yes)
RATE = Format(precision=2, scheme=Scheme.percentage)


def board(address: str) -> Dash:
    """Return the app on a database."""
    engine = create_engine(address)
    app = Dash(title="用户增长")
    app.layout = _layout()

    def show(unit: str, first: str, last: str, how: str) -> tuple[Any, ...]:
        with engine.connect() as connection:
            period = Period(date.fromisoformat(first), date.fromisoformat(last))
            return _content(data.Source.of(connection, unit), period, Compare(how))

    app.callback(*OUTPUTS, *INPUTS)(show)
    return app


def _content(source: data.Source, period: Period, how: Compare) -> tuple[Any, ...]:
    """Return what the callback gives out: cards, figures and rows."""
    other = compared(period, how, load().today())
    grain = next((grain for grain, most in DAYS.items() if len(period) <= most), "month")
    start = month_of(min(period.first, other.first)).first
    days = data.daily(source, start, period.last)
    shown, before = days.loc[str(period.first) : str(period.last)], days.loc[str(other.first) : str(other.last)]
    table, whole, limit = panels.by_period(shown, grain), panels.total(shown), data.limit(source)
    by_day = grain == "day"
    points = shown["churn"] if by_day else shown["churn"].groupby(shown.index.to_period("M")).tail(1)
    monday = period.last - DAY * (period.last.weekday() + 7 * (WEEKS - 1))
    return (
        _cards(whole.iloc[0], panels.total(before).iloc[0], limit, other),
        panels.adds_and_losses(table),
        panels.churn(points, before["churn"] if by_day else points.iloc[:0], limit, prorated=by_day),
        panels.stocks(table),
        panels.add_rates(data.channels(source, period.first, period.last)),
        panels.cohort_rows(data.cohorts(source, monday, period.last)),
        panels.report_rows(table, whole, LABELS[grain]),
    )


def _cards(now: pd.Series, before: pd.Series, limit: float, other: Period) -> list[Any]:
    cards = []
    for key in CARDS:
        value, was = now[key], before[key]
        if key in RATES:
            text, moved = f"{value:.2%}", f"{(value - was) * 100:+.2f}pp"
        else:
            text, moved = f"{value:,.0f}", f"{value / was - 1:+.2%}"
        moved = "—" if pd.isna(was) else moved
        parts = [html.Div(panels.DAILY_COLUMNS[key]), html.Strong(text, id=key)]
        parts.append(html.Small(f"较 {other.first:%m/%d}-{other.last:%m/%d} {moved}"))
        if key == "churn_rate_mtd":
            parts.append(
                html.Small(f"阈值 {limit:.2%}，{'超' if value > limit else '余'} {abs(value - limit) * 100:.2f}pp")
            )
        cards.append(html.Div(parts, className="card"))
    return cards


def _layout() -> Any:  # noqa: ANN401 (of a package that need not be there)
    """Return the page: what is asked on top, then cards, graphs and tables that the callback fills."""
    formats = {name: RATE if name in RATES else COUNT for name in panels.DAILY_COLUMNS}
    report = [_column(name, label, formats[name]) for name, label in panels.DAILY_COLUMNS.items()]
    kept = [_column(f"d{day_n}", label, RATE) for day_n, label in panels.RATES.items()]
    over = [{"if": {"column_id": "churn_rate_mtd", "filter_query": "{churn_rate_mtd} > 0.05"}, "color": "crimson"}]
    label = {"id": "period", "name": "日期"}
    return html.Main(
        [
            dcc.Input(id="unit", value=None),
            dcc.DatePickerRange(id="range"),
            dcc.RadioItems(id="compare", options=[how.value for how in Compare], value=Compare.PREVIOUS.value),
            html.Div(id="cards"),
            *(dcc.Graph(id=name) for name in ("adds", "churn", "stocks", "rates")),
            dash_table.DataTable(id="cohorts", columns=[label, *kept]),
            dash_table.DataTable(id="daily", columns=[label, *report], style_data_conditional=over),
        ]
    )


def _column(key: str, name: str, form: Format) -> dict[str, Any]:
    return {"id": key, "name": name, "type": "numeric", "format": form}


if __name__ == "__main__":
    waitress.serve(board(sys.argv[1]).server, host="127.0.0.1", port=int(sys.argv[2]))
