"""Two people in one form: cells that one of them changed are kept, and those that both changed are asked about."""

import json
from typing import Any

import pytest

from app.domain.facts import FRIENDS, SALES, TARGETS
from app.domain.roles import SYSTEM
from app.inputs.facts import KEYS
from app.store import facts as store
from tests.page import parse
from tests.served import UNIT, Site, put, shown

DAY = "2023-10-06"
AT = f"?unit={UNIT}&day={DAY}"
FORM = f"/entry/friends{AT}"
JSON = {"Accept": "application/json"}


def rows(site: Site) -> list[tuple[int | None, ...]]:
    """Return reach, adds and losses of the day's rows."""
    found = [row for row in site.stored(FRIENDS) if str(row["day"]) == DAY]
    return sorted(((row["reach"], row["adds"], row["losses"]) for row in found), key=str)


def sent(site: Site, path: str, changes: dict[str, str]) -> dict[str, str]:
    """Return the fields of a form as its page's script would send them now."""
    return {**site.page(path).one("form", id="grid-form").fields(), **changes}


def test_different_cells_of_a_row_merge_and_the_same_cell_is_asked_about(site: Site) -> None:
    site.fill_in(FORM, {"video.reach": "100", "video.adds": "10"})
    mine = site.page(FORM)
    site.of("olga").fill_in(FORM, {"video.losses": "1", "douyin.adds": "7"})
    assert site.submit(mine, {"video.adds": "11"}).status_code == 303
    assert rows(site) == [(100, 11, 1), (None, 7, None)]

    mine = site.page(FORM)
    site.of("olga").fill_in(FORM, {"video.adds": "12", "video.reach": "200"})
    page = shown(site.submit(mine, {"video.adds": "13", "douyin.losses": "2"}), 409)
    assert "已保留本页填写的内容" in page.one("div", "banner").text
    told = page.one("div", "problems").text
    assert "视频号 新增好友 ：本页 13，现为 12（" in told
    assert "olga" in told
    fields = page.one("form", id="grid-form").fields()
    assert (fields["video.adds"], fields["video.reach"], fields["douyin.losses"]) == ("13", "200", "2")
    assert rows(site) == [(200, 12, 1), (None, 7, None)]
    assert site.submit(page, {}).status_code == 303
    assert rows(site) == [(200, 13, 1), (None, 7, 2)]


def test_the_script_of_a_page_is_told_each_cell_with_theirs_by_whom_and_when(site: Site) -> None:
    site.fill_in(FORM, {"video.adds": "10"})
    fields = sent(site, FORM, {"video.adds": "", "video.losses": "3"})
    site.of("olga").fill_in(FORM, {"video.adds": "12", "video.losses": "3", "douyin.adds": "1"})
    answer = site.post("/entry/friends", fields, **JSON)
    assert answer.status_code == 409
    body = answer.json()
    (clash,) = body["clashes"]
    assert (clash["name"], clash["label"], clash["mine"], clash["theirs"]) == (
        "video.adds",
        "视频号 新增好友",
        "未填",
        "12",
    )
    assert clash["by"].endswith("· olga")
    assert (body["bases"]["video.base"], body["bases"]["douyin.base"]) == ("|12|3", "|1|")
    answer = site.post("/entry/friends", {**fields, "video.base": "|12|"}, **JSON)
    assert (answer.status_code, answer.json()["written"]) == (200, 1)
    assert rows(site) == [(None, 1, None), (None, None, 3)]
    answer = site.post("/entry/friends", sent(site, FORM, {"video.adds": "x", "video.losses": "-1"}), **JSON)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {"video.adds": "请填整数", "video.losses": "不能小于 0"},
    )


def test_rows_that_came_or_went_meanwhile_are_merged_too(site: Site) -> None:
    key = {"day": DAY, "unit": UNIT, "touchpoint": "official", "source": "video", "customer_kind": "loyal"}
    put(site.database, "sales", [{**key, "gmv": "5", "orders": 1}])
    mine, other = site.page(f"/entry/sales{AT}"), site.page(f"/entry/sales{AT}")
    with site.database.write() as session:
        store.remove(session, SYSTEM, SALES, [KEYS["sales"].model_validate(key)])
    # The row is gone: what was only seen is not brought back, what was typed is asked about.
    page = shown(site.submit(mine, {"official.video.loyal.orders": "2"}), 409)
    assert "多次复购（视频号） 订单数 ：本页 2，现为 未填" in page.one("div", "problems").text
    assert site.submit(page, {}).status_code == 303
    (row,) = (row for row in site.stored(SALES) if str(row["day"]) == DAY)
    assert (row["gmv"], row["orders"]) == (None, 2)
    # By now it is there again, and only the cell that was typed in differs from what was seen.
    assert site.submit(other, {"official.video.loyal.buyers": "1"}).status_code == 303
    (row,) = (row for row in site.stored(SALES) if str(row["day"]) == DAY)
    assert (row["gmv"], row["orders"], row["buyers"]) == (None, 2, 1)


