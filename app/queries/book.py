"""Answers to terms: everything a board or a query needs, loaded in a handful of statements."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.domain.book import Book, base, needed
from app.domain.period import DAY, Period
from app.domain.roles import Action, Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Level, Term, Total
from app.domain.tree import Tree
from app.queries import channels
from app.queries.stocks import ADDS, LOSSES, levels
from app.queries.sums import daily


def load(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    scope: Scope,
    terms: Iterable[Term],
    periods: Iterable[Period],
    today: date,
) -> Book:
    """Return a book that answers `terms` over any of `periods`; Forbidden for a unit out of reach."""
    viewer.require(Action.READ, tree.lineage(scope.unit_id))
    asked = list(dict.fromkeys(terms))
    totals = list(dict.fromkeys(base(term) for term in asked if isinstance(term, Total)))
    has_levels = any(isinstance(term, Level) for term in asked)
    if has_levels:
        totals = list(dict.fromkeys([*totals, ADDS, LOSSES]))
    spans = merged(needed(term, part) for period in periods for part in _shown(period, today) for term in asked)
    if not spans:
        return Book(today, (), {}, {})
    named = scope.by is GroupBy.CHANNEL
    names = {row.id: row.code for row in channels.load(session).values()} if named else {}
    flows = daily(session, tree, scope, totals, spans, names)
    stocks, recounts = levels(session, tree, scope, spans, flows) if has_levels else ({}, {})
    return Book(today, spans, flows, stocks, recounts)


def _shown(period: Period, today: date) -> tuple[Period, ...]:
    """Return the period as far as it can have happened, and whole, since both may be asked for."""
    return (period, period.until(today))


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join periods that overlap or touch."""
    joined: list[Period] = []
    for period in sorted(periods):
        if joined and period.first <= joined[-1].last + DAY:
            joined[-1] = replace(joined[-1], last=max(joined[-1].last, period.last))
        else:
            joined.append(period)
    return tuple(joined)
