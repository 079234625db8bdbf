"""From a unit and the cards somebody chose to the view of 今日."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice

from sqlalchemy.orm import Session

from app.boards.today import below, goals, upkeep
from app.boards.today.cards import card
from app.boards.today.morning import USUAL, Morning, is_split, load
from app.boards.today.view import Notice, Today
from app.boards.view import Plain, Row
from app.domain.facts import Unit
from app.domain.number import plain
from app.domain.period import DAY, month_of
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree, UnitNode
from app.metrics.catalog import CATALOG
from app.metrics.compare import Progress
from app.queries import closings, recounts, users

TONES = ("bad", "warn", "info")
"""What weighs most comes first."""
EACH = 3
"""Notices of one kind that are shown: a bad day must not hide what else there is."""
SHOWN_TARGETS = 10
SHOWN_RECOUNTS = 5


def chosen(session: Session, viewer: Viewer) -> tuple[str, ...]:
    """Return the cards that the viewer sees: those chosen that are still in the catalogue, else the usual ones."""
    kept = tuple(key for key in users.cards(session, viewer) or () if key in CATALOG)
    return kept or USUAL


def read(session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, today: date) -> Today:
    """Return the page of a unit; Forbidden out of reach."""
    keys = chosen(session, viewer)
    morning = load(session, viewer, tree, unit, keys, today)
    counted = tuple(recounts.load(session, viewer, tree, unit.id, morning.so_far, limit=SHOWN_RECOUNTS))
    notices = [*_notices(morning, keys), *upkeep.recounted(morning, counted), *_open_month(session, viewer, morning)]
    shown = by_weight(notices)
    progress = Progress.of(morning.month, today)
    day, net, gmv = morning.yesterday, CATALOG["friends_net"], CATALOG["gmv"]
    return Today(
        month=morning.month,
        yesterday=day,
        cards=tuple(card(morning, key) for key in keys),
        net=plain(morning.number(net, day), net.unit),
        gmv=plain(morning.number(gmv, day), gmv.unit),
        notices=tuple(shown),
        hidden=len(notices) - len(shown),
        unseen=morning.below.unseen,
        targets=_first(morning.rows),
        time=plain(progress.share, Unit.RATE),
        elapsed=progress.elapsed,
        coverage=morning.board.coverage,
        days=morning.days,
        missing=morning.missing,
        recounts=counted,
    )


def _notices(morning: Morning, keys: Sequence[str]) -> Iterable[Notice]:
    yield from goals.churn_over(morning)
    yield from goals.limits_over(morning)
    yield from below.churn_over(morning)
    yield from goals.behind(morning)
    yield from below.targets_behind(morning)
    yield from upkeep.missing_entries(morning)
    yield from upkeep.unusual_days(morning, keys)


def _open_month(session: Session, viewer: Viewer, morning: Morning) -> Iterable[Notice]:
    """Yield that the month before is open, to whoever can close it."""
    before = month_of(morning.month.first - DAY).first
    if viewer.may(Action.MANAGE, ()) and before not in closings.load(session):
        yield upkeep.not_closed(before)


def by_weight(notices: Iterable[Notice]) -> list[Notice]:
    """Return the first few of each kind, those that weigh most first."""
    by_kind: dict[str, list[Notice]] = {}
    for notice in notices:
        by_kind.setdefault(notice.kind, []).append(notice)
    kept = [notice for found in by_kind.values() for notice in sorted(found, key=_weight)[:EACH]]
    return sorted(kept, key=_weight)


def _weight(notice: Notice) -> int:
    return TONES.index(notice.tone)


def _first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the targets that are shown, those of whole metrics, with what says how a row is drawn."""
    return tuple(_drawn(row) for row in islice((row for row in rows if not is_split(row)), SHOWN_TARGETS))


def _drawn(row: Row) -> Row:
    metric = CATALOG[str(row.values["metric"])]
    how: dict[str, Plain] = {"unit": metric.unit, "is_limit": metric.is_limit, "is_flow": metric.is_flow}
    return row._replace(values={**row.values, **how})
