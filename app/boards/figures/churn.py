"""The threshold recipe: month-to-date churn against its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from app.boards.figures.parts import (
    MARGIN,
    Layout,
    Trace,
    end_label,
    line,
    narrow,
    percent_axis,
    rates,
    time_axis,
)
from app.boards.figures.threshold import areas, is_over, limit_line, marks
from app.boards.view import Figure
from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.period import Grain, Period
from app.i18n import show, t
from app.metrics.churn import Breach, prorated

HOVER = "%{customdata}"
"""Rates are written by the server: the browser's formats do not round half up."""

ROOM = Decimal("1.25")
"""How far the axis reaches above the limit at least: the signs of notes stand over the limit's label."""
NEAR = 8
"""Ends of lines closer than one in so many parts of the axis: their labels are moved apart."""


@dataclass(frozen=True, slots=True)
class Churn:
    """The month-to-date series with what it is compared with and where it breaks the limit."""

    points: Sequence[tuple[date, Number | None]]
    before: Sequence[Number | None]
    """The compared period by the same position; shorter or longer ones are cut or padded."""
    plain: Sequence[Decimal | None]
    """The values of `points` as they are given out."""
    daily: bool
    """Whether points are days, not months: then the share of the limit that even losses use up is shown."""
    limit: Decimal
    breaches: Sequence[Breach]
    before_name: str
    """Of the whole compared range, for hovering."""
    before_short: str
    """The same where it must be short: at the end of its line."""


def churn(series: Churn) -> Figure:
    """Return the limit, the prorated line, the area of the breach, its points and the first crossing."""
    x = [day.isoformat() for day, _ in series.points]
    y, before = series.plain, _rounded(series.before)
    days = [day for day, _ in series.points]
    periods, grain = [Period(day, day) for day in days], Grain.DAY if series.daily else Grain.MONTH
    restarts = [place for place in range(1, len(days)) if days[place].month != days[place - 1].month]
    shape, label = limit_line(series.limit, f"{t('阈值', 'Limit')} {show(series.limit, Unit.RATE)}")
    return {
        "data": [*areas(days, y, series.limit, restarts), *_lines(series, x, y, before)],
        "layout": {
            "xaxis": time_axis(periods, grain),
            "yaxis": percent_axis(rangemode="tozero", autorangeoptions={"include": series.limit * ROOM}),
            "margin": MARGIN | {"r": 76},
            "shapes": [shape],
            "annotations": [
                label,
                *(_crossing(breach, series.limit, daily=series.daily) for breach in series.breaches[:1]),
                *_ends(series, x, y, before),
            ],
        },
        "narrow": narrow(periods, grain, 4),
    }


def _ends(
    series: Churn, x: Sequence[str], y: Sequence[Decimal | None], before: Sequence[Decimal | None]
) -> list[Layout]:
    """Return the last value of both lines; where they end close to each other, one is moved up and one down."""
    now, then = (next((value for value in reversed(line) if value is not None), None) for line in (y, before))
    top = max([series.limit, *(value for value in (*y, *before) if value is not None)])
    apart = 0
    if now is not None and then is not None and abs(now - then) * NEAR < top:
        apart = 14 if now >= then else -14
    beside = f"{series.before_short}<br>{show(then, Unit.RATE)}"
    return [
        *end_label(x, y, show(now, Unit.RATE), font={"color": _ink(y, series.limit)}, yshift=apart),
        *end_label(x, before, beside, font={"color": "var(--text-3)"}, yshift=-apart),
    ]


def _rounded(values: Sequence[Number | None]) -> list[Decimal | None]:
    return [None if value is None else half_up(value, 10) for value in values]


def _ink(y: Sequence[Decimal | None], limit: Decimal) -> str:
    known = [value for value in y if value is not None]
    return "var(--bad)" if known and known[-1] > limit else "var(--text)"


def _lines(
    series: Churn, x: Sequence[str], y: Sequence[Decimal | None], before: Sequence[Decimal | None]
) -> tuple[Trace, ...]:
    even = [_even(day, series.limit) for day, _ in series.points] if series.daily else []
    values = [value for _, value in series.points]
    marker = marks(is_over(y, series.limit), "var(--series-main)")
    thin = {"color": "var(--bad-line)", "width": 1, "dash": "dot"}
    grey = {"color": "var(--series-prev)", "width": 1.5, "dash": "dot"}
    main, limit = "var(--series-main)", t("按天折算上限", "Prorated limit")
    name, allowed, told = t("月流失率", "Month to date"), [value for value, _ in even], [words for _, words in even]
    return (
        line(limit, x[: len(even)], allowed, main, HOVER, mode="lines", line=thin, customdata=told),
        line(name, x, y, main, HOVER, mode="lines+markers", marker=marker, customdata=rates(values)),
        line(series.before_name, x, before, main, HOVER, mode="lines", line=grey, customdata=rates(series.before)),
    )


@lru_cache(maxsize=1024)
def _even(day: date, limit: Decimal) -> tuple[Decimal, str]:
    """Return what even losses use up of a limit by a day, and how that is written."""
    share = prorated(day, limit)
    return half_up(share, 10), show(share, Unit.RATE)


def _crossing(breach: Breach, limit: Decimal, *, daily: bool) -> Layout:
    return {
        "x": breach.day.isoformat(),
        "y": half_up(breach.value, 10),
        "text": _words(breach, show(limit, Unit.RATE).replace(".00", ""), daily=daily),
        "showarrow": True,
        "ax": -64,
        "ay": -52,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": "var(--bad)",
        "standoff": 6,
        "align": "left",
        "font": {"color": "var(--bad)"},
    }


def _words(breach: Breach, top: str, *, daily: bool) -> str:
    day, rate = breach.day, show(breach.value, Unit.RATE)
    if daily:
        when = f"{day.month}/{day.day}"
        return t(f"<b>{when} 起超过 {top} 阈值</b><br>当日 {rate}", f"<b>Over {top} from {when}</b><br>{rate} that day")
    when = t(f"{day.month}月", f"{day:%b}")
    return t(f"<b>{when}超过 {top} 阈值</b><br>期末 {rate}", f"<b>Over {top} in {when}</b><br>{rate} at the close")
