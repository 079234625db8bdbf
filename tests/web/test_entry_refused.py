"""What is refused comes back as it was typed, with a word beside the cell, and nothing of it is saved."""

import pytest

from app.domain.facts import FRIENDS, TABLES
from tests.page import Node
from tests.served import OTHER, UNIT, Site, put, shown

DAY = "2023-10-06"
AT = f"?unit={UNIT}&day={DAY}"
SALE = "official.unattributed_source.new"
BAD = (
    ("friends", "video.adds", "-5", "不能小于 0"),
    ("friends", "video.adds", "−5", "不能小于 0"),
    ("friends", "video.adds", "abc", "请填整数"),
    ("friends", "video.adds", "1.5", "请填整数"),
    ("friends", "video.adds", "1e3", "请填整数"),
    ("friends", "video.adds", "12%", "请填整数"),
    ("friends", "video.adds", "٣", "请填整数"),
    ("friends", "video.adds", "1.23456万", "请填整数"),
    ("friends", "video.adds", "万", "请填整数"),
    ("sales", f"{SALE}.gmv", "1.2345678万", "两位小数"),
    ("friends", "video.adds", "9" * 30, "请填整数"),
    ("friends", "video.adds", "9" * 5000, "请填整数"),
    ("friends", "video.adds", "1000000000001", "一万亿"),
    ("friends", "video.adds", "<script>", "请填整数"),
    ("retention", "video.7.retained", "-1", "不能小于 0"),
    ("sales", f"{SALE}.gmv", "12.345", "两位小数"),
    ("sales", f"{SALE}.gmv", "NaN", "请填数字"),
    ("sales", f"{SALE}.gmv", "Infinity", "请填数字"),
    ("sales", f"{SALE}.gmv", "1e309", "请填数字"),
    ("sales", f"{SALE}.gmv", "-0.01", "不能小于 0"),
    ("sales", f"{SALE}.gmv", "99999999999999", "十万亿"),
    ("sales", f"{SALE}.orders", "3.0", "请填整数"),
    ("pushes", "sms.push_cost", "一百", "请填数字"),
    ("stock-counts", "unit.cumulative", "x", "请填整数"),
)


def wrong(page: Node) -> dict[str, str]:
    """Return the messages of a page by the names of their cells; each must stand beside its cell and be linked."""
    found = {}
    for cell in page.one("form", id="grid-form").walk():
        if cell.attrs.get("aria-invalid") == "true":
            message = page.one(id=cell["aria-describedby"])
            assert cell.parent is message.parent
            found[cell["name"]] = message.text
    links = [link["href"] for link in page.one("div", "problems").all("a")]
    assert links == [f"#{name}" for name in found]
    return found


@pytest.mark.parametrize(("kind", "name", "text", "message"), BAD)
def test_a_bad_cell_is_named_and_keeps_what_was_typed(
    site: Site, kind: str, name: str, text: str, message: str
) -> None:
    before = site.stored(TABLES[kind])
    good = {"friends": "douyin.adds", "retention": "douyin.1.retained", "pushes": "official.pushes"}.get(kind)
    typed = {name: text} | ({good: "33"} if good else {})
    answer = site.fill_in(f"/entry/{kind}{AT}", typed)
    page = shown(answer, 422)
    found = wrong(page)
    assert list(found) == [name]
    assert message in found[name]
    cells = page.one("form", id="grid-form").fields()
    assert {key: cells[key] for key in typed} == typed
    assert "1 处需要更正，尚未保存" in page.one("div", "problems", role="alert").text
    assert "已保存" not in page.text
    assert site.stored(TABLES[kind]) == before


