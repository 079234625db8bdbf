"""每日填报: what is typed is saved, and stands there again."""

import pytest

from app.domain.facts import DAILY, FRIENDS, RETENTION, SALES, TABLES
from tests.served import UNIT, Site, put, shown

DAY = "2023-10-06"
AT = f"?unit={UNIT}&day={DAY}"
SALE = "official.unattributed_source.new"
TYPED: dict[str, dict[str, str]] = {
    "friends": {"video.reach": "1000", "video.adds": "90", "video.losses": "0", "douyin.adds": "12"},
    "retention": {"video.1.retained": "80", "video.7.retained": "0", "douyin.30.retained": "3"},
    "sales": {f"{SALE}.gmv": "2471.05", f"{SALE}.orders": "100", f"{SALE}.buyers": "98", f"{SALE}.member_gmv": "0.01"},
    "pushes": {
        "sms.pushes": "12000",
        "sms.push_cost": "600.00",
        "sms.push_gmv": "1800.60",
        "official.push_losses": "5",
    },
    "stock-counts": {"unit.cumulative": "31774", "unit.current": "10000"},
}


def values(site: Site, kind: str, at: str = AT) -> dict[str, str]:
    """Return what stands in the cells of a form."""
    page = site.page(f"/entry/{kind}{at}")
    cells = page.one("form", id="grid-form").all("input", type="text")
    return {cell["name"]: cell["value"] for cell in cells if cell["value"]}


@pytest.mark.parametrize("kind", TYPED)
def test_each_kind_is_saved_and_stands_there_again(site: Site, kind: str) -> None:
    assert values(site, kind) == {}
    answer = site.fill_in(f"/entry/{kind}{AT}", TYPED[kind])
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/entry/{kind}{AT}&saved=1"
    page = site.page(answer.headers["location"])
    assert "已保存" in page.one("div", "banner").text
    assert "ada" in page.one("div", "savebar").text
    assert values(site, kind) == TYPED[kind]
    assert not page.all("div", "problems")


def test_there_is_a_form_for_each_of_the_five_daily_kinds(site: Site) -> None:
    assert set(TYPED) == {table.kind for table in DAILY}
    page = site.page(f"/entry/friends{AT}")
    tabs = page.one("nav", "tabs").all("a")
    assert [tab["href"] for tab in tabs] == [f"/entry/{kind}{AT}" for kind in TYPED]
    assert [tab["href"] for tab in tabs if "aria-current" in tab.attrs] == [f"/entry/friends{AT}"]


def test_tabs_count_what_is_there(site: Site) -> None:
    for kind, typed in TYPED.items():
        site.fill_in(f"/entry/{kind}{AT}", typed)
    tabs = site.page(f"/entry/friends{AT}").one("nav", "tabs").all("a")
    assert [tab.text for tab in tabs] == ["好友 2 / 2", "留存 3 条", "销售 1 / 1", "推送 2 / 2", "盘点 已填"]
    put(site.database, "friends", [{"day": "2023-10-05", "unit": UNIT, "channel": "parcel_card", "adds": 1}])
    assert site.page(f"/entry/friends{AT}").one("nav", "tabs").all("a")[0].text == "好友 2 / 3"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1,234", 1234),
        ("1，234", 1234),
        ("１２３４", 1234),
        ("１，２３４", 1234),
        (" 1234 ", 1234),
        ("1 234", 1234),
        ("\u30001234", 1234),
        ("0", 0),
        ("007", 7),
        ("-0", 0),
        ("1000000000000", 10**12),
        ("3.17万", 31700),
        ("１万", 10000),
        ("0.0001万", 1),
    ],
)
def test_a_count_is_read_as_people_and_spreadsheets_write_it(site: Site, text: str, count: int) -> None:
    assert site.fill_in(f"/entry/friends{AT}", {"video.reach": text}).status_code == 303
    assert [row["reach"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY] == [count]
    assert values(site, "friends") == {"video.reach": str(count)}


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("470,553", "470553.00"),
        ("￥１２．５", "12.50"),
        ("¥0.01", "0.01"),
        ("12.5元", "12.50"),
        ("1.234567万元", "12345.67"),
        ("0", "0.00"),
        ("3", "3.00"),
    ],
)
def test_money_is_read_in_yuan(site: Site, text: str, shown_as: str) -> None:
    assert site.fill_in(f"/entry/pushes{AT}", {"sms.push_cost": text}).status_code == 303
    assert values(site, "pushes") == {"sms.push_cost": shown_as}