def test_a_save_that_is_overtaken_between_reading_and_writing_is_merged_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[int] = []
    write = site.database.write

    def overtaken() -> Any:  # noqa: ANN401 (a context manager)
        if len(times) < 3:
            times.append(1)
            with monkeypatch.context() as within:
                within.setattr(site.database, "write", write)
                put(site.database, "friends", [{"day": DAY, "unit": UNIT, "channel": "video", "reach": len(times)}])
        return write()

    fields = sent(site, FORM, {"video.adds": "5"})
    monkeypatch.setattr(site.database, "write", overtaken)
    assert site.post("/entry/friends", fields).status_code == 303
    assert rows(site) == [(3, 5, None)]


def test_targets_merge_in_the_same_way(site: Site) -> None:
    at = f"/plan?unit={UNIT}&month=2023-10"
    fields = sent(site, at, {"gmv.-.-.value": "2", "orders.-.-.value": "3"})
    site.of("mo").fill_in(at, {"gmv.-.-.value": "1", "buyers.-.-.value": "9"})
    answer = site.post("/plan", fields, **JSON)
    assert answer.status_code == 409
    assert [(clash["name"], clash["theirs"]) for clash in answer.json()["clashes"]] == [("gmv.-.-.value", "1.00")]
    assert "mo" in answer.json()["clashes"][0]["by"]
    answer = site.post("/plan", {**fields, "gmv.-.-.base": "1.00"}, **JSON)
    assert answer.json()["written"] == 2
    assert len([row for row in site.stored(TARGETS) if row["month"].month == 10 and row["value"]]) == 3


def test_losses_that_leave_nobody_are_refused_by_the_page_only(site: Site) -> None:
    put(site.database, "friends", [{"day": DAY, "unit": UNIT, "channel": "douyin", "losses": 50}])
    assert site.fill_in(FORM, {"video.losses": "1000"}).status_code == 303  # nothing was counted yet
    put(site.database, "stock-counts", [{"day": "2023-10-01", "unit": UNIT, "cumulative": 2000, "current": 1000}])
    put(site.database, "friends", [{"day": "2023-10-02", "unit": UNIT, "channel": "video", "adds": 30, "losses": 10}])
    assert site.fill_in(FORM, {"video.reach": "5"}).status_code == 303  # neither adds nor losses were changed
    page = shown(site.fill_in(FORM, {"parcel_card.adds": "29", "video.losses": "1001"}), 422)
    assert "流失合计 1,051 大于前日现好友 1,020 + 新增 29" in page.one(id="video.losses-err").text
    assert site.fill_in(FORM, {"parcel_card.adds": "31", "video.losses": "1001"}).status_code == 303
    record = parse(site.get(f"{FORM}&cell=video.losses").text)
    assert "可填范围 0 至 1,001" in record.one("dl").text
    put(site.database, "friends", [{"day": DAY, "unit": UNIT, "channel": "video", "losses": 9999}])


def test_the_page_carries_what_its_checks_and_totals_need(site: Site) -> None:
    days = [{"day": f"2023-10-0{n}", "unit": UNIT, "channel": "video", "adds": 10 * n, "reach": 100} for n in (1, 2, 3)]
    put(site.database, "friends", [*days, {**days[0], "day": "2023-09-28", "adds": 999}])
    put(
        site.database,
        "friends",
        [{"day": DAY, "unit": UNIT, "channel": "video", "reach": 300, "adds": 40, "losses": 1}],
    )
    put(site.database, "friends", [{"day": DAY, "unit": UNIT, "channel": "douyin", "adds": 5}])
    page = site.page(FORM)
    data = json.loads(page.one("script", id="grid-data").raw)
    assert data["weeks"] == {"video.reach": [300, 3], "video.adds": [60, 3]}
    assert (data["enough"], data["ratio"], data["silent"]["rows"]) == (3, "2", ["video"])
    assert data["opening"] == {"current": 1059, "counted": False}
    cells = {row[0]: row[4:] for row in page.one("table", "g").cells()}
    assert cells["视频号"] == ["+39", "13.33%", "+100.00%"]
    assert cells["抖音"] == ["—", "—", "—"]
    # As on the boards: the rate counts the rows that have reach, the net needs both sums.
    assert cells["合计"] == ["+44", "13.33%", ""]
    assert page.one("tr", data_close="").text == "现好友（期末） 1,103"
    sales = json.loads(site.page(f"/entry/sales{AT}").one("script", id="grid-data").raw)
    assert ["buyers", "orders", "订单数"] in sales["at_most"]
    put(site.database, "stock-counts", [{"day": DAY, "unit": UNIT, "cumulative": 2000, "current": 1100}])
    counted = site.page(f"/entry/stock-counts{AT}").one("table", "g").cells()[1]
    assert counted[3:] == ["+896", "−3"]
    record = parse(site.get(f"{FORM}&cell=video.adds").text)
    assert record.one("dl").text == "当前值 40 前日 未填 近7日均值 20.00"
    assert "luopan · 命令行 未填 → 40" in record.one("ol").text
    shown(site.get(f"{FORM}&cell=nobody.adds"), 404)
    shown(site.of("olga").get(f"/entry/friends?unit=stores&day={DAY}&cell=video.adds"), 403)