@pytest.mark.parametrize(
    ("kind", "typed", "name", "message"),
    [
        ("sales", {f"{SALE}.orders": "5", f"{SALE}.buyers": "6"}, f"{SALE}.buyers", "不能大于订单数（5）"),
        ("sales", {f"{SALE}.gmv": "9.99", f"{SALE}.member_gmv": "10"}, f"{SALE}.member_gmv", "不能大于GMV（9.99）"),
        ("stock-counts", {"unit.cumulative": "5", "unit.current": "6"}, "unit.current", "不能大于累计好友（5）"),
        ("stock-counts", {"unit.cumulative": "5"}, "unit.current", "盘点要填两个数"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(
    site: Site, kind: str, typed: dict[str, str], name: str, message: str
) -> None:
    page = shown(site.fill_in(f"/entry/{kind}{AT}", typed), 422)
    assert {key: text for key, text in wrong(page).items() if message in text}.keys() == {name}
    assert page.one("form", id="grid-form").fields().items() >= typed.items()
    assert not [row for row in site.stored(TABLES[kind]) if str(row["day"]) == DAY]


def test_retained_friends_are_at_most_those_who_were_added(site: Site) -> None:
    put(site.database, "friends", [{"day": "2023-10-05", "unit": UNIT, "channel": "video", "adds": 10}])
    page = shown(site.fill_in(f"/entry/retention{AT}", {"video.1.retained": "11"}), 422)
    assert "不能大于该批次的新增好友（10）" in wrong(page)["video.1.retained"]
    assert site.fill_in(f"/entry/retention{AT}", {"video.1.retained": "10"}).status_code == 303
    page = shown(site.fill_in(f"/entry/friends?unit={UNIT}&day=2023-10-05", {"video.adds": "9"}), 422)
    assert "不能小于已记录的留存人数（10）" in wrong(page)["video.adds"]


def test_every_bad_cell_is_named_at_once(site: Site) -> None:
    typed = {"video.adds": "-1", "video.losses": "x", "douyin.reach": "1.5", "store_scan.adds": "7"}
    page = shown(site.fill_in(f"/entry/friends{AT}", typed), 422)
    assert wrong(page).keys() == typed.keys() - {"store_scan.adds"}
    assert "3 处需要更正" in page.text
    assert page.one("form", id="grid-form").fields().items() >= typed.items()
    assert not [row for row in site.stored(FRIENDS) if str(row["day"]) == DAY]


def test_a_bad_cell_over_a_stored_number_leaves_it(site: Site) -> None:
    site.fill_in(f"/entry/friends{AT}", {"video.adds": "5"})
    page = shown(site.fill_in(f"/entry/friends{AT}", {"video.adds": "five"}), 422)
    assert wrong(page) == {"video.adds": "请填整数"}
    assert [row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY] == [5]


def test_the_refused_form_can_be_corrected_and_saved(site: Site) -> None:
    page = shown(site.fill_in(f"/entry/friends{AT}", {"video.adds": "-5", "douyin.adds": "33"}), 422)
    assert site.submit(page, {"video.adds": "5"}).status_code == 303
    assert sorted(row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY) == [5, 33]


@pytest.mark.parametrize("day", ["2023-10-10", "2024-01-01", "2199-12-31"])
def test_a_day_to_come_is_refused(site: Site, day: str) -> None:
    page = site.page(f"/entry/friends?unit={UNIT}&day={day}")
    assert not page.one("form", id="grid-form").all("button")
    for kind, name in (("friends", "video.adds"), ("retention", "video.1.retained"), ("stock-counts", "unit.current")):
        before = site.stored(TABLES[kind])
        typed = {"unit": UNIT, "day": day, name: "5"}
        page = shown(site.post(f"/entry/{kind}", typed), 422)
        assert "将来" in page.text or "还没有到这一天" in page.text
        assert page.one("form", id="grid-form").fields()[name] == "5"
        assert site.stored(TABLES[kind]) == before


def test_today_is_the_day_of_the_workspace(site: Site) -> None:
    assert site.fill_in(f"/entry/friends?unit={UNIT}&day=2023-10-09", {"video.adds": "5"}).status_code == 303


@pytest.mark.parametrize(
    "day", ["never", "2023-02-30", "2023-1-1", "1999-12-31", "2200-01-01", "٢٠٢٣-٠١-٠١", "2023-10-06x"]
)
def test_a_bad_day_or_unit_is_said_in_a_sentence(site: Site, day: str) -> None:
    for page in (
        site.page(f"/entry/friends?unit={UNIT}&day={day}", 422),
        shown(site.post("/entry/friends", {"unit": UNIT, "day": day, "video.adds": "5"}), 422),
    ):
        assert "日期" in page.one("div", "state").text
    assert "没有这个单元：nowhere" in site.page(f"/entry/friends?unit=nowhere&day={DAY}", 422).text
    assert "没有这个单元" in shown(site.post("/entry/friends", {"unit": "nowhere", "video.adds": "5"}), 422).text


def test_an_added_row_is_checked_like_the_others(site: Site) -> None:
    added = {"new2.touchpoint": "official", "new2.source": "video", "new2.customer_kind": "loyal", "new2.gmv": "x"}
    page = shown(site.fill_in(f"/entry/sales{AT}", added), 422)
    assert wrong(page) == {"new2.gmv": "请填数字"}
    assert page.one("form", id="grid-form").fields().items() >= added.items()
    for changes in (
        {"new2.touchpoint": "nowhere"},
        {"new2.source": "sms"},
        {"new2.customer_kind": "?"},
        {"new2.source": ""},
    ):
        page = shown(site.post("/entry/sales", {"unit": UNIT, "day": DAY, **added, "new2.gmv": "5", **changes}), 422)
        assert list(wrong(page)) == ["new2.gmv"]
    assert not [row for row in site.stored(TABLES["sales"]) if str(row["day"]) == DAY]


def test_an_added_row_that_is_listed_above_is_refused_with_a_way_out(site: Site) -> None:
    added = {"new1.touchpoint": "official", "new1.source": "video", "new1.customer_kind": "loyal", "new1.gmv": "5"}
    stale = site.page(f"/entry/sales{AT}")
    site.fill_in(f"/entry/sales{AT}", {**added, "new1.gmv": "4"})
    page = shown(site.submit(stale, added), 422)
    assert wrong(page) == {"new1.gmv": "这一行上面已有，请直接填在那一行"}
    assert page.one("input", name="official.video.loyal.gmv")["value"] == "4.00"
    twice = {name.replace("new1", "new2"): text for name, text in added.items()}
    page = shown(site.fill_in(f"/entry/sales?unit={OTHER}&day={DAY}", {**added, **twice}), 422)
    assert "new2.gmv" in wrong(page)


def test_a_form_that_somebody_else_has_overtaken_is_kept_and_can_be_saved_again(site: Site) -> None:
    mine = site.page(f"/entry/friends{AT}")
    site.of("olga").fill_in(f"/entry/friends{AT}", {"video.adds": "50"})
    answer = site.submit(mine, {"video.adds": "60", "douyin.adds": "7"})
    page = shown(answer, 409)
    assert "已保留本页填写的内容" in page.one("div", "banner").text
    fields = page.one("form", id="grid-form").fields()
    assert (fields["video.adds"], fields["douyin.adds"]) == ("60", "7")
    assert sorted(row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY) == [50]
    assert site.submit(page, {}).status_code == 303
    assert sorted(row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY) == [7, 60]


def test_what_somebody_else_changed_in_other_rows_to_the_same_is_no_conflict(site: Site) -> None:
    mine = site.page(f"/entry/friends{AT}")
    site.of("olga").fill_in(f"/entry/friends{AT}", {"video.adds": "60"})
    assert site.submit(mine, {"video.adds": "60", "douyin.adds": "7"}).status_code == 303
    assert sorted(row["adds"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY) == [7, 60]


@pytest.mark.parametrize("base", ["", "x", "|||||", "1|2", "٣||", "9" * 5000])
def test_a_mangled_base_breaks_nothing(site: Site, base: str) -> None:
    fields = {"unit": UNIT, "day": DAY, "video.adds": "5", "video.base": base, "nobody.base": "1||", "x.base": ""}
    assert site.post("/entry/friends", fields).status_code in (303, 409)


def test_a_unit_that_is_switched_off_takes_no_new_numbers(site: Site) -> None:
    fields = site.page(f"/units?edit={UNIT}").one("main").one("form", method="post").fields()
    del fields["active"]
    site.post("/units", fields)
    page = shown(site.fill_in(f"/entry/friends{AT}", {"video.adds": "5"}), 422)
    assert "单元已停用" in wrong(page)["video.adds"]
