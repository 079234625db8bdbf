"""GET and DELETE of facts: filters, pages, and what removal leaves behind."""

import json

import pytest
from sqlalchemy import select

from app.domain.facts import TABLES
from app.models import Change, ChangeBatch
from tests.api.kit import KEYS, Api, Row, body, refused, row, without

DAYS = ("2023-05-01", "2023-05-02", "2023-05-03")


def friends(api: Api, **params: str) -> list[tuple[str, str, str]]:
    return [(item["day"], item["unit"], item["channel"]) for item in api.facts("friends", **params)]


@pytest.fixture
def week(api: Api) -> Api:
    """Friends of two units and two channels on three days."""
    units = (("east", "parcel"), ("corner", "douyin"), ("west", "parcel"))
    api.save(
        "friends", *(row("friends", day=day, unit=unit, channel=channel) for day in DAYS for unit, channel in units)
    )
    return api


def test_a_unit_covers_its_subtree(week: Api) -> None:
    assert {unit for _, unit, _ in friends(week, unit="east")} == {"east", "corner"}
    assert {unit for _, unit, _ in friends(week, unit="corner")} == {"corner"}
    assert {unit for _, unit, _ in friends(week, unit="co")} == {"east", "corner", "west"}
    assert len(friends(week)) == 9


def test_from_and_to_are_within_the_range(week: Api) -> None:
    assert {day for day, _, _ in friends(week, from_=DAYS[1])} == set(DAYS[1:])
    assert {day for day, _, _ in friends(week, to=DAYS[1])} == set(DAYS[:2])
    assert {day for day, _, _ in friends(week, from_=DAYS[1], to=DAYS[1])} == {DAYS[1]}
    assert friends(week, from_=DAYS[1], to=DAYS[0]) == []


def test_rows_come_in_the_order_of_their_day(week: Api) -> None:
    week.save("friends", row("friends", day="2023-04-30", unit="west"))
    days = [day for day, _, _ in friends(week)]
    assert days == sorted(days)


def test_a_channel_narrows_what_has_such_a_channel(week: Api) -> None:
    assert {unit for _, unit, _ in friends(week, channel="douyin")} == {"corner"}
    assert friends(week, channel="group") == []
    week.save("sales", row("sales"), row("sales", source="douyin", touchpoint="sms"))
    found = [week.facts("sales", channel=code) for code in ("parcel", "sms")]
    assert [[item["touchpoint"] for item in rows] for rows in found] == [["group"], ["sms"]]
    week.save("stock-counts", row("stock-counts"))
    assert week.facts("stock-counts", channel="parcel") == []


def test_targets_are_read_by_month(api: Api) -> None:
    api.save("targets", *(row("targets", month=f"2023-0{at}") for at in range(1, 6)))
    found = api.facts("targets", from_="2023-02", to="2023-04", unit="co")
    assert [item["month"] for item in found] == ["2023-02", "2023-03", "2023-04"]
    refused(api.get("/facts/targets", from_="2023-02-01"), (None, "from"))


def test_retention_is_read_by_cohort_day(api: Api) -> None:
    api.save("retention", *(row("retention", cohort_day=day) for day in DAYS))
    assert [item["cohort_day"] for item in api.facts("retention", from_=DAYS[1])] == list(DAYS[1:])


@pytest.mark.parametrize("limit", [1, 2, 4, 9, 10])
def test_pages_neither_lose_nor_repeat_a_row(week: Api, limit: int) -> None:
    found: list[Row] = []
    params: Row = {"limit": limit}
    for left in range(9, 0, -limit):
        page = week.read("/facts/friends", **params)
        found += page["rows"]
        assert len(page["rows"]) == min(limit, left)
        params["cursor"] = page["next"]
    assert params["cursor"] is None
    assert found == week.facts("friends")


def test_pages_hold_still_while_rows_before_them_come_and_go(any_api: Api) -> None:
    rows = [row("friends", day=day, unit=unit) for day in DAYS for unit in ("east", "west")]
    any_api.save("friends", *rows)
    page = any_api.read("/facts/friends", limit=3)
    any_api.remove("friends", KEYS["friends"] | {"day": DAYS[0]})
    any_api.save("friends", row("friends", day="2023-01-01"))
    rest = any_api.read("/facts/friends", limit=3, cursor=page["next"])
    assert [without(item, "revision") for item in (*page["rows"], *rest["rows"])] == rows
    assert rest["next"] is None


