"""Bad input in rows of facts: refused as a whole, the row and the field named, the stored value untouched."""

import json
from collections.abc import Sequence
from decimal import Decimal

import pytest

from app.domain.facts import TABLES, Unit
from tests.api.kit import KEYS, MEASURES, Api, Row, body, refused, row

COUNTS = [(kind, m.key) for kind, table in TABLES.items() for m in table.measures if m.unit is Unit.COUNT]
COUNTS.remove(("targets", "value"))
MONEY = [(kind, m.key) for kind, table in TABLES.items() for m in table.measures if m.unit is Unit.YUAN]
NO_COUNT = (
    *("-1", "1.5", "5.0", "true", '"5"', '"x"', "[]", "{}", "NaN", "Infinity", "-Infinity", "1e309", "1e3"),
    str(10**12 + 1),
)
NO_MONEY = (
    *("-1", "-0.01", '"-1"', "1.234", '"1.234"', "0.1234567890123456", "true", '"x"', '""', '" 1"', '"1 "', '"+1"'),
    *('"1e3"', '"1,000"', '"１"', "[]", "{}", "NaN", '"NaN"', "Infinity", '"Infinity"', "1e309", "1e300"),
    *("10000000000000.01", '"1e999999999"', '"0x10"', '"1_000"', '"10000000000001"', str(10**30), f'"{"9" * 60}"'),
)


def all_refused(api: Api, kind: str, field: str, texts: Sequence[str]) -> None:
    """Send a good row, and one for each of the texts, raw JSON, as the value of a field: all of those are named."""
    rows = [row(kind, unit="west"), *(row(kind, **{field: f"@{at}@"}) for at, _ in enumerate(texts))]
    content = json.dumps({"rows": rows}, default=float)
    for at, text in enumerate(texts):
        content = content.replace(f'"@{at}@"', text)
    headers = {"Content-Type": "application/json"}
    response = api.send("PUT", f"/facts/{kind}", content=content.encode(), headers=headers)
    refused(response, *((at, field) for at, _ in enumerate(texts, 1)))


@pytest.mark.parametrize(("kind", "field"), COUNTS)
def test_a_count_is_an_integer_from_0_to_10_to_the_12(kept: Api, kind: str, field: str) -> None:
    all_refused(kept, kind, field, NO_COUNT)


@pytest.mark.parametrize(("kind", "field"), MONEY)
def test_money_is_a_plain_number_with_two_decimals_at_most(kept: Api, kind: str, field: str) -> None:
    all_refused(kept, kind, field, NO_MONEY)


def test_a_target_has_the_decimals_and_bounds_of_its_metric(kept: Api) -> None:
    cases: tuple[tuple[str, object], ...] = (
        ("orders", 1.5),
        ("orders", "1.5"),
        ("orders", 10**12 + 1),
        ("friends_current", 0.1),
        ("gmv", 1.234),
        ("gmv", "1.234"),
        ("gmv", "10000000000000.01"),
        ("aov", "0.001"),
        ("add_rate", "0.12345678901"),
        ("churn_rate", "0.00000000001"),
        ("add_rate", -0.1),
        ("add_rate", "5%"),
        ("add_rate", True),
        ("add_rate", [0.1]),
    )
    for metric, value in cases:
        refused(
            kept.rows("targets", row("targets", unit="west"), row("targets", metric=metric, value=value)), (1, "value")
        )


@pytest.mark.parametrize("kind", TABLES)
def test_a_day_exists_and_is_written_as_one(kept: Api, kind: str) -> None:
    key = TABLES[kind].day_key
    months = ('"2023-13"', '"2023-5"', '"2023-05-01"', '"1999-12"', '"2200-01"', '"2023-00"')
    days = (
        *('"2023-02-29"', '"2023-5-1"', '"20230501"', '"2023-05-01T00:00:00"'),
        *('"1999-12-31"', '"2200-01-01"', '"2023-05"'),
    )
    anything = (
        *('""', '"today"', "20230501", "null", "true", "[]"),
        *('" 2023-05-01"', '"２０２３-05-01"', '"2023-05-01\\n"'),
    )
    all_refused(kept, kind, key, (*(months if key == "month" else days), *anything))


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "targets"])
def test_a_day_lies_not_in_the_future(kept: Api, kind: str) -> None:
    key = TABLES[kind].day_key
    refused(kept.rows(kind, row(kind, unit="west"), row(kind, **{key: "2023-10-10"})), (1, key))


def test_a_cohort_is_not_counted_before_its_day(kept: Api) -> None:
    cases: tuple[tuple[str, int], ...] = (
        ("2023-10-09", 1),
        ("2023-10-03", 7),
        ("2023-09-10", 30),
    )
    for cohort, day_n in cases:
        late = row("retention", cohort_day=cohort, day_n=day_n)
        refused(kept.rows("retention", row("retention", unit="west"), late), (1, "day_n"))


def test_retention_is_counted_on_day_1_7_or_30(kept: Api) -> None:
    cases: tuple[object, ...] = (
        0,
        2,
        31,
        "7",
        7.5,
        7.0,
        None,
        [7],
        True,
        "x",
    )
    for value in cases:
        refused(kept.rows("retention", row("retention", unit="west"), row("retention", day_n=value)), (1, "day_n"))


