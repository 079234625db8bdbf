"""The answers to terms, day by day: what queries hand to metrics."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import accumulate

from app.domain.period import DAY, Period, merged, month_of
from app.domain.terms import Level, Span, Stock, Take, Term, Total

Group = str | None
"""A code of the grouping (channel, unit or customer kind); None for the scope as a whole."""

ByDay = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Book:
    """Sums per day and closing levels per day, for each group, over the loaded spans.

    `flows` holds for each total (span left out) its recorded days only; `levels` holds for each
    stock its close on every loaded day and the day before, from the first day with anything
    recorded on. A total or level that has no meaning in the scope is simply not there: no value.

    Of `wholes` only the sums are known, in `flows` by their first day, and the closes at both ends.
    """

    today: date
    spans: tuple[Period, ...]
    flows: Mapping[Total, Mapping[Group, ByDay]]
    levels: Mapping[Stock, Mapping[Group, ByDay]]
    recounts: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    """对账差异 by the day of a later stock count (of `wholes` by their last day): counted less computed."""
    wholes: tuple[Period, ...] = ()
    _loaded: tuple[Period, ...] = field(init=False, repr=False)
    _firsts: Sequence[date] = field(init=False, repr=False)
    _ends: tuple[frozenset[date], frozenset[date]] = field(init=False, repr=False)
    """The first and the last days of `wholes`."""
    _known: dict[tuple[Total, Group], tuple[list[date], list[int]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Join what was loaded: a board asks for ranges a thousand times."""
        object.__setattr__(self, "_loaded", merged((*self.spans, *self.wholes)))
        firsts = [whole.first for whole in self.wholes]
        object.__setattr__(self, "_firsts", firsts)
        object.__setattr__(self, "_ends", (frozenset(firsts), frozenset(whole.last for whole in self.wholes)))

    @property
    def groups(self) -> frozenset[str]:
        """The codes that anything was loaded for."""
        held = (*self.flows.values(), *self.levels.values())
        loaded = {group for by in held for group in by}
        return frozenset(group for group in loaded if group is not None)

    def answer(self, term: Term, period: Period, group: Group = None) -> int | None:
        """Return the value of a term over a period; None where nothing was recorded or all is to come.

        LookupError when a day it needs was never loaded: a missing load must not look like a
        missing number.
        """
        if period.first > self.today:
            return None
        part = period.until(self.today)
        if isinstance(term, Level):
            return self._close(self._closes(term, group), close_of(term.take, part))
        span = _span(term, part)
        if self.wholes == (span,):
            return self.flows.get(base(term), {}).get(group, {}).get(span.first)
        self._covered((span,))
        return _between(*self._running(base(term), group), span)

    def answers(self, term: Term, periods: Sequence[Period], group: Group = None) -> list[int | None]:
        """Return the value of a term over each of some periods, as `answer` does."""
        today = self.today
        if isinstance(term, Total) and term.span is Span.PERIOD and not self.wholes:
            # A board of days asks for thousands of them.
            days = [period.first for period in periods if period.first == period.last <= today]
            if len(days) == len(periods):
                self._covered([Period(min(days), max(days))] if days else [])
                return list(map(self.flows.get(term, {}).get(group, {}).get, days))
        begun = [period.until(today) if period.first <= today else None for period in periods]
        if isinstance(term, Level):
            closes = self._closes(term, group)
            return [None if part is None else self._close(closes, close_of(term.take, part)) for part in begun]
        spans = [None if part is None else _span(term, part) for part in begun]
        self._covered([span for span in spans if span is not None])
        recorded, sums = self._running(base(term), group)
        return [None if span is None else _between(recorded, sums, span) for span in spans]

    def _running(self, total: Total, group: Group) -> tuple[list[date], list[int]]:
        """Return a total's recorded days, wholes by their first, and the sums of all up to each of them."""
        known = self._known.get((total, group))
        if known is None:
            recorded = self.flows.get(total, {}).get(group, {})
            days = sorted(recorded)
            known = days, list(accumulate([recorded[day] for day in days], initial=0))
            self._known[total, group] = known
        return known

    def _closes(self, term: Level, group: Group) -> ByDay:
        return self.levels.get(term.stock, {}).get(group, {})

    def _close(self, closes: ByDay, day: date) -> int | None:
        level = closes.get(day)
        if level is None and not self._is_close(day):
            raise LookupError(f"the close of {day} was not loaded")
        return level

    def _is_close(self, day: date) -> bool:
        if any(span.first - DAY <= day <= span.last for span in self.spans):
            return True
        return any(day in (whole.first - DAY, whole.last) for whole in self.wholes)

    def _covered(self, spans: Sequence[Period]) -> None:
        """Raise LookupError unless each day of some spans was loaded, by itself or in a whole."""
        if not spans:
            return
        # What holds the ends of all of them holds each; only wholes may hide a day between.
        hull = Period(min([span.first for span in spans]), max([span.last for span in spans]))
        is_held = self._holds(hull)
        if is_held and not self.wholes:
            return
        for span in spans:
            if not (is_held or self._holds(span)) or self._cuts(span):
                raise LookupError(f"{span} was not loaded")

    def _holds(self, days: Period) -> bool:
        first, last = days.first, days.last
        return any(span.first <= first and last <= span.last for span in self._loaded)

    def _cuts(self, days: Period) -> bool:
        """Say whether a span begins or ends inside of a whole."""
        firsts, lasts = self._ends
        if days.first in firsts and days.last in lasts:
            return False
        first, last = self._whole(days.first), self._whole(days.last)
        return (first is not None and first.first != days.first) or (last is not None and last.last != days.last)

    def _whole(self, day: date) -> Period | None:
        """Return the whole that hides a day."""
        place = bisect_right(self._firsts, day)
        return self.wholes[place - 1] if place and day in self.wholes[place - 1] else None


def _between(recorded: Sequence[date], sums: Sequence[int], span: Period) -> int | None:
    """Return what was recorded from the first to the last day of a span; None for nothing."""
    start, end = bisect_left(recorded, span.first), bisect_right(recorded, span.last)
    return None if start == end else sums[end] - sums[start]


def base(term: Total) -> Total:
    """Return a total without its span, as it stands in a book."""
    return term if term.span is Span.PERIOD else _without_span(term)


@cache
def _without_span(term: Total) -> Total:
    return replace(term, span=Span.PERIOD)


def close_of(take: Take, period: Period) -> date:
    """Return the day at whose close a level of `period` is taken."""
    if take is Take.OPENING:
        return period.first - DAY
    if take is Take.CLOSING:
        return period.last
    return month_of(period.last).first - DAY


def needed(term: Term, period: Period) -> Period:
    """Return the days that must be loaded to answer `term` over `period`."""
    if isinstance(term, Total):
        return _span(term, period)
    day = close_of(term.take, period) + DAY
    return Period(min(day, period.first), period.last)


def _span(term: Total, period: Period) -> Period:
    if term.span is Span.PERIOD:
        return period
    return Period(month_of(period.last).first, period.last)
