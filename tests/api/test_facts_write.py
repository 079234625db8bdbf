"""PUT of facts: insert or overwrite by key, all rows or none."""

from itertools import islice, product

import pytest

from app.domain.facts import TABLES
from tests.api.kit import KEYS, MEASURES, Api, Row, body, refused, row, without


def test_a_row_of_each_kind_comes_back_as_it_was_sent(any_api: Api) -> None:
    for kind in TABLES:
        written = any_api.save(kind, row(kind))
        assert without(written, "version") == {"inserted": 1, "updated": 0, "unchanged": 0}
        assert any_api.facts(kind) == [row(kind, revision=1)]


def test_the_same_request_again_changes_nothing(any_api: Api) -> None:
    written = [any_api.save(kind, row(kind))["version"] for kind in TABLES]
    for kind in (*TABLES, *TABLES):
        again = any_api.save(kind, row(kind))
        assert again == {"inserted": 0, "updated": 0, "unchanged": 1, "version": written[-1]}
    for kind in TABLES:
        assert any_api.facts(kind) == [row(kind, revision=1)]


def test_a_request_tells_inserted_updated_and_unchanged_rows_apart(any_api: Api) -> None:
    old = any_api.save("friends", row("friends"), row("friends", day="2023-05-05"))
    new = any_api.save(
        "friends", row("friends"), row("friends", day="2023-05-05", adds=7), row("friends", day="2023-05-06")
    )
    assert new == {"inserted": 1, "updated": 1, "unchanged": 1, "version": old["version"] + 1}
    assert [(item["day"], item["adds"], item["revision"]) for item in any_api.facts("friends")] == [
        ("2023-05-04", 200, 1),
        ("2023-05-05", 7, 2),
        ("2023-05-06", 200, 1),
    ]


@pytest.mark.parametrize("kind", TABLES)
def test_a_measure_left_out_keeps_its_value(api: Api, kind: str) -> None:
    api.save(kind, row(kind))
    for measure in MEASURES[kind]:
        assert api.save(kind, without(row(kind), measure))["unchanged"] == 1
    assert api.facts(kind) == [row(kind, revision=1)]


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "stock-counts"])
def test_null_clears_a_measure_to_not_recorded(api: Api, kind: str) -> None:
    api.save(kind, row(kind))
    for revision, measure in enumerate(MEASURES[kind], 2):
        assert api.save(kind, {**KEYS[kind], measure: None})["updated"] == 1
        assert api.facts(kind)[0] | {"revision": revision, measure: None} == api.facts(kind)[0]
    assert without(api.facts(kind)[0], "revision") == {**KEYS[kind], **dict.fromkeys(MEASURES[kind])}


def test_a_new_row_without_measures_records_nothing_yet_exists(api: Api) -> None:
    assert api.save("friends", KEYS["friends"])["inserted"] == 1
    blank = {"reach": None, "adds": None, "losses": None}
    assert api.facts("friends") == [{**KEYS["friends"], **blank, "revision": 1}]


def test_zero_is_a_value_of_its_own(api: Api) -> None:
    api.save("friends", row("friends", adds=None))
    assert api.save("friends", row("friends", adds=0))["updated"] == 1
    assert api.facts("friends")[0]["adds"] == 0


def test_a_source_left_out_of_a_sale_is_the_built_in_one(api: Api) -> None:
    api.save("sales", without(row("sales"), "source"))
    assert api.facts("sales") == [row("sales", source="unattributed_source", revision=1)]
    assert api.save("sales", row("sales", source="unattributed_source"))["unchanged"] == 1


def test_targets_with_and_without_a_split_are_rows_of_their_own(any_api: Api) -> None:
    splits: list[Row] = [
        {"channel": None, "customer_kind": None},
        {"channel": "group", "customer_kind": None},
        {"channel": None, "customer_kind": "loyal"},
        {"channel": "group", "customer_kind": "loyal"},
    ]
    rows = [row("targets", **split, value=100 + at) for at, split in enumerate(splits)]
    assert any_api.save("targets", *rows)["inserted"] == 4
    assert any_api.save("targets", *rows)["unchanged"] == 4
    assert any_api.facts("targets") == [{**item, "revision": 1} for item in rows]
    assert any_api.save("targets", without(row("targets", value=1), "channel", "customer_kind"))["updated"] == 1


def test_money_comes_as_a_number_or_a_decimal_string(api: Api) -> None:
    for at, sent in enumerate((12, 12.0, "12", "12.0", "12.00")):
        assert api.save("pushes", row("pushes", push_cost=sent))["unchanged"] == min(at, 1), sent
    assert api.facts("pushes")[0]["push_cost"] == 12


