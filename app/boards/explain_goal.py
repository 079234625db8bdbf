"""What is aimed for with a number: the targets of its months, what they lack, and what is to be expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from app.boards import words
from app.boards.aims import months_of, of_month
from app.boards.target_rows import patterns, thresholds_of
from app.boards.view import Plain
from app.domain.book import Book
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Period
from app.domain.roles import Viewer
from app.domain.scope import Scope
from app.domain.terms import Take, Term, Total
from app.domain.text import Text
from app.domain.tree import Tree
from app.i18n import show
from app.metrics.compare import Assessment, Progress, Status, Thresholds, assess, value
from app.metrics.definition import Metric
from app.metrics.forecast import elapsed_share, expected, forecast, needed_terms
from app.metrics.pace import needed_daily
from app.queries import book, targets


@dataclass(frozen=True, slots=True)
class Aimed:
    """A target beside what was reached; `month` is None for all months that have both."""

    month: Period | None
    target: Plain
    actual: Plain
    share: Plain
    """Completion, or for a limit usage."""
    pace: Plain
    status: Status | None
    """How the target of a month stands."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What each day left must bring, and what is lacking."""

    gap: Plain
    left: int
    daily: Plain


@dataclass(frozen=True, slots=True)
class Part:
    """A term of a forecast: what is known of it, how it goes on, and what it comes to."""

    name: Text
    unit: Unit
    known: Plain
    how: Text
    value: Plain


@dataclass(frozen=True, slots=True)
class Goal:
    """Everything about the targets of a number over whole months."""

    months: tuple[Aimed, ...]
    whole: Aimed | None
    progress: Progress | None
    """Of the only month, while it runs."""
    needed: Needed | None
    forecast: Plain
    parts: tuple[Part, ...]


def spans_of(period: Period, today: date) -> tuple[Period, ...]:
    """Return the days that a goal needs beside its period: those that forecast a month that runs."""
    months = months_of(period, today)
    return patterns(months[0], today) if len(months) == 1 else ()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the goal of a metric in a scope."""

    session: Session
    viewer: Viewer
    tree: Tree
    scope: Scope
    today: date

    def read(self, metric: Metric, period: Period) -> Goal | None:
        """Return the goal of a period of whole months; None where nothing is aimed for or to be expected."""
        months = months_of(period, self.today)
        runs = len(months) == 1 and self.today in months[0]
        aims = self._aims(metric, months)
        if not runs and not any(aim is not None for aim in aims.values()):
            return None
        loaded = self._book(metric, months, runs=runs)
        numbers = {month: value(metric, loaded, month) for month in months}
        thresholds = thresholds_of(self.session)
        lines = tuple(self._aimed(metric, month, aims[month], numbers[month], thresholds) for month in months)
        whole = _whole(metric, aims, numbers) if len(months) > 1 else None
        progress = Progress.of(months[0], self.today) if runs else None
        return Goal(
            lines,
            whole,
            progress,
            _needed(metric, aims[months[0]], numbers[months[0]], progress) if progress else None,
            plain(forecast(metric, loaded, months[0]), metric.unit) if runs else None,
            tuple(_part(term, loaded, months[0]) for term in metric.terms) if runs else (),
        )

    def _aims(self, metric: Metric, months: Sequence[Period]) -> dict[Period, Number | None]:
        if not months:
            return {}
        span = Period(months[0].first, months[-1].last)
        rows = targets.of_months(self.session, self.viewer, self.tree, self.scope.unit_id, span)
        return {month: of_month(metric, self.scope, rows.get(month.first, [])) for month in months}

    def _book(self, metric: Metric, months: Sequence[Period], *, runs: bool) -> Book:
        spans = [*months, *(patterns(months[0], self.today) if runs else ())]
        terms = (*metric.terms, *needed_terms(metric))
        days = None if runs else ()  # a forecast needs the days of its month
        return book.load(self.session, self.viewer, self.tree, self.scope, terms, spans, self.today, days)

    def _aimed(
        self, metric: Metric, month: Period, aim: Number | None, actual: Number | None, thresholds: Thresholds
    ) -> Aimed:
        over, progress = self.today > month.last, Progress.of(month, self.today)
        found = assess(metric, aim, actual, progress, over=over, thresholds=thresholds)
        return _line(metric, month, aim, actual, found)


def _line(metric: Metric, month: Period | None, aim: Number | None, actual: Number | None, found: Assessment) -> Aimed:
    share = found.completion if found.usage is None else found.usage
    shown = (plain(aim, metric.unit), plain(actual, metric.unit), plain(share, Unit.RATE), plain(found.pace, Unit.RATE))
    return Aimed(month, *shown, found.status if month else None)


def _whole(
    metric: Metric, aims: Mapping[Period, Number | None], numbers: Mapping[Period, Number | None]
) -> Aimed | None:
    """Return the sum of all months with a target and a value, as the year of targets has it; only of what adds up."""
    both = [(aim, numbers[month]) for month, aim in aims.items() if aim is not None and numbers[month] is not None]
    if not metric.is_flow or not both:
        return None
    aim, actual = (sum((pair[index] or 0 for pair in both), Fraction(0)) for index in (0, 1))
    done = Progress(1, 1)
    return _line(metric, None, aim, actual, assess(metric, aim, actual, done, over=True, thresholds=Thresholds()))


def _needed(metric: Metric, aim: Number | None, actual: Number | None, progress: Progress) -> Needed | None:
    daily = needed_daily(metric, aim, actual, progress)
    if daily is None or aim is None or actual is None:
        return None
    return Needed(plain(aim - actual, metric.unit), progress.days - progress.elapsed, plain(daily, metric.unit))


def _part(term: Term, loaded: Book, month: Period) -> Part:
    unit = words.unit(term)
    known, comes = loaded.answer(term, month), expected(term, loaded, month)
    return Part(words.name(term), unit, _out(known, unit), _how(term, loaded, month), _out(comes, unit))


def _how(term: Term, loaded: Book, month: Period) -> Text:
    """Say how a term goes on until its month closes."""
    if isinstance(term, Total):
        share, progress = elapsed_share(term, loaded, month, None), Progress.of(month, loaded.today)
        passed = show(share, Unit.RATE)
        if share == progress.share:
            return Text(f"÷ 已过天数占比 {passed}", f"÷ {passed}, the days passed")
        return Text(f"÷ 按近 8 周星期规律已过 {passed}", f"÷ {passed} passed by the weekdays of eight weeks")
    if term.take is not Take.CLOSING:
        return Text("已知，不再变", "known, does not change")
    known, comes = loaded.answer(term, month), expected(term, loaded, month)
    left = len(month) - len(month.until(loaded.today))
    if known is None or comes is None or not left:
        return Text("", "")
    daily = show(Fraction(comes - known) / left, Unit.YUAN, signed=True)  # two decimals, of heads too
    return Text(f"+ 日均净增 {daily} × 余 {left} 天", f"+ {daily} net a day × {left} days left")


def _out(found: Number | None, unit: Unit) -> Plain:
    return plain(Fraction(found, 100) if found is not None and unit is Unit.YUAN else found, unit)
