"""组织单元 and 渠道: added and changed in a form that says what is wrong beside the field."""

import pytest

from app.domain.facts import FRIENDS
from tests.page import Node
from tests.served import UNIT, Site, put, shown


def form(page: Node) -> Node:
    return page.one("main").one("form", method="post")


def wrong(page: Node) -> dict[str, str]:
    """Return the messages of a form by the names of their fields."""
    messages = {node["id"]: node.text for node in form(page).all("p", "ferr")}
    assert all(messages.values())
    return {key.removeprefix("f-").removesuffix("-err"): text for key, text in messages.items()}


def rows(site: Site, path: str) -> dict[str, list[str]]:
    """Return the rows of a table by their codes."""
    return {row[1]: [row[0], *row[2:]] for row in site.page(path).one("main").one("table").cells()[1:]}


def test_a_unit_is_added_and_changed(site: Site) -> None:
    added = site.fill_in("/units", {"code": "north", "name": " 北区 ", "kind": "store", "parent": "luopan"}, form="")
    assert (added.status_code, added.headers["location"]) == (303, "/units?saved=1")
    assert "已保存" in site.page("/units?saved=1").one("div", "banner").text
    assert rows(site, "/units")["north"][:4] == ["北区", "门店", "罗盘示例品牌", "在用"]
    assert "编辑 北区" in site.page("/units?edit=north").text
    assert site.fill_in("/units?edit=north", {"name": "新北区", "parent": ""}, form="").status_code == 303
    assert rows(site, "/units")["north"][:4] == ["新北区", "门店", "—", "在用"]
    fields = form(site.page("/units?edit=north")).fields()
    assert fields.pop("active") == "on"
    assert site.post("/units", fields).status_code == 303
    assert rows(site, "/units")["north"][3] == "停用"
    assert "active" not in form(site.page("/units?edit=north")).fields()


def test_a_channel_is_added_and_changed(site: Site) -> None:
    given = {"code": "live", "name": "直播", "kind": "touchpoint", "color_slot": "7", "position": "3"}
    assert site.fill_in("/channels", given, form="").headers["location"] == "/channels?saved=1"
    assert rows(site, "/channels")["live"][:5] == ["直播", "成交触点", "7", "3", "在用"]
    assert form(site.page("/channels?edit=live")).fields().items() >= given.items()
    assert (
        site.fill_in(
            "/channels?edit=live", {"name": "直播间", "color_slot": "0", "kind": "source"}, form=""
        ).status_code
        == 303
    )
    assert rows(site, "/channels")["live"][:5] == ["直播间", "引流渠道", "—", "3", "在用"]
    assert "直播间" in site.page(f"/entry/friends?unit={UNIT}").one("table").text


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"code": ""}, "code", "只能用小写字母"),
        ({"code": "Nord"}, "code", "只能用小写字母"),
        ({"code": "北"}, "code", "只能用小写字母"),
        ({"code": "a b"}, "code", "只能用小写字母"),
        ({"code": "x" * 41}, "code", "最长 40 位"),
        ({"code": "../x"}, "code", "只能用小写字母"),
        ({"code": UNIT}, "code", "代码已被使用"),
        ({"name": ""}, "name", "不能为空"),
        ({"name": "   "}, "name", "不能为空"),
        ({"name": "长" * 121}, "name", "最长 120 字"),
        ({"kind": "galaxy"}, "kind", "只能是"),
        ({"parent": "nowhere"}, "parent", "没有这个单元：nowhere"),
        ({"parent": "Not A Code"}, "parent", "代码只能用小写字母"),
        ({"kind": "company", "parent": "luopan"}, "parent", "下级单元的类型要低于上级"),
    ],
)
def test_a_bad_unit_is_refused_beside_the_field(site: Site, changes: dict[str, str], field: str, message: str) -> None:
    before = site.page("/units").one("table").text
    typed = {"code": "north", "name": "北区", "kind": "store", "parent": "luopan"} | changes
    page = shown(site.post("/units", {**typed, "active": "on"}), 422)
    assert list(wrong(page)) == [field]
    assert message in wrong(page)[field]
    element = page.one(id=f"f-{field}")
    assert (element["aria-invalid"], element["aria-describedby"]) == ("true", f"f-{field}-err")
    kept = form(page).fields()
    unknown = {"kind": "galaxy", "parent": changes.get("parent", "")}
    assert {key: kept[key] for key in typed if typed[key] != unknown.get(key)} == {
        key: text for key, text in typed.items() if text != unknown.get(key)
    }
    assert "edit" not in kept
    assert "新增单元" in page.text
    assert site.page("/units").one("table").text == before


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"code": "video"}, "code", "代码已被使用"),
        ({"code": "A"}, "code", "只能用小写字母"),
        ({"name": ""}, "name", "不能为空"),
        ({"kind": ""}, "kind", "只能是"),
        ({"color_slot": "9"}, "color_slot", "不能大于 8"),
        ({"color_slot": "-1"}, "color_slot", "请填整数"),
        ({"color_slot": "red"}, "color_slot", "请填整数"),
        ({"position": "1.5"}, "position", "请填整数"),
        ({"position": "10000"}, "position", "不能大于 9999"),
        ({"position": "９"}, "position", "请填整数"),
        ({"position": "9" * 5000}, "position", "请填整数"),
    ],
)
def test_a_bad_channel_is_refused_beside_the_field(
    site: Site, changes: dict[str, str], field: str, message: str
) -> None:
    before = site.page("/channels").one("table").text
    typed = {"code": "live", "name": "直播", "kind": "touchpoint", "color_slot": "7", "position": "3"} | changes
    page = shown(site.post("/channels", {**typed, "active": "on"}), 422)
    assert list(wrong(page)) == [field]
    assert message in wrong(page)[field]
    kept = form(page).fields()
    for key in ("code", "name", "position"):
        assert kept[key] == typed[key]
    assert site.page("/channels").one("table").text == before