def test_money_goes_round_to_the_cent(any_api: Api) -> None:
    for text in ("0.01", "0.1", "9999999999999.99", "10000000000000", "1234567.89", "0"):
        any_api.save("pushes", row("pushes", push_gmv=text))
        assert f'"push_gmv":{text},' in any_api.send("GET", "/facts/pushes").text


def test_the_largest_count_is_kept(any_api: Api) -> None:
    any_api.save("friends", row("friends", reach=10**12))
    assert any_api.facts("friends")[0]["reach"] == 10**12


def test_a_target_takes_the_decimals_of_its_metric(any_api: Api) -> None:
    values: dict[str, int | float | str] = {
        "orders": 891_429,
        "buyers": 10**12,
        "gmv": "470553.25",
        "gmv_old": "10000000000000",
        "aov_new": 30.5,
        "add_rate": "0.1477912345",
        "retention_d7": 1,
        "churn_rate": 0,
    }
    any_api.save("targets", *(row("targets", metric=metric, value=value) for metric, value in values.items()))
    found = {item["metric"]: str(item["value"]) for item in any_api.facts("targets")}
    assert found == {metric: str(value) for metric, value in values.items()}


def test_a_row_with_the_stored_revision_is_saved(api: Api) -> None:
    api.save("friends", row("friends", revision=0))
    assert api.save("friends", row("friends", adds=201, revision=1))["updated"] == 1
    assert api.save("friends", row("friends", adds=201, revision=2))["unchanged"] == 1
    assert api.facts("friends")[0]["revision"] == 2


def test_a_stale_revision_is_409_with_every_conflict_and_nothing_saved(any_api: Api) -> None:
    day = "2023-05-05"
    any_api.save("friends", row("friends"), row("friends", day=day))
    any_api.save("friends", row("friends", day=day, adds=1))
    before = any_api.facts("friends")
    response = any_api.rows(
        "friends",
        row("friends", adds=9, revision=1),
        row("friends", day=day, adds=9, revision=1),
        row("friends", day="2023-05-06", revision=3),
        row("friends", channel="douyin", revision=0),
        row("friends", day=day, unit="west"),
    )
    assert response.status_code == 409
    assert body(response)["conflicts"] == [{"row": 1, "stored": 2}, {"row": 2, "stored": 0}]
    assert any_api.facts("friends") == before


def test_revision_0_refuses_a_row_that_exists_even_when_it_is_the_same(api: Api) -> None:
    api.save("friends", row("friends"))
    response = api.rows("friends", row("friends", revision=0))
    assert response.status_code == 409
    assert body(response)["conflicts"] == [{"row": 0, "stored": 1}]


def test_one_bad_row_refuses_the_whole_request(any_api: Api) -> None:
    for kind, table in TABLES.items():
        any_api.save(kind, row(kind))
        days = [f"2023-{at:02}" if table.day_key == "month" else f"2023-04-{at:02}" for at in range(1, 13)]
        rows = [row(kind, **{table.day_key: day, "unit": unit}) for unit in ("co", "west", "corner") for day in days]
        refused(any_api.rows(kind, *rows[:30], {**rows[30], "unit": "nowhere"}, *rows[31:]), (30, "unit"))
        assert any_api.facts(kind) == [row(kind, revision=1)]
        assert any_api.save(kind, *rows)["inserted"] == 36


def test_all_bad_values_are_listed_at_once(api: Api) -> None:
    response = api.rows(
        "friends", row("friends", adds=-1, reach=True), row("friends"), row("friends", losses=1.5, day="2023-13-01")
    )
    errors = {(error["row"], error["field"]) for error in response.json()["errors"]}
    assert errors == {(0, "adds"), (0, "reach"), (2, "losses"), (2, "day")}
    assert api.facts("friends") == []


def test_a_request_may_hold_50000_rows_and_no_more(api: Api) -> None:
    rows = many_targets(50_001)
    refused(api.rows("targets", *rows), (None, "rows"))
    refused(api.rows("targets", *rows[:49_999], {**rows[-1], "unit": "nowhere"}), (49_999, "unit"))
    assert api.facts("targets") == []


@pytest.mark.long
def test_50000_rows_are_saved_at_once(any_api: Api) -> None:
    assert any_api.save("targets", *many_targets(50_000))["inserted"] == 50_000


def many_targets(count: int) -> list[Row]:
    """Return targets with a key each."""
    units, metrics = ("co", "east", "west", "corner"), ("orders", "buyers", "pushes", "reach", "gmv", "refunds")
    months = [f"{year}-{month:02}" for year in range(2000, 2180) for month in range(1, 13)]
    keys = islice(product(metrics, units, months), count)
    return [{"metric": metric, "unit": unit, "month": month, "value": 1} for metric, unit, month in keys]
