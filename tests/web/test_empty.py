"""An installation in which nothing has been set up says what to do first."""

from app.domain.roles import Role
from tests.served import Site, addresses, shown

NEED_A_UNIT = ("/growth", "/sales", "/targets", "/plan", "/entry/friends", "/entry/stock-counts")


def test_every_page_answers_in_words(empty: Site) -> None:
    for path in addresses(empty.app):
        answer = empty.get(path)
        assert answer.status_code in (200, 303, 404), path
        assert "出错" not in answer.text
    for path in addresses(empty.app, "POST"):
        if path != "/account/sessions":  # which ends all logins but this one: there are none
            assert empty.post(path, {}).status_code in (404, 422), path


def test_pages_about_numbers_name_the_first_thing_to_do(empty: Site) -> None:
    for path in NEED_A_UNIT:
        page = empty.page(path, 404)
        state = page.one("div", "state")
        assert state.one("h2").text == "还没有可以查看的单元"
        assert state.one("a")["href"] == "/units"
        assert page.one("nav", "side-nav")
    assert "还没有组织单元" in empty.page("/units").text


def test_who_cannot_set_up_is_told_whom_to_ask(empty: Site) -> None:
    vic = empty.add_person("vic", Role.VIEWER)
    for path in NEED_A_UNIT:
        state = vic.page(path, 404).one("div", "state")
        assert "请联系管理员" in state.text
        assert not state.all("a")


def test_the_first_unit_and_channel_open_the_forms(empty: Site) -> None:
    unit = {"code": "shop", "name": "小店", "kind": "store"}
    answer = empty.fill_in("/units", unit, form="")
    assert answer.headers["location"] == "/units?saved=1"
    channel = {"code": "card", "name": "名片", "kind": "source", "position": "1"}
    assert empty.fill_in("/channels", channel, form="").status_code == 303
    page = empty.page("/entry/friends")
    assert page.one("select", name="unit").one("option").text == "小店"
    assert empty.submit(page, {"card.adds": "3"}).status_code == 303
    assert "3" in empty.page("/growth?range=yesterday").one("dl", "kpis").text
    for path in addresses(empty.app):
        assert empty.get(path).status_code in (200, 303), path


def test_a_unit_without_a_single_number_draws_no_empty_axes(empty: Site) -> None:
    empty.post("/units", {"code": "shop", "name": "小店", "kind": "store", "active": "on"})
    for path in ("/growth", "/sales"):
        page = shown(empty.get(path))
        assert not [script for script in page.all("script") if "data-fig" in script.attrs]
        assert page.text.count("所选条件没有数据") >= 3
        assert page.one("dl", "kpis").text.count("—") >= 5
    state = empty.page("/targets?month=2023-09").one("main").one("div", "state")
    assert state.one("a")["href"] == "/plan?month=2023-09"
