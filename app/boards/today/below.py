"""What the direct children ask attention for: named, and in one notice for each kind."""

from collections.abc import Iterator

from app.boards.aims import thresholds
from app.boards.today.goals import OPEN_TARGETS, TONES
from app.boards.today.morning import CHURN, Morning
from app.boards.today.view import Notice, address
from app.boards.today.words import listed, shown
from app.domain.facts import Unit
from app.domain.number import Number
from app.domain.period import Period
from app.domain.text import Text
from app.domain.tree import UnitNode
from app.i18n import pair
from app.metrics.catalog import CATALOG
from app.metrics.compare import Assessment, Progress, Status, assess
from app.metrics.definition import Metric
from app.metrics.targets import from_steps


def churn_over(morning: Morning) -> Iterator[Notice]:
    """Tell which children are over the limit of churn, the highest first."""
    below, limit = morning.below, morning.limits.churn_limit
    day = Period(morning.yesterday, morning.yesterday)
    rates = [(below.number(CATALOG[CHURN], day, node.code), node) for node in below.nodes]
    over = sorted(((rate, node) for rate, node in rates if rate is not None and rate > limit), key=lambda one: -one[0])
    if not over:
        return
    named = listed([_named(node, shown(rate, Unit.RATE)) for rate, node in over])
    bound = shown(limit, Unit.RATE)
    span = {"first": morning.month.first, "last": morning.yesterday}
    yield Notice(
        "bad",
        "limit",
        Text(f"{len(over)} 个下级单元月流失率超阈值", f"Monthly churn over its limit below ({len(over)})"),
        Text(f"{named.zh}；阈值 {bound}", f"{named.en}; the limit is {bound}"),
        address("/growth", unit=over[0][1].code, **span),
        Text("看流失", "Churn"),
    )


def targets_behind(morning: Morning) -> Iterator[Notice]:
    """Tell for each metric which children are behind their own targets, or over them, the furthest first."""
    found: dict[str, list[tuple[Assessment, Number, Number, UnitNode]]] = {}
    for node in morning.below.nodes:
        for row in morning.below.targets.get(node.code, ()):
            metric = CATALOG.get(row.metric)
            aim = from_steps(metric, row.steps) if metric else None
            if metric is None or aim is None or metric.key in (CHURN, "churn_rate"):
                continue
            state, actual = _assessed(morning, metric, aim, node)
            if actual is not None and (state.status in TONES or state.status is Status.OVER_LIMIT):
                found.setdefault(metric.key, []).append((state, actual, aim, node))
    for key, states in found.items():
        yield _behind(morning, CATALOG[key], sorted(states, key=lambda one: (one[0].pace or 0, one[0].completion or 0)))


def _assessed(morning: Morning, metric: Metric, aim: Number, node: UnitNode) -> tuple[Assessment, Number | None]:
    month, today = morning.month, morning.today
    actual = morning.below.number(metric, month, node.code)
    bounds = thresholds(morning.limits)
    over = today > month.last
    return assess(metric, aim, actual, Progress.of(month, today), over=over, thresholds=bounds), actual


def _behind(morning: Morning, metric: Metric, states: list[tuple[Assessment, Number, Number, UnitNode]]) -> Notice:
    named = listed([_named(node, _beside(metric, state, actual, aim)) for state, actual, aim, node in states])
    is_bad = any(state.status in (Status.FAR_BEHIND, Status.OVER_LIMIT) for state, *_ in states)
    time = shown(Progress.of(morning.month, morning.today).share, Unit.RATE)
    is_paced = metric.is_flow and not metric.is_limit
    tail = Text(f"；时间进度 {time}", f"; {time} of the time") if is_paced else Text("", "")
    many = len(states)
    title = (
        Text(f"{many} 个下级单元{metric.label.zh}超限", f"{metric.label.en} over its limit below ({many})")
        if metric.is_limit
        else Text(f"{many} 个下级单元{metric.label.zh}落后", f"{metric.label.en} behind below ({many})")
    )
    return Notice(
        "bad" if is_bad else "warn",
        "below",
        title,
        Text(f"{named.zh}{tail.zh}", f"{named.en}{tail.en}"),
        address("/targets", unit=states[0][3].code, month=f"{morning.month.first:%Y-%m}"),
        OPEN_TARGETS,
    )


def _beside(metric: Metric, state: Assessment, actual: Number, aim: Number) -> str:
    """Return the numbers of a child: its completion for sums, else its value beside what was aimed at."""
    if metric.is_flow and not metric.is_limit:
        return shown(state.completion, Unit.RATE)
    said = pair(actual, aim, metric.unit)
    return f"{said.one} / {said.other}"


def _named(node: UnitNode, number: str) -> Text:
    return Text(f"{node.name} {number}", f"{node.name} {number}")