def test_zero_stays_zero_and_an_empty_cell_is_not_recorded(site: Site) -> None:
    site.fill_in(f"/entry/friends{AT}", {"video.adds": "0", "video.losses": "4"})
    (row,) = (row for row in site.stored(FRIENDS) if str(row["day"]) == DAY)
    assert (row["reach"], row["adds"], row["losses"]) == (None, 0, 4)
    site.fill_in(f"/entry/friends{AT}", {"video.losses": ""})
    (row,) = (row for row in site.stored(FRIENDS) if str(row["day"]) == DAY)
    assert (row["reach"], row["adds"], row["losses"], row["revision"]) == (None, 0, None, 2)
    assert values(site, "friends") == {"video.adds": "0"}


def test_saving_what_stands_there_changes_nothing(site: Site) -> None:
    for kind, typed in TYPED.items():
        site.fill_in(f"/entry/{kind}{AT}", typed)
        before = site.stored(TABLES[kind])
        assert site.fill_in(f"/entry/{kind}{AT}", {}).status_code == 303
        assert site.fill_in(f"/entry/{kind}{AT}", typed).status_code == 303
        assert site.stored(TABLES[kind]) == before


def test_only_the_rows_that_were_changed_are_written(site: Site) -> None:
    site.fill_in(f"/entry/friends{AT}", TYPED["friends"])
    site.fill_in(f"/entry/friends{AT}", {"douyin.adds": "13"})
    rows = {row["adds"]: row["revision"] for row in site.stored(FRIENDS) if str(row["day"]) == DAY}
    assert rows == {90: 1, 13: 2}


def test_retained_friends_are_those_of_the_cohorts_before_the_day(site: Site) -> None:
    page = site.page(f"/entry/retention{AT}")
    heads = page.one("form", id="grid-form").all("th", scope="col")
    assert [head.text for head in heads[1:]] == ["次日留存 10/5 添加的", "7日留存 9/29 添加的", "30日留存 9/6 添加的"]
    site.submit(page, TYPED["retention"])
    rows = {(str(row["cohort_day"]), row["day_n"]): row["retained"] for row in site.stored(RETENTION)}
    assert rows == {("2023-10-05", 1): 80, ("2023-09-29", 7): 0, ("2023-09-06", 30): 3}


def test_a_sale_from_a_named_source_is_added_as_a_row_and_stays_one(site: Site) -> None:
    added = {"new1.touchpoint": "official", "new1.source": "video", "new1.customer_kind": "loyal"}
    other = {"new3.touchpoint": "official", "new3.source": "douyin", "new3.customer_kind": "new", "new3.gmv": "5"}
    answer = site.fill_in(f"/entry/sales{AT}", {**added, "new1.gmv": "99.90", "new1.orders": "2", **other})
    assert answer.status_code == 303
    assert values(site, "sales") == {
        "official.video.loyal.gmv": "99.90",
        "official.video.loyal.orders": "2",
        "official.douyin.new.gmv": "5.00",
    }
    names = [row.one("th").text for row in site.page(f"/entry/sales{AT}").one("tbody").all("tr")]
    assert "多次复购（视频号）" in names
    site.fill_in(f"/entry/sales{AT}", {"official.video.loyal.orders": "3"})
    assert len(site.stored(SALES)) == len({row["id"] for row in site.stored(SALES)})
    assert values(site, "sales")["official.video.loyal.orders"] == "3"