def test_a_page_holds_1000_rows_unless_asked_otherwise(api: Api) -> None:
    months = [f"{year}-{month:02}" for year in range(2000, 2100) for month in range(1, 13)]
    api.save("targets", *(row("targets", month=month) for month in months))
    assert len(api.facts("targets")) == 1000
    assert len(api.facts("targets", limit=10_000)) == 1200


def test_a_bad_filter_is_named(api: Api) -> None:
    cases: tuple[tuple[Row, str], ...] = (
        ({"unit": "nowhere"}, "unit"),
        ({"channel": "nowhere"}, "channel"),
        ({"from": "2023-02-30"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"to": "20230501"}, "to"),
        ({"to": "1999-12-31"}, "to"),
        ({"limit": "0"}, "limit"),
        ({"limit": "10001"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "2023-05-01.x"}, "cursor"),
        ({"cursor": "2023-05-01.-1"}, "cursor"),
        ({"cursor": f"2023-05-01.{'9' * 25}"}, "cursor"),
        ({"cursor": "x" * 41}, "cursor"),
    )
    for params, field in cases:
        refused(api.send("GET", "/facts/friends", params=params), (None, field))


def test_delete_counts_removed_and_missing_rows(any_api: Api) -> None:
    any_api.save("friends", row("friends"), row("friends", unit="west"))
    version = any_api.save("friends", row("friends", unit="co"))["version"]
    gone = KEYS["friends"]
    removed = any_api.remove("friends", gone, {**gone, "unit": "west"}, {**gone, "day": "2023-01-01"})
    assert (removed.status_code, body(removed)) == (200, {"deleted": 2, "missing": 1, "version": version + 1})
    assert [item["unit"] for item in any_api.facts("friends")] == ["co"]
    again = any_api.remove("friends", gone)
    assert body(again) == {"deleted": 0, "missing": 1, "version": version + 1}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_can_be_removed_and_written_anew(api: Api, kind: str) -> None:
    api.save(kind, row(kind))
    assert body(api.remove(kind, KEYS[kind]))["deleted"] == 1
    assert api.facts(kind) == []
    assert api.save(kind, row(kind, revision=0))["inserted"] == 1
    assert api.facts(kind) == [row(kind, revision=1)]


def test_the_history_keeps_what_was_removed(any_api: Api) -> None:
    any_api.save("sales", row("sales"))
    any_api.save("sales", row("sales", orders=120))
    any_api.remove("sales", KEYS["sales"])
    columns = (Change.key, Change.before, Change.after, ChangeBatch.actor, ChangeBatch.origin)
    with any_api.database.read() as session:
        query = select(*columns).join(ChangeBatch, ChangeBatch.id == Change.batch_id).where(Change.kind == "sales")
        found = session.execute(query.order_by(Change.id)).all()
    assert [json.loads(change.key) for change in found] == [KEYS["sales"]] * 3
    assert [(change.actor, change.origin) for change in found] == [("admin of None", "token")] * 3
    states = [[text and json.loads(text) for text in (change.before, change.after)] for change in found]
    assert [[state and (state["gmv"], state["orders"]) for state in pair] for pair in states] == [
        [None, (247_105, 100)],
        [(247_105, 100), (247_105, 120)],
        [(247_105, 120), None],
    ]


@pytest.mark.parametrize("keys", [[], [{}], [{**KEYS["friends"], "adds": 1}], [{**KEYS["friends"], "revision": 1}]])
def test_delete_takes_keys_and_nothing_else(api: Api, keys: list[Row]) -> None:
    api.save("friends", row("friends"))
    assert api.remove("friends", *keys).status_code == 422
    assert len(api.facts("friends")) == 1


def test_delete_names_an_unknown_code_with_its_row(api: Api) -> None:
    api.save("friends", row("friends"))
    refused(api.remove("friends", KEYS["friends"], {**KEYS["friends"], "unit": "nowhere"}), (1, "unit"))
    assert len(api.facts("friends")) == 1
