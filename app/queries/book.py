"""Answers to terms: everything a board or a query needs, loaded in a handful of statements."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.domain.book import Book, base, needed
from app.domain.period import DAY, Grain, Period, merged, month_of, split
from app.domain.roles import Action, Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Level, Term, Total
from app.domain.tree import Tree
from app.queries import channels, sums
from app.queries.readable import FACTS_ONLY, by_month, readings
from app.queries.stocks import FLOWS, Moves, levels
from app.queries.sums import ByGroup, Slice


def load(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    scope: Scope,
    terms: Iterable[Term],
    periods: Iterable[Period],
    today: date,
    days: Iterable[Period] | None = None,
) -> Book:
    """Return a book that answers `terms` over any of `periods`; Forbidden for a unit out of reach.

    `days` names the periods that will be cut into days or weeks: of months outside of them that no
    period cuts, only the sums are loaded. Without it everything is loaded day by day.
    """
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    asked, wanted = list(dict.fromkeys(terms)), list(periods)
    totals = list(dict.fromkeys(base(term) for term in asked if isinstance(term, Total)))
    has_levels = any(isinstance(term, Level) for term in asked)
    if has_levels:
        totals = list(dict.fromkeys([*totals, *FLOWS]))
    spans = _spans(asked, wanted, today, has_levels=has_levels)
    if not spans:
        return Book(today, (), {}, {})
    months: tuple[Period, ...] = ()
    if days is not None and not session.info.get(FACTS_ONLY):
        cut = [part for period in wanted for part in _shown(period, today)]
        months = whole_months(spans, cut, _spans(asked, days, today, has_levels=has_levels))
    fine = tuple(without(spans, months))
    flows = _flows(session, tree, scope, totals, fine, merged(months))
    moves = Moves(flows, frozenset(month.first for month in months))
    stocks, recounts = levels(session, tree, scope, spans, moves) if has_levels else ({}, {})
    return Book(today, fine, flows, stocks, recounts, months)


def load_whole(
    session: Session, viewer: Viewer, tree: Tree, scope: Scope, terms: Iterable[Term], period: Period, today: date
) -> Book:
    """Return a book that answers `terms`, totals of a period, over `period` as a whole, and over nothing else.

    It is read by its whole months and the days beside them, and a group has one row of each. ValueError for
    terms that look beyond the period.
    """
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    asked = list(terms)
    totals = [base(term) for term in asked if isinstance(term, Total)]
    if totals != asked:
        raise ValueError("only totals of a period can be loaded as a whole")
    if period.first > today:
        return Book(today, (), {}, {})
    whole = period.until(today)
    months = () if session.info.get(FACTS_ONLY) else merged(whole_months((whole,), (whole,), ()))
    flows = _flows(session, tree, scope, totals, without((whole,), months), months, whole.first)
    return Book(today, (), flows, {}, wholes=(whole,))


def _flows(
    session: Session,
    tree: Tree,
    scope: Scope,
    totals: Sequence[Total],
    days: Iterable[Period],
    months: Iterable[Period],
    whole: date | None = None,
) -> dict[Total, ByGroup]:
    """Return the sums of spans that are read by day, and of those that are read by month."""
    slices = [
        *(Slice(span, readings(session, tree, scope), whole) for span in days),
        *(Slice(span, by_month(tree, scope), whole) for span in months),
    ]
    is_named = scope.by is GroupBy.CHANNEL
    names = {row.id: row.code for row in channels.load(session).values()} if is_named else {}
    return sums.load(session, tree, scope, totals, slices, names)


def _spans(terms: Sequence[Term], periods: Iterable[Period], today: date, *, has_levels: bool) -> tuple[Period, ...]:
    """Return the days that answer terms; stocks are known by whole months before the first of them."""
    alike = {term.span if isinstance(term, Total) else term.take: term for term in terms}.values()
    wanted = (needed(term, part) for period in periods for part in _shown(period, today) for term in alike)
    return merged(Period(month_of(span.first).first, span.last) for span in wanted) if has_levels else merged(wanted)


def begun(*periods: Period) -> tuple[Period, ...]:
    """Return the first days of periods that begin inside of a month: what is counted from the 1st needs it."""
    return tuple(Period(period.first, period.first) for period in periods if period.first.day > 1)


def whole_months(spans: Iterable[Period], cut: Iterable[Period], fine: Iterable[Period]) -> tuple[Period, ...]:
    """Return the months wholly inside of spans that no period begins or ends in, and that have no day in `fine`."""
    edges = {period.first for period in cut if period.first.day > 1}
    edges |= {period.last for period in cut if period.last != month_of(period.last).last}
    kept = {month_of(day) for day in edges}
    kept |= {month_of(part.first) for span in fine for part in split(span, Grain.MONTH)}
    months = (month for span in spans for month in split(span, Grain.MONTH) if month == month_of(month.first))
    return tuple(month for month in months if month not in kept)


def without(spans: Iterable[Period], months: Sequence[Period]) -> Iterator[Period]:
    """Yield what is left of spans without some whole months, which stand in order."""
    for span in spans:
        day = span.first
        for month in (month for month in months if month in span):
            if day < month.first:
                yield Period(day, month.first - DAY)
            day = month.last + DAY
        if day <= span.last:
            yield Period(day, span.last)


def _shown(period: Period, today: date) -> tuple[Period, ...]:
    """Return the period as far as it can have happened, and whole, since both may be asked for."""
    part = period.until(today)
    return (period,) if part is period else (period, part)