def test_a_part_does_not_exceed_its_whole(kept: Api) -> None:
    cases: tuple[tuple[str, Row, str], ...] = (
        ("sales", {"buyers": 101}, "buyers"),
        ("sales", {"member_orders": 101}, "member_orders"),
        ("sales", {"member_gmv": "2471.06"}, "member_gmv"),
        ("sales", {"gmv": 0}, "member_gmv"),
        ("sales", {"orders": 97}, "buyers"),
        ("stock-counts", {"current": 31_775}, "current"),
        ("stock-counts", {"cumulative": 9_999}, "current"),
    )
    for kind, changes, field in cases:
        refused(kept.rows(kind, row(kind, unit="west"), {**KEYS[kind], **changes}), (1, field))
        refused(kept.rows(kind, row(kind, unit="west"), row(kind, **changes)), (1, field))


@pytest.mark.parametrize("measure", ["cumulative", "current"])
def test_a_stock_count_needs_both_numbers(kept: Api, measure: str) -> None:
    refused(
        kept.rows("stock-counts", row("stock-counts", unit="west"), row("stock-counts", **{measure: None})),
        (1, measure),
    )
    other = {"day": "2023-05-05", "unit": "east", measure: 5}
    refused(kept.rows("stock-counts", other), (0, next(key for key in MEASURES["stock-counts"] if key != measure)))


WRONG_CODES = (
    *(
        '"East"',
        '"east "',
        '"east\\n"',
        '""',
        '"-east"',
        "5",
        "true",
        '["east"]',
        '"' + "e" * 41 + '"',
        '"东区"',
        '"\\u0000"',
        '"\\ud800"',
    ),
)
CODES = [(kind, dim.key) for kind, table in TABLES.items() for dim in table.dims if dim.channels]


@pytest.mark.parametrize(("kind", "field"), [*((kind, "unit") for kind in TABLES), *CODES])
def test_an_unknown_code_is_named(kept: Api, kind: str, field: str) -> None:
    response = kept.rows(kind, row(kind, unit="west"), row(kind, **{field: "nowhere"}))
    refused(response, (1, field))
    assert "nowhere" in body(response)["errors"][0]["message"]
    all_refused(kept, kind, field, WRONG_CODES)


def test_a_channel_of_the_wrong_kind_is_named(kept: Api) -> None:
    cases: tuple[tuple[str, str, str], ...] = (
        ("friends", "channel", "group"),
        ("retention", "channel", "sms"),
        ("sales", "touchpoint", "parcel"),
        ("sales", "source", "group"),
        ("pushes", "touchpoint", "unattributed_source"),
    )
    for kind, field, code in cases:
        refused(kept.rows(kind, row(kind, unit="west"), row(kind, **{field: code})), (1, field))


def test_an_unknown_kind_of_customer_is_refused(kept: Api) -> None:
    cases: tuple[object, ...] = (
        "old",
        "NEW",
        "",
        1,
        True,
        ["new"],
        "vip",
    )
    for value in cases:
        for kind in ("sales", "targets"):
            refused(kept.rows(kind, row(kind, unit="west"), row(kind, customer_kind=value)), (1, "customer_kind"))


def test_a_target_is_split_only_as_its_metric_can_be(kept: Api) -> None:
    cases: tuple[tuple[str, Row, str], ...] = (
        ("friends_current", {"channel": "parcel"}, "channel"),
        ("retention_total", {"channel": "parcel"}, "channel"),
        ("churn_rate", {"channel": "parcel"}, "channel"),
        ("add_rate", {"channel": "group"}, "channel"),
        ("pushes", {"channel": "parcel"}, "channel"),
        ("first_order_rate", {"channel": "group"}, "channel"),
        ("old_conversion", {"channel": "parcel"}, "channel"),
        ("friends_added", {"customer_kind": "new"}, "customer_kind"),
        ("pushes", {"customer_kind": "loyal"}, "customer_kind"),
        ("first_order_rate", {"customer_kind": "new"}, "customer_kind"),
        ("nothing", {}, "metric"),
        ("GMV", {}, "metric"),
    )
    for metric, split, field in cases:
        wrong = row("targets", metric=metric, value=Decimal(0), **split)
        refused(kept.rows("targets", row("targets", unit="west"), wrong), (1, field))


@pytest.mark.parametrize("kind", TABLES)
def test_an_unknown_field_is_named(kept: Api, kind: str) -> None:
    for field in ("id", "unit_id", "updated_at", "price", "Day", "rows", ""):
        refused(kept.rows(kind, row(kind, unit="west"), row(kind, **{field: 1})), (1, field))


@pytest.mark.parametrize("kind", TABLES)
def test_a_missing_part_of_the_key_is_named(kept: Api, kind: str) -> None:
    optional = {"source", *(dim.key for dim in TABLES[kind].dims if dim.optional)}
    for field in KEYS[kind].keys() - optional:
        bad = row(kind)
        del bad[field]
        refused(kept.rows(kind, row(kind, unit="west"), bad), (1, field))


@pytest.mark.parametrize("kind", TABLES)
def test_two_rows_with_one_key_are_refused(kept: Api, kind: str) -> None:
    refused(kept.rows(kind, row(kind), row(kind, unit="west"), row(kind)), (2, TABLES[kind].day_key))


def test_a_source_left_out_and_the_built_in_one_are_one_key(kept: Api) -> None:
    plain = row("sales", unit="west")
    del plain["source"]
    refused(kept.rows("sales", plain, row("sales", unit="west", source="unattributed_source")), (1, "day"))


def test_a_revision_is_an_integer_from_0(kept: Api) -> None:
    cases: tuple[object, ...] = (
        -1,
        1.5,
        True,
        "1",
        [1],
        {},
    )
    for value in cases:
        refused(kept.rows("friends", row("friends", unit="west"), row("friends", revision=value)), (1, "revision"))
