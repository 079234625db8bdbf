"""历史: every write is listed to those who may read its numbers, and is undone from its page."""

import pytest

from app.domain.facts import FRIENDS
from tests.page import Node
from tests.served import OTHER, UNIT, Site, shown

DAY = "2023-10-06"
AT = f"/entry/friends?unit={UNIT}&day={DAY}"


def lines(page: Node) -> list[list[str]]:
    """Return the rows of the log: time, who, from where, what, unit, days, rows, reason, state."""
    return page.one("table").cells()[1:]


def stored(site: Site) -> list[tuple[int | None, int | None]]:
    rows = [row for row in site.stored(FRIENDS) if str(row["day"]) == DAY]
    return sorted((row["reach"], row["adds"]) for row in rows)


def newest(site: Site) -> str:
    return site.page("/history").one("table").all("a")[0]["href"]


def test_a_save_is_one_line_of_the_log_and_its_page_names_every_cell(site: Site) -> None:
    olga = site.of("olga")
    olga.fill_in(AT, {"video.adds": "90", "video.reach": "1000", "douyin.adds": "0"})
    (line, *_) = lines(site.page("/history?kind=friends"))
    assert line[1:7] == ["olga", "页面", "好友", "电商私域组", "2023/10/06", "2"]
    # The form leads to the log of its day.
    (link,) = olga.page(AT).one(id="last-saved").all("a")
    assert [row[1:4] for row in lines(olga.page(link["href"]))] == [["olga", "页面", "好友"]]
    cells = site.page(newest(site)).one("table").cells()[1:]
    assert ["视频号", "电商私域组", "2023/10/06", "新增好友", "未填", "90"] in cells
    assert ["视频号", "电商私域组", "2023/10/06", "触达数", "未填", "1,000"] in cells
    assert ["抖音", "电商私域组", "2023/10/06", "新增好友", "未填", "0"] in cells
    assert len(cells) == 3


def test_undo_puts_a_save_back_and_is_undone_in_turn(site: Site) -> None:
    olga = site.of("olga")
    olga.fill_in(AT, {"video.adds": "90"})
    olga.fill_in(AT, {"video.adds": "7", "douyin.adds": "1"})
    first, second = stored(site), newest(site)
    answer = olga.post(f"{second}/undo", {})
    assert answer.status_code == 303
    assert stored(site) == [(None, 90)]
    assert f"撤销了 #{second.split('/')[-1]}" in olga.page(answer.headers["location"]).text
    page = olga.page(second)
    assert "已撤销" in page.text
    assert not page.all("form", action=f"{second}/undo")
    assert olga.post(f"{second}/undo", {}).status_code == 409
    olga.post(answer.headers["location"].split("?")[0] + "/undo", {})
    assert stored(site) == first


def test_cells_that_were_changed_later_are_named_and_nothing_is_undone(site: Site) -> None:
    site.fill_in(AT, {"video.adds": "90", "douyin.adds": "3"})
    early = newest(site)
    site.of("olga").fill_in(AT, {"video.adds": "91"})
    before = stored(site)
    page = shown(site.post(f"{early}/undo", {}), 409)
    assert "之后有 1 格又被修改" in page.one("div", "banner").text
    (cell,) = page.all("table")[0].cells()[1:]
    assert cell[:4] == ["电商私域组", "2023/10/06", "视频号", "新增好友"]
    assert cell[4].endswith("olga")
    assert stored(site) == before


def test_who_may_not_read_a_unit_does_not_learn_of_its_changes(site: Site) -> None:
    site.fill_in(f"/entry/friends?unit={OTHER}&day={DAY}", {"video.adds": "5"})
    batch = newest(site)
    olga = site.of("olga")
    assert olga.get(batch).status_code == 404
    assert "门店私域组" not in olga.page("/history").one("main").text.replace("单元", "")
    assert olga.get(f"/history?unit={OTHER}").status_code == 403
    assert olga.post(f"{batch}/undo", {}).status_code == 403
    vic = site.of("vic")
    assert not vic.page(batch).all("form", action=f"{batch}/undo")
    assert vic.post(f"{batch}/undo", {}).status_code == 403
    assert stored(site) == [(None, 5)]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("kind=friends&unit=ecommerce", 1),
        ("actor=olga", 1),
        ("origin=page", 1),
        ("origin=file", 0),
        ("from=2023-10-06&to=2023-10-06", 1),
        ("from=2023-10-07&to=2023-10-08", 0),
        ("on=2001-01-01", 0),
    ],
)
def test_the_log_is_filtered(site: Site, query: str, count: int) -> None:
    site.of("olga").fill_in(AT, {"video.adds": "90"})
    page = site.page(f"/history?{query}")
    assert len(lines(page) if page.all("table") else []) == count
    if not count:
        assert page.one("div", "state").one("a").text == "清除筛选"
    assert site.get("/history?from=tomorrow").status_code == 422
    assert site.get("/history?before=x").status_code == 200
