"""The catalogue of metrics against the one that was typed in by hand from the metric contract."""

from decimal import Decimal

import pytest

from app.domain.facts import NEW, OLD, ChannelKind, Unit
from app.domain.terms import Fact, Level, Source, Span, Stock, Take, Term, Total
from app.metrics.catalog import CATALOG, GROUPS
from app.metrics.definition import Balance, Better, Flow, Metric, Net, Ratio
from app.metrics.describe import formula_text
from tests.plain import CATALOGUE
from tests.plain.catalogue import LEVELS, SUMS
from tests.plain.world import SPLITS

SHAPES = {Flow: "flow", Net: "net", Balance: "stock", Ratio: "ratio"}
LIMITS = {"churn_rate": Decimal("0.05"), "churn_rate_mtd": Decimal("0.05")}
SPECIAL = {
    "losses_mtd": Total(Fact.LOSSES, span=Span.MONTH_TO_DATE),
    "adds_with_reach": Total(Fact.ADDS, paired=Fact.REACH),
    **{f"retained_{n}": Total(Fact.RETAINED, day_n=n) for n in (1, 7, 30)},
    **{f"cohort_adds_{n}": Total(Fact.COHORT_ADDS, day_n=n) for n in (1, 7, 30)},
}
TAKES = {"close": Take.CLOSING, "open": Take.OPENING, "month_open": Take.MONTH_OPENING}
FORMULAS = {
    "reach": "sum(reach)",
    "friends_net": "adds - losses",
    "friends_current": "current (close)",
    "retention_total": "current (close) / cumulative (close)",
    "churn_rate": "losses / current (opening)",
    "churn_rate_mtd": "losses (month to date) / current (opening of the month)",
    "add_rate": "adds (rows with reach) / reach",
    "retention_d7": "retained (day 7 cohorts) / adds (day 7 cohorts)",
    "aov_new": "gmv_new / orders_new",
    "repeat_share": "gmv_old / gmv",
    "old_conversion": "buyers_old / current (opening)",
    "push_cpm": "push_cost x 1000 / pushes",
}

metrics = pytest.mark.parametrize("metric", CATALOG.values(), ids=lambda metric: str(metric.key))


def term_of(name: str) -> Term:
    """Return what the reference's name of a term means."""
    if name in SPECIAL:
        return SPECIAL[name]
    if name in LEVELS:
        stock, when = LEVELS[name]
        return Level(Stock(stock), TAKES[when])
    table, measure, kinds = SUMS[name]
    return Total(Fact(f"{table}.{measure}"), {None: None, "new": NEW, "old": OLD}[kinds])


def test_the_catalogue_is_complete_and_in_order() -> None:
    assert list(CATALOG) == list(CATALOGUE)
    assert len(CATALOG) == 41
    assert [len(group) for _, group in GROUPS] == [13, 22, 6]
    assert [title.zh for title, _ in GROUPS] == ["用户", "营收", "推送"]


@metrics
def test_a_formula_is_that_of_the_contract(metric: Metric) -> None:
    entry = CATALOGUE[metric.key]
    assert SHAPES[type(metric.formula)] == entry.shape
    assert metric.terms == tuple(term_of(name) for name in entry.terms)
    assert getattr(metric.formula, "scale", 1) == entry.factor


@metrics
def test_unit_direction_and_limit_are_those_of_the_contract(metric: Metric) -> None:
    entry = CATALOGUE[metric.key]
    assert (metric.unit.value, metric.better.value) == (entry.unit, entry.better)
    assert metric.is_limit == (metric.better is Better.DOWN)
    assert metric.is_flow == (entry.shape in {"flow", "net"})
    assert metric.limit == LIMITS.get(metric.key)


@metrics
def test_a_metric_is_named_and_explained_in_both_languages(metric: Metric) -> None:
    for text in (metric.name, metric.label, metric.about):
        assert text.zh.strip()
        assert text.en.strip()
    assert metric.source in {"article", "SOP", "plan", "method"}
    assert formula_text(metric.formula)


@metrics
def test_a_metric_splits_by_what_all_its_tables_know(metric: Metric) -> None:
    """Worked out from the tables of the reference: a stock splits by nothing but units."""
    splits = {"source", "touchpoint", "customer_kind"}
    for term in metric.terms:
        table = "stock-counts" if isinstance(term, Level) else _table(term)
        splits &= set(SPLITS[table])
    assert {kind.value for kind in metric.channel_kinds} == splits - {"customer_kind"}
    assert metric.by_customer_kind == ("customer_kind" in splits)


def _table(term: Term) -> str:
    assert isinstance(term, Total)
    return "retention" if term.fact.source is Source.COHORTS else term.fact.source.value


def test_a_short_name_is_the_label() -> None:
    assert CATALOG["churn_rate_mtd"].label.zh == "月流失率"
    assert CATALOG["churn_rate"].label is CATALOG["churn_rate"].name


@pytest.mark.parametrize(("key", "text"), FORMULAS.items(), ids=str)
def test_a_formula_reads_as_text(key: str, text: str) -> None:
    assert formula_text(CATALOG[key].formula) == text


def test_channels_that_a_few_metrics_split_by() -> None:
    kinds = {key: {kind.value for kind in CATALOG[key].channel_kinds} for key in ("gmv", "add_rate", "push_cpm")}
    assert kinds == {"gmv": {"source", "touchpoint"}, "add_rate": {"source"}, "push_cpm": {"touchpoint"}}
    assert CATALOG["friends_current"].channel_kinds == frozenset()
    assert CATALOG["first_order_rate"].channel_kinds == {ChannelKind.SOURCE}


def test_units_have_the_right_money() -> None:
    yuan = {key for key, metric in CATALOG.items() if metric.unit is Unit.YUAN}
    assert {"gmv", "aov", "push_cpm", "refunds"} <= yuan
    assert not {"orders", "new_share", "pushes"} & yuan
