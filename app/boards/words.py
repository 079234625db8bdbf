"""What a metric is made of, in words: the name of each term, and how it is taken over a period."""

from datetime import date

from app.domain.book import close_of
from app.domain.facts import FRIENDS, NEW, OLD, PUSHES, RETENTION, SALES, FactTable, Measure, Unit
from app.domain.period import Period, month_of
from app.domain.terms import Fact, Level, Source, Span, Stock, Take, Term, Total
from app.domain.text import Text
from app.i18n import short_range
from app.metrics.definition import Balance, Flow, Formula, Net

TABLES: dict[Source, FactTable] = {
    Source.FRIENDS: FRIENDS,
    Source.COHORTS: RETENTION,
    Source.SALES: SALES,
    Source.PUSHES: PUSHES,
}
"""Where the facts of a source are entered."""
_STOCKS = {
    Stock.CURRENT: Text("现好友", "Current friends"),
    Stock.CUMULATIVE: Text("累计好友", "Cumulative friends"),
}
_TAKES = {
    Take.OPENING: Text("期初", "opening"),
    Take.CLOSING: Text("期末", "close"),
    Take.MONTH_OPENING: Text("上月末", "close of the month before"),
}
_KINDS = {NEW: Text("新客", "New customers’"), OLD: Text("老客", "Old customers’")}


def name(term: Term) -> Text:
    """Return what a term counts."""
    if isinstance(term, Level):
        return _STOCKS[term.stock]
    if term.fact is Fact.COHORT_ADDS:
        return Text("这些批次的新增好友", "Friends added in these cohorts")
    if term.day_n is not None:
        return Text(f"第 {term.day_n} 日留存人数", f"Retained on day {term.day_n}")
    measure = TABLES[term.fact.source].measure(term.fact.column).name
    kind = _KINDS.get(term.kinds) if term.kinds else None
    return Text(f"{kind.zh} {measure.zh}", f"{kind.en} {measure.en}") if kind else measure


def measure(term: Total) -> Measure:
    """Return the measure that a total sums: of what a table does not ask for, one of its own name."""
    found = next((m for m in TABLES[term.fact.source].measures if m.key == term.fact.column), None)
    return found or Measure(term.fact.column, name(term))


def unit(term: Term) -> Unit:
    """Return what a term counts in, as it is shown."""
    return Unit.COUNT if isinstance(term, Level) else measure(term).unit


def taken(term: Term, period: Period) -> Text:
    """Return over which days a term runs, or at which close it is taken."""
    if isinstance(term, Level):
        day, take = _day(close_of(term.take, period)), _TAKES[term.take]
        return Text(f"{take.zh}，{day} 收盘", f"{take.en}, {day}")
    days = short_range(days_of(term, period))
    if term.paired is not None:
        paired = TABLES[term.fact.source].measure(term.paired.column).name
        return Text(f"{days} 合计，只计记了{paired.zh}的行", f"sum of {days}, rows that have {paired.en.lower()}")
    return Text(f"{days} 合计", f"sum of {days}")


def days_of(term: Total, period: Period) -> Period:
    """Return the days that a total runs over."""
    return period if term.span is Span.PERIOD else Period(month_of(period.last).first, period.last)


def totalled(formula: Formula) -> Text:
    """Say how a metric is put together over days, units and channels."""
    if isinstance(formula, Flow):
        return Text("按日、单元、渠道相加", "Added up over days, units and channels")
    if isinstance(formula, Net):
        return Text("两个合计相减，缺任一个就没有值", "One sum less another; without both there is no value")
    if isinstance(formula, Balance):
        take = _TAKES[formula.level.take]
        return Text(f"各单元相加，取{take.zh}值，不跨日相加", f"Added up over units at the {take.en}, never over days")
    return Text(
        "分子、分母各自合计后再相除，不是每日比率的平均",
        "Numerator and denominator are summed first, then divided; daily rates are never averaged",
    )


def signs(formula: Formula) -> tuple[str, str]:
    """Return what stands between the terms of a formula, and behind them."""
    if isinstance(formula, Net):
        return "−", ""
    if isinstance(formula, Flow | Balance):
        return "", ""
    if formula.plus:
        return "÷", f"+ {formula.plus}" if formula.plus > 0 else f"− {-formula.plus}"
    return "÷", "" if formula.scale == 1 else f"× {formula.scale:,}"


def _day(day: date) -> str:
    return f"{day.year}/{day.month}/{day.day}"
