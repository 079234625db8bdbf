"""Units and channels: created and changed by code, never deleted."""

import json

import pytest
from sqlalchemy import select

from app.domain.facts import TABLES
from app.models import Change
from tests.api.kit import CHANNELS, UNITS, Api, Row, body, refused, row

BUILT_IN = {
    f"unattributed_{kind}": {"name": "未区分", "kind": kind, "color_slot": 0, "position": 999, "active": True}
    for kind in ("source", "touchpoint")
}


def units(api: Api) -> dict[str, Row]:
    return {unit["code"]: unit for unit in api.read("/units")["units"]}


def channels(api: Api) -> dict[str, Row]:
    return {channel["code"]: channel for channel in api.read("/channels")["channels"]}


def test_units_are_listed_with_parents_before_their_children(any_api: Api) -> None:
    assert units(any_api) == {unit["code"]: {**unit, "active": True} for unit in UNITS}
    seen: set[str | None] = {None}
    for code, unit in units(any_api).items():
        assert unit["parent"] in seen
        seen.add(code)


def test_channels_are_listed_by_kind_and_position_with_the_built_in_ones(any_api: Api) -> None:
    found = channels(any_api)
    expected = {channel["code"]: {**channel, "active": True} for channel in CHANNELS}
    assert found == expected | {code: {"code": code, **fields} for code, fields in BUILT_IN.items()}
    assert list(found) == ["parcel", "douyin", "unattributed_source", "group", "sms", "unattributed_touchpoint"]


def test_a_new_unit_is_201_and_a_change_200(any_api: Api) -> None:
    made = any_api.put("/units/north", {"name": "北区 🧭", "kind": "division", "parent": "co"})
    unit = {"code": "north", "name": "北区 🧭", "kind": "division", "parent": "co", "active": True}
    assert (made.status_code, body(made)) == (201, unit)
    changed = any_api.put("/units/north", {"name": "北方", "active": False})
    assert (changed.status_code, body(changed)) == (200, {**unit, "name": "北方", "active": False})
    assert units(any_api)["north"] == body(changed)
    same = any_api.put("/units/north", {})
    assert (same.status_code, body(same)) == (200, body(changed))


def test_a_new_channel_is_201_and_a_change_200(any_api: Api) -> None:
    made = any_api.put("/channels/live", {"name": "直播", "kind": "touchpoint"})
    channel = {"code": "live", "name": "直播", "kind": "touchpoint", "color_slot": 0, "position": 3, "active": True}
    assert (made.status_code, body(made)) == (201, channel)
    changed = any_api.put("/channels/live", {"color_slot": 8, "position": 0, "active": False})
    assert (changed.status_code, body(changed)) == (200, {**channel, "color_slot": 8, "position": 0, "active": False})
    assert channels(any_api)["live"] == body(changed)
    again = any_api.put("/channels/live", {"active": True, "name": " 直播间 "})
    assert body(again) == {**channel, "name": "直播间", "color_slot": 8, "position": 0}


@pytest.mark.parametrize("path", ["/units/new", "/channels/new"])
def test_name_and_kind_are_required_when_new(api: Api, path: str) -> None:
    kind = "team" if "unit" in path else "source"
    refused(api.put(path, {"kind": kind}), (None, "name"))
    refused(api.put(path, {"name": "New"}), (None, "kind"))
    refused(api.put(path, {"name": None, "kind": kind}), (None, "name"))
    assert {"new"}.isdisjoint({*units(api), *channels(api)})


def test_a_unit_moves_with_all_that_is_below_it(api: Api) -> None:
    api.save("friends", row("friends", unit="corner"))
    assert body(api.put("/units/corner", {"parent": "west"}))["parent"] == "west"
    assert [len(api.facts("friends", unit=code)) for code in ("east", "west", "co")] == [0, 1, 1]
    assert body(api.put("/units/corner", {"parent": None}))["parent"] is None
    assert [len(api.facts("friends", unit=code)) for code in ("east", "west", "co")] == [0, 0, 0]


def test_a_cycle_or_an_upward_kind_is_refused(any_api: Api) -> None:
    cases: tuple[tuple[str, Row, str], ...] = (
        ("co", {"parent": "corner"}, "parent"),
        ("co", {"parent": "co"}, "parent"),
        ("east", {"parent": "corner", "kind": "account"}, "parent"),
        ("east", {"parent": "west"}, "parent"),
        ("east", {"kind": "account"}, "kind"),
        ("east", {"kind": "company"}, "parent"),
        ("corner", {"kind": "team"}, "parent"),
        ("co", {"kind": "team"}, "kind"),
        ("new", {"name": "N", "kind": "company", "parent": "corner"}, "parent"),
        ("new", {"name": "N", "kind": "store", "parent": "nowhere"}, "parent"),
    )
    for code, changes, field in cases:
        before = units(any_api)
        refused(any_api.put(f"/units/{code}", changes), (None, field))
        assert units(any_api) == before


