"""The catalogue and the metric query: shape, periods, groups and bounds."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.api.kit import Api, Row, refused, row
from tests.plain.catalogue import CATALOGUE

RANGE = {"from": "2023-05-01", "to": "2023-05-07"}
DAY = timedelta(days=1)


def ask(api: Api, metrics: str = "gmv", unit: str = "co", **params: str) -> Row:
    found: Row = api.read("/metrics/query", metrics=metrics, unit=unit, **{**RANGE, **params})
    return found


@pytest.fixture
def filled(api: Api) -> Api:
    """Sales of two touchpoints, sources and kinds of customer in two units, and friends of one."""
    east = row("sales", gmv=100, orders=2, buyers=2, member_gmv=10, member_orders=1, refunds=0)
    others: list[Row] = [
        {"day": "2023-05-06", "touchpoint": "sms", "gmv": "50.25", "customer_kind": "loyal"},
        {"unit": "corner", "source": "douyin", "gmv": 30},
        {"unit": "co", "gmv": 20},
    ]
    api.save("sales", east, *({**east, **other} for other in others))
    api.save("friends", row("friends"), row("friends", channel="douyin", reach=None, adds=50))
    return api


def test_the_catalogue_has_every_metric_of_the_contract_and_no_other(api: Api) -> None:
    found = {metric["key"]: metric for metric in api.read("/metrics")["metrics"]}
    assert list(found) == list(CATALOGUE)
    for key, entry in CATALOGUE.items():
        assert (found[key]["unit"], found[key]["better"]) == (entry.unit, entry.better), key
        assert all(found[key][field][language] for field in ("name", "about") for language in ("zh", "en"))
        assert found[key]["formula"]
    limits = {key: metric["limit"] for key, metric in found.items() if metric["limit"] is not None}
    assert {key: str(limit) for key, limit in limits.items()} == {"churn_rate": "0.05", "churn_rate_mtd": "0.05"}


def test_an_answer_has_the_shape_of_the_contract(filled: Api) -> None:
    found = ask(filled, "gmv,aov,add_rate")
    assert found == {
        "unit": "co",
        **RANGE,
        "grain": "total",
        "by": None,
        "coverage": found["coverage"],
        "rows": [{"period": "2023-05-01", "end": "2023-05-07", "group": None, **found["total"]}],
        "total": {"values": found["total"]["values"], "compare": None},
    }
    assert list(found["total"]["values"]) == ["gmv", "aov", "add_rate"]
    assert [str(value) for value in found["total"]["values"].values()] == ["200.25", "25.03", "0.2"]


def test_a_metric_named_twice_counts_once(filled: Api) -> None:
    assert list(ask(filled, " gmv , aov,gmv,")["total"]["values"]) == ["gmv", "aov"]


@pytest.mark.parametrize(
    ("grain", "first", "last", "periods"),
    [
        ("day", "2024-02-28", "2024-03-01", [("2024-02-28",) * 2, ("2024-02-29",) * 2, ("2024-03-01",) * 2]),
        ("week", "2023-01-01", "2023-01-09", [("2023-01-01",) * 2, ("2023-01-02", "2023-01-08"), ("2023-01-09",) * 2]),
        ("month", "2023-01-31", "2023-03-01", [("2023-01-31",) * 2, ("2023-02-01", "2023-02-28"), ("2023-03-01",) * 2]),
        (
            "quarter",
            "2022-12-31",
            "2023-04-01",
            [("2022-12-31",) * 2, ("2023-01-01", "2023-03-31"), ("2023-04-01",) * 2],
        ),
        ("year", "2022-12-31", "2024-01-01", [("2022-12-31",) * 2, ("2023-01-01", "2023-12-31"), ("2024-01-01",) * 2]),
        ("total", "2022-12-31", "2024-01-01", [("2022-12-31", "2024-01-01")]),
    ],
)
def test_every_period_has_a_row_with_its_days_inside_the_range(
    api: Api, grain: str, first: str, last: str, periods: list[tuple[str, str]]
) -> None:
    found = ask(api, "gmv,aov,friends_current", grain=grain, **{"from": first, "to": last})
    assert [(item["period"], item["end"]) for item in found["rows"]] == periods
    for item in (*found["rows"], found["total"]):
        assert item["values"] == {"gmv": None, "aov": None, "friends_current": None}
    assert found["coverage"] is None


def test_rows_are_ordered_by_period_then_group(filled: Api) -> None:
    for by in ("unit", "channel", "customer_kind"):
        rows = ask(filled, grain="day", by=by)["rows"]
        places = [(item["period"], item["group"]) for item in rows]
        assert places == sorted(places)
        assert len(places) == 7 * len({group for _, group in places})


def groups(found: Row, metric: str = "gmv") -> dict[str, str]:
    return {item["group"]: str(item["values"][metric]) for item in found["rows"]}


def test_by_unit_lists_direct_children_and_the_unit_itself(filled: Api) -> None:
    assert groups(ask(filled, by="unit")) == {"co": "20", "east": "180.25"}
    assert groups(ask(filled, unit="east", by="unit")) == {"east": "150.25", "corner": "30"}
    assert groups(ask(filled, unit="corner", by="unit")) == {"corner": "30"}
    assert groups(ask(filled, unit="west", by="unit")) == {}


def test_by_channel_lists_both_kinds_so_that_gmv_appears_once_per_kind(filled: Api) -> None:
    found = groups(ask(filled, by="channel"))
    assert found == {"parcel": "170.25", "douyin": "30", "group": "150", "sms": "50.25"}
    added = groups(ask(filled, "friends_added", by="channel"), "friends_added")
    assert added == {"parcel": "200", "douyin": "50", "group": "None", "sms": "None"}


def test_by_kind_of_customer_gives_values_to_sales_alone(filled: Api) -> None:
    found = ask(filled, "gmv,first_order_rate,friends_added", by="customer_kind")
    assert groups(found) == {"new": "150", "loyal": "50.25"}
    assert {item["values"]["first_order_rate"] for item in found["rows"]} == {None}
    assert {item["values"]["friends_added"] for item in found["rows"]} == {None}
    assert found["total"]["values"]["friends_added"] == 250


def test_a_channel_narrows_what_can_be_split_by_it(filled: Api) -> None:
    keys = "gmv,friends_added,pushes,friends_current,first_order_rate"
    values = {code: ask(filled, keys, channel=code)["total"]["values"] for code in ("parcel", "douyin", "sms")}
    assert [str(values["parcel"][key]) for key in keys.split(",")[:4]] == ["170.25", "200", "None", "None"]
    assert [str(values["sms"][key]) for key in keys.split(",")] == ["50.25", "None", "None", "None", "None"]
    assert str(values["douyin"]["first_order_rate"]) == "0.04"


def test_compare_tells_the_value_before_the_change_and_the_points(api: Api) -> None:
    april, may = ({"day": f"2023-0{month}-03"} for month in (4, 5))
    api.save("friends", row("friends", adds=100, **april), row("friends", adds=150, **may))
    span = {"from": "2023-05-01", "to": "2023-05-31", "compare": "previous"}
    beside = ask(api, "friends_added,add_rate,gmv", **span)["total"]["compare"]
    assert {key: [str(part) for part in found.values()] for key, found in beside.items()} == {
        "friends_added": ["100", "0.5", "None"],
        "add_rate": ["0.1", "0.5", "0.05"],
        "gmv": ["None", "None", "None"],
    }
    assert list(beside["gmv"]) == ["value", "change", "points"]
    assert (
        ask(api, "friends_added", **{**span, "compare": "last_year"})["total"]["compare"]["friends_added"]["value"]
        is None
    )


def test_coverage_counts_unit_days_with_a_friends_row(api: Api) -> None:
    api.save("sales", row("sales", day="2023-05-01", unit="corner"))
    assert ask(api)["coverage"] == 0
    api.save("friends", *(row("friends", day=f"2023-05-0{day}", unit="corner") for day in (1, 2, 3, 4, 5)))
    assert [str(ask(api)["coverage"]), str(ask(api, unit="west")["coverage"])] == ["0.7142857143", "None"]


def test_a_bad_parameter_is_named(api: Api) -> None:
    cases: tuple[tuple[Row, str], ...] = (
        ({"from": "2023-05-08"}, "from"),
        ({"from": "2023-04-31"}, "from"),
        ({"from": ""}, "from"),
        ({"to": "2200-01-01"}, "to"),
        ({"to": "now"}, "to"),
        ({"unit": "nowhere"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"metrics": "gmv,nothing"}, "metrics"),
        ({"metrics": ","}, "metrics"),
        ({"metrics": "gmv," * 600}, "metrics"),
        ({"channel": "nowhere"}, "channel"),
        ({"grain": "hour"}, "grain"),
        ({"by": "touchpoint"}, "by"),
        ({"compare": "yesterday"}, "compare"),
    )
    for params, field in cases:
        good: dict[str, Any] = {"metrics": "gmv", "unit": "co", **RANGE}
        refused(api.send("GET", "/metrics/query", params={**good, **params}), (None, field))


@pytest.mark.parametrize("missing", ["metrics", "unit", "from", "to"])
def test_a_missing_parameter_is_named(api: Api, missing: str) -> None:
    params = {key: value for key, value in {"metrics": "gmv", "unit": "co", **RANGE}.items() if key != missing}
    refused(api.send("GET", "/metrics/query", params=params), (None, missing))


def test_an_answer_has_20000_rows_at_most(filled: Api) -> None:
    first = date(2000, 1, 1)
    last = first + 19_999 * DAY
    params = {"from": str(first), "metrics": "gmv", "unit": "co", "grain": "day"}
    assert len(ask(filled, grain="day", **{"from": str(first), "to": str(last)})["rows"]) == 20_000
    refused(filled.send("GET", "/metrics/query", params={**params, "to": str(last + DAY)}), (None, "grain"))
    many = {**params, "from": "2010-01-01", "to": str(date(2010, 1, 1) + 5_000 * DAY), "by": "channel"}
    refused(filled.send("GET", "/metrics/query", params=many), (None, "grain"))