def test_every_bad_field_is_named_at_once(site: Site) -> None:
    page = shown(site.post("/units", {"code": "?", "name": "", "kind": "?"}), 422)
    assert set(wrong(page)) == {"code", "name", "kind"}
    assert set(wrong(shown(site.post("/channels", {}), 422))) == {"code"}
    assert set(wrong(shown(site.post("/channels", {"code": "x"}), 422))) == {"name"}
    assert set(wrong(shown(site.post("/units", {"code": "x", "name": "x"}), 422))) == {"kind"}


def test_a_refused_change_stays_a_change_of_the_same_unit(site: Site) -> None:
    page = shown(site.fill_in(f"/units?edit={UNIT}", {"name": ""}, form=""), 422)
    assert form(page).fields()["edit"] == UNIT
    assert "readonly" in page.one("input", id="f-code").attrs
    assert site.submit(page, {"name": "电商组"}, form="").status_code == 303
    assert rows(site, "/units")[UNIT][0] == "电商组"


def test_what_has_numbers_keeps_its_kind(site: Site) -> None:
    put(site.database, FRIENDS.kind, [{"day": "2023-10-06", "unit": UNIT, "channel": "video", "adds": 1}])
    page = shown(site.fill_in(f"/units?edit={UNIT}", {"kind": "account"}, form=""), 422)
    assert wrong(page) == {"kind": "已有数据的单元不能改类型"}
    page = shown(site.fill_in("/channels?edit=video", {"kind": "touchpoint", "name": "改名"}, form=""), 422)
    assert wrong(page) == {"kind": "已有数据的渠道不能改类型"}
    assert form(page).fields()["name"] == "改名"
    assert rows(site, "/channels")["video"][:2] == ["视频号", "引流渠道"]
    built_in = site.fill_in("/channels?edit=unattributed_source", {"kind": "touchpoint"}, form="")
    assert "不能改类型" in wrong(shown(built_in, 422))["kind"]


def test_a_unit_cannot_stand_below_itself(site: Site) -> None:
    for parent in ("luopan", "ecommerce"):
        page = shown(site.fill_in("/units?edit=luopan", {"parent": parent}, form=""), 422)
        assert "单元不能放到自己下面" in wrong(page)["parent"]
    page = shown(site.fill_in("/units?edit=luopan", {"kind": "store"}, form=""), 422)
    assert wrong(page) == {"kind": "类型要高于下级单元"}


def test_an_unknown_one_to_change_opens_an_empty_form(site: Site) -> None:
    for path in ("/units", "/channels"):
        for code in ("nowhere", "%00", "<script>"):
            fields = form(site.page(f"{path}?edit={code}")).fields()
            assert fields["code"] == fields["name"] == ""


def test_files_and_unknown_fields_in_a_form_do_no_harm(site: Site) -> None:
    data = {"code": "north", "name": "北区", "kind": "store", "active": "on", "id": "1", "path": "/", "role": "admin"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = site.client.post("/units", data=data, files={"parent": ("x.txt", b"luopan")}, headers=headers)
    assert answer.status_code == 303
    assert rows(site, "/units")["north"][:3] == ["北区", "门店", "—"]