@pytest.mark.parametrize("kind", TABLES)
def test_the_kind_of_a_unit_is_fixed_once_it_has_facts(api: Api, kind: str) -> None:
    assert api.put("/units/west", {"kind": "division"}).status_code == 200
    api.save(kind, row(kind, unit="west"))
    assert api.put("/units/west", {"kind": "store"}).status_code == 409
    assert api.put("/units/west", {"kind": "division", "name": "西"}).status_code == 200
    assert (units(api)["west"]["kind"], units(api)["west"]["name"]) == ("division", "西")


@pytest.mark.parametrize(
    ("kind", "field", "code"),
    [
        ("friends", "channel", "douyin"),
        ("retention", "channel", "douyin"),
        ("sales", "source", "douyin"),
        ("sales", "touchpoint", "sms"),
        ("pushes", "touchpoint", "sms"),
        ("targets", "channel", "sms"),
    ],
)
def test_the_kind_of_a_channel_is_fixed_once_there_are_facts(api: Api, kind: str, field: str, code: str) -> None:
    other = {"source": "touchpoint", "touchpoint": "source"}[channels(api)[code]["kind"]]
    api.save(kind, row(kind, **{field: code}))
    assert api.put(f"/channels/{code}", {"kind": other}).status_code == 409
    assert channels(api)[code]["kind"] != other
    assert api.put("/channels/group" if code == "douyin" else "/channels/douyin", {"name": "X"}).status_code == 200


def test_an_unused_channel_may_change_its_kind_but_not_a_built_in_one(api: Api) -> None:
    assert body(api.put("/channels/sms", {"kind": "source"}))["kind"] == "source"
    assert api.put("/channels/unattributed_source", {"kind": "touchpoint"}).status_code == 409


def test_an_inactive_unit_keeps_its_history_and_takes_corrections_only(any_api: Api) -> None:
    any_api.save("friends", row("friends"))
    assert any_api.put("/units/east", {"active": False}).status_code == 200
    new = row("friends", day="2023-05-05")
    refused(any_api.rows("friends", row("friends", unit="west"), new), (1, "unit"))
    assert any_api.save("friends", row("friends", adds=201))["updated"] == 1
    question = {"metrics": "friends_added", "unit": "co", "from_": "2023-05-01", "to": "2023-05-31"}
    assert any_api.read("/metrics/query", **question)["total"]["values"] == {"friends_added": 201}
    assert body(any_api.remove("friends", {key: new[key] for key in ("day", "unit", "channel")}))["missing"] == 1
    assert any_api.put("/units/east", {"active": True}).status_code == 200
    assert any_api.save("friends", new)["inserted"] == 1


@pytest.mark.parametrize(("code", "field"), [("group", "touchpoint"), ("parcel", "source")])
def test_an_inactive_channel_keeps_its_history_and_takes_corrections_only(api: Api, code: str, field: str) -> None:
    api.save("sales", row("sales"))
    assert api.put(f"/channels/{code}", {"active": False}).status_code == 200
    refused(api.rows("sales", row("sales", unit="west")), (0, field))
    assert api.save("sales", row("sales", orders=150))["updated"] == 1
    question = {"metrics": "orders", "unit": "co", "from_": "2023-05-01", "to": "2023-05-31", "channel": code}
    assert api.read("/metrics/query", **question)["total"]["values"] == {"orders": 150}


def test_every_change_of_a_unit_or_channel_raises_the_version_and_is_kept(api: Api) -> None:
    params = {"unit": "co", "from_": "2023-05-01", "to": "2023-05-07"}
    version = api.read("/boards/growth", **params)["version"]
    for path, changes in (("/units/west", {"name": "西"}), ("/channels/sms", {"position": 7}), ("/units/west", {})):
        assert api.put(path, changes).status_code == 200
    assert api.read("/boards/growth", **params)["version"] == version + 2
    with api.database.read() as session:
        last = session.execute(
            select(Change.key, Change.before, Change.after).order_by(Change.id.desc()).limit(2)
        ).all()
    (channel, was, now), (unit, named, renamed) = [[json.loads(text) for text in change] for change in last]
    assert (channel, was["position"], now["position"]) == ({"code": "sms"}, 2, 7)
    assert (unit, named["name"], renamed["name"]) == ({"code": "west"}, "西区", "西")
