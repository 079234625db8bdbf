"""One declaration of the facts: tables, inputs, terms and the REST contract must agree with it."""

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import BigInteger, UniqueConstraint

from app.domain.facts import (
    DAILY,
    MAX_FEN,
    NEW,
    OLD,
    RETENTION,
    RETENTION_DAYS,
    SALES,
    STOCK_COUNTS,
    TABLES,
    TARGETS,
    UNATTRIBUTED,
    ChannelKind,
    CustomerKind,
    FactTable,
    Unit,
)
from app.domain.rollups import STOCK_SUMS
from app.domain.terms import Fact
from app.inputs.facts import KEYS, ROWS
from app.models import FACT_MODELS, Base
from app.queries.readable import DAYS, FACTS, MONTHS

CONTRACT = {
    "friends": ("day, unit, channel", "reach, adds, losses"),
    "retention": ("cohort_day, unit, channel, day_n", "retained"),
    "sales": (
        "day, unit, touchpoint, source, customer_kind",
        "gmv, orders, buyers, refunds, member_gmv, member_orders",
    ),
    "pushes": ("day, unit, touchpoint", "pushes, push_cost, push_gmv, push_losses"),
    "stock-counts": ("day, unit", "cumulative, current"),
    "targets": ("month, unit, metric, channel, customer_kind", "value"),
}
"""Key and measures by kind, as api.md lists them."""

MONEY = {"gmv", "refunds", "member_gmv", "push_cost", "push_gmv"}
SAMPLE: dict[str, Any] = {
    "day": "2024-02-29",
    "cohort_day": "2024-02-29",
    "month": "2024-02",
    "unit": "shop",
    "channel": "card",
    "touchpoint": "sms",
    "source": "card",
    "day_n": 7,
    "customer_kind": "new",
    "metric": "gmv",
}
MEASURES = [(table, measure.key) for table in DAILY for measure in table.measures]

tables = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: str(table.kind))
measures = pytest.mark.parametrize(("table", "measure"), MEASURES, ids=str)


def keys(parts: Iterable[Any]) -> list[str]:
    """Return the keys of dims or measures."""
    return [part.key for part in parts]


def test_the_tables_are_those_of_the_contract() -> None:
    found = {kind: (", ".join(table.key), ", ".join(keys(table.measures))) for kind, table in TABLES.items()}
    assert found == CONTRACT
    assert (TARGETS, *DAILY) == (TABLES["targets"], *(TABLES[kind] for kind in CONTRACT if kind != "targets"))


@tables
def test_a_model_has_the_columns_of_its_table(table: FactTable) -> None:
    sql = Base.metadata.tables[table.kind.replace("-", "_")]
    dims = [dim.column for dim in table.dims]
    bookkeeping = {"id", "unit_id", "revision", "updated_at"} | ({"channel_slot"} if table is TARGETS else set())
    assert FACT_MODELS[table.kind].metadata.tables[sql.name] is sql
    derived = set(STOCK_SUMS.measures) if table is STOCK_COUNTS else set()
    assert set(sql.columns.keys()) == bookkeeping | derived | {table.day_key, *dims, *keys(table.measures)}
    for measure in table.measures:
        column = sql.columns[measure.key]
        assert column.nullable  # absent is not zero
        assert isinstance(column.type, BigInteger)


@tables
def test_a_model_is_unique_by_the_key_of_its_table(table: FactTable) -> None:
    sql = Base.metadata.tables[table.kind.replace("-", "_")]
    (unique,) = (item for item in sql.constraints if isinstance(item, UniqueConstraint))
    columns = {"channel_slot" if dim.optional and dim.channels else dim.column for dim in table.dims}
    assert {column.name for column in unique.columns} == {"unit_id", table.day_key, *columns}


@tables
def test_an_input_has_the_fields_of_its_table(table: FactTable) -> None:
    key, row = KEYS[table.kind].model_fields, ROWS[table.kind].model_fields
    assert set(key) == set(table.key)
    assert set(row) == {*table.key, *keys(table.measures), "revision"}
    may_be_left_out = {dim.key for dim in table.dims if dim.optional} | ({"source"} if table is SALES else set())
    assert {name for name, field in key.items() if not field.is_required()} == may_be_left_out
    assert all(not row[measure.key].is_required() for measure in table.measures)


@measures
def test_an_input_reads_a_measure_by_its_unit(table: FactTable, measure: str) -> None:
    sample = {name: SAMPLE[name] for name in table.key}
    row = ROWS[table.kind]
    is_money = table.measure(measure).unit is Unit.YUAN
    assert is_money == (measure in MONEY)
    assert getattr(row.model_validate({**sample, measure: 3}), measure) == (300 if is_money else 3)
    assert getattr(row.model_validate({**sample, measure: None}), measure) is None
    if is_money:
        assert getattr(row.model_validate({**sample, measure: "1.25"}), measure) == 125
    else:
        with pytest.raises(ValidationError):
            row.model_validate({**sample, measure: "1.25"})


def test_every_measure_of_flows_is_a_fact_that_formulas_can_name() -> None:
    facts = {(fact.source.value, fact.column) for fact in Fact}
    flows = {(table.kind, measure) for table, measure in MEASURES if table.kind in {"friends", "sales", "pushes"}}
    steps = {("stock", name) for name in STOCK_SUMS.measures}
    assert facts == flows | steps | {("cohorts", "retained"), ("cohorts", "adds")}
    for readables in (FACTS, DAYS, MONTHS):
        readable = {(source.value, name) for source, found in readables.items() for name in found.measures}
        assert readable - {("friends", "adds_reached")} == facts


def test_customer_kinds_are_new_or_old() -> None:
    assert {CustomerKind.NEW} == NEW
    assert {CustomerKind.FIRST_REPEAT, CustomerKind.SECOND_REPEAT, CustomerKind.LOYAL} == OLD
    assert [kind.text.zh for kind in CustomerKind] == ["新客", "首次复购", "二次复购", "多次复购"]


def test_the_small_print() -> None:
    assert RETENTION_DAYS == (1, 7, 30)
    assert MAX_FEN == 10**15  # 10^13 yuan
    assert {kind: f"unattributed_{kind.value}" for kind in ChannelKind} == UNATTRIBUTED
    assert RETENTION.day_key == "cohort_day"
    assert [dim.column for dim in SALES.dims] == ["touchpoint_id", "source_id", "customer_kind"]
    with pytest.raises(StopIteration):
        SALES.measure("reach")
