"""月结 and 当日无数据 on their pages: closed months refuse the form, and say who closed them."""

from tests.served import OTHER, UNIT, Site, shown

MAY = {"month": "2023-05"}
AT = f"/entry/friends?unit={UNIT}&day=2023-05-31"


def test_an_admin_closes_a_month_and_the_entry_form_refuses_it(site: Site) -> None:
    page = site.page("/closing")
    assert [page.one("table").cells()[1][i] for i in (0, 2)] == ["2023年10月", "进行中"]
    assert site.post("/closing", {**MAY, "action": "close"}).status_code == 303
    line = next(row for row in site.page("/closing").one("table").cells() if row[0] == "2023年5月")
    assert line[2] == "已月结"
    assert line[3].startswith("ada · ")
    answer = site.post("/entry/friends", {"unit": UNIT, "day": "2023-05-31", "video.adds": "4"})
    assert any("2023年5月已由 ada 于" in banner.text for banner in shown(answer, 409).all("div", "banner"))
    locked = site.page(AT)
    assert all("readonly" in cell.attrs for cell in locked.one("form", id="grid-form").all("input", type="text"))
    refused = shown(site.post("/closing", {**MAY, "action": "reopen", "reason": " "}), 422)
    assert "请写明重开的原因" in refused.text
    assert shown(site.post("/closing", {**MAY, "action": "close"}), 409)
    assert shown(site.post("/closing", {"month": "2023-10", "action": "close"}), 422)
    assert site.post("/closing", {**MAY, "action": "reopen", "reason": "漏填两天"}).status_code == 303
    assert "漏填两天" in site.page("/history?kind=closings").text
    assert site.fill_in(AT, {"video.adds": "4"}).status_code == 303


def test_others_see_which_months_are_closed_but_close_none(site: Site) -> None:
    site.post("/closing", {**MAY, "action": "close"})
    for name in ("mo", "olga", "vic"):
        other = site.of(name)
        page = other.page("/closing")
        assert "已月结" in page.text
        assert not page.one("main").all("form")
        assert other.post("/closing", {**MAY, "action": "reopen", "reason": "x"}).status_code == 403


def test_a_day_without_data_is_marked_by_who_may_enter_it_and_misses_nothing(site: Site) -> None:
    olga = site.of("olga")
    olga.fill_in(f"/entry/friends?unit={UNIT}&day=2023-10-07", {"video.adds": "5"})
    home = olga.page("/")
    assert "去补填 1 项" in home.text
    mark = {"unit": UNIT, "day": "2023-10-08", "on": "1", "back": "home"}
    assert olga.post("/no-data", mark).headers["location"] == "/?saved=1"
    home = olga.page("/")
    assert "当日无数据" in home.one("table").text
    assert "去补填" not in home.text
    assert olga.post("/no-data", {**mark, "unit": OTHER}).status_code == 403
    assert site.of("vic").post("/no-data", mark).status_code == 403
    assert olga.post("/no-data", {**mark, "day": "x"}).status_code == 422
    back = olga.post("/no-data", {"unit": UNIT, "day": "2023-10-08", "on": "0"})
    assert back.headers["location"].startswith(f"/entry?unit={UNIT}&day=2023-10-08")
    assert "去补填 1 项" in olga.page("/").text
