"""Formulas in words that people and programs can read."""

from app.domain.facts import NEW, OLD
from app.domain.terms import Level, Span, Take, Term
from app.metrics.definition import Balance, Flow, Formula, Net

_KINDS = {NEW: "_new", OLD: "_old"}
_TAKES = {Take.OPENING: "opening", Take.CLOSING: "close", Take.MONTH_OPENING: "opening of the month"}


def formula_text(formula: Formula) -> str:
    """Return a formula as text, for example `losses / current (opening)`."""
    if isinstance(formula, Flow):
        return f"sum({term_text(formula.total)})"
    if isinstance(formula, Net):
        return f"{term_text(formula.gain)} - {term_text(formula.loss)}"
    if isinstance(formula, Balance):
        return term_text(formula.level)
    scale = "" if formula.scale == 1 else f" x {formula.scale}"
    plus = f" {formula.plus:+}".replace("+", "+ ").replace("-", "- ") if formula.plus else ""
    return f"{term_text(formula.numerator)}{scale} / {term_text(formula.denominator)}{plus}"


def term_text(term: Term) -> str:
    """Return a term as text, with how it is taken."""
    if isinstance(term, Level):
        return f"{term.stock} ({_TAKES[term.take]})"
    name = f"{term.fact.column}{_KINDS[term.kinds] if term.kinds else ''}"
    notes = []
    if term.day_n is not None:
        notes.append(f"day {term.day_n} cohorts")
    if term.paired is not None:
        notes.append(f"rows with {term.paired.column}")
    if term.span is Span.MONTH_TO_DATE:
        notes.append("month to date")
    return f"{name} ({', '.join(notes)})" if notes else name