def test_a_grid_of_thousands_of_cells_can_be_saved(site: Site) -> None:
    key = {"day": DAY, "unit": UNIT}
    sources = ["video", "mini_mall", "parcel_card", "douyin", "xiaohongshu", "store_scan"]
    touchpoints = ["official", "mini_program", "one_to_one", "community", "moments", "sms"]
    kinds = ["new", "first_repeat", "second_repeat", "loyal"]
    sales = [
        {**key, "touchpoint": t, "source": s, "customer_kind": k} for t in touchpoints for s in sources for k in kinds
    ]
    put(site.database, "sales", [{**sale, "gmv": "1.00", "orders": 1} for sale in sales])
    page = site.page(f"/entry/sales{AT}")
    assert len(page.one("form", id="grid-form").fields()) > 1000
    assert site.submit(page, {"sms.video.loyal.orders": "2"}).status_code == 303
    assert values(site, "sales")["sms.video.loyal.orders"] == "2"


def test_a_channel_that_is_switched_off_stays_on_the_days_that_have_its_numbers(site: Site) -> None:
    site.fill_in(f"/entry/friends{AT}", {"video.adds": "5"})
    site.fill_in("/channels?edit=video", {"name": "视频号（停）"}, form="")
    fields = site.page("/channels?edit=video").one("main").one("form", method="post").fields()
    del fields["active"]
    assert site.post("/channels", fields).status_code == 303
    assert values(site, "friends") == {"video.adds": "5"}
    assert "视频号" not in site.page(f"/entry/friends?unit={UNIT}&day=2023-10-05").one("table").text
    assert site.fill_in(f"/entry/friends{AT}", {"video.adds": "6"}).status_code == 303


def test_the_form_opens_at_yesterday_and_the_first_unit_below_all_others(site: Site) -> None:
    assert site.get("/entry").headers["location"] == "/entry/friends?"
    assert site.get(f"/entry{AT}").headers["location"] == f"/entry/friends{AT}"
    page = site.page("/entry/friends")
    assert page.one("form", id="grid-form").fields()["day"] == "2023-10-08"
    assert page.one("select", name="unit").one("option", selected="")["value"] == UNIT
    assert "2023年10月8日 周日" in page.text


def test_the_days_before_and_after_are_a_step_away_but_not_tomorrow(site: Site) -> None:
    today = site.page(f"/entry/pushes?unit={UNIT}&day=2023-10-09")
    assert today.one("a", data_key="step-left")["href"] == f"/entry/pushes?unit={UNIT}&day=2023-10-08"
    assert not today.all("a", data_key="step-right")
    assert today.one("input", type="date")["max"] == "2023-10-09"
    leap = site.page(f"/entry/pushes?unit={UNIT}&day=2020-02-29")
    assert leap.one("a", data_key="step-right")["href"] == f"/entry/pushes?unit={UNIT}&day=2020-03-01"


def test_what_is_entered_moves_the_boards(site: Site) -> None:
    board = f"/growth?unit={UNIT}&from={DAY}&to={DAY}"
    assert "—" in site.page(board).one("dl", "kpis").text
    site.fill_in(f"/entry/stock-counts?unit={UNIT}&day=2023-09-30", TYPED["stock-counts"])
    site.fill_in(f"/entry/friends{AT}", TYPED["friends"])
    cards = [item.text for item in site.page(board).one("dl", "kpis").all("dd", "v")]
    assert cards == ["102 人", "31,876 人", "10,102 人", "31.69%", "0.00%", "9.00%"]


@pytest.mark.parametrize("kind", TYPED)
def test_history_says_who_saved_what(site: Site, kind: str) -> None:
    assert "还没有保存过" in site.page(f"/entry/{kind}{AT}").one("div", "savebar").text
    site.of("olga").fill_in(f"/entry/{kind}{AT}", TYPED[kind])
    assert "olga" in site.page(f"/entry/{kind}{AT}").one("div", "savebar").text
    assert "还没有保存过" in site.page(f"/entry/{kind}?unit=stores&day={DAY}").one("div", "savebar").text


def test_unknown_forms_are_not_there(site: Site) -> None:
    for kind in ("targets", "nothing", "friends%00"):
        shown(site.get(f"/entry/{kind}"), 404)
        shown(site.post(f"/entry/{kind}", {"unit": UNIT, "day": DAY}), 404)
