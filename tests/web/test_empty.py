"""An installation in which nothing has been set up says what to do first."""

from app.domain.roles import Role
from tests.page import Node
from tests.served import UNIT, Site, addresses, put, shown

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
        assert len(page.all("div", "state")) >= 3
        assert page.one("dl", "kpis").text.count("—") >= 5
    state = empty.page("/targets?month=2023-09").one("main").one("div", "state")
    assert state.one("a")["href"] == "/plan?month=2023-09"


def states(page: Node) -> dict[str, tuple[str, str | None]]:
    """Return what each empty card of a board says, and where it leads."""
    cards = [card for card in page.all("section", "card") if card.all("div", "state")]
    found = {card.one("h2").text: card.one("div", "state") for card in cards}
    return {
        title: (state.one("b").text, next((a["href"] for a in state.all("a")), None)) for title, state in found.items()
    }


def test_a_board_of_an_old_state_names_its_day_where_nothing_was_there_yet(site: Site) -> None:
    for path, least in (("/growth", 3), ("/sales", 5)):
        asked = f"{path}?unit=article&from=2023-05-01&to=2023-05-07"
        found = states(site.page(f"{asked}&as_of=2023-05-01"))
        assert len(found) >= least
        for said, href in found.values():
            assert "所选条件" not in said
            assert href is not None
            assert "as_of" not in href
            assert "from=2023-05-01" in href
        assert "截至 2023-05-01 还没有这段日期的数据" in {said for said, _ in found.values()}
        # A channel is a filter of the reader's own.
        narrowed = states(site.page(f"{asked}&as_of=2023-05-01&channel=video"))
        assert "所选条件没有数据" in {said for said, _ in narrowed.values()}


def test_a_unit_without_opening_stock_says_so_and_leads_to_counting_it(site: Site) -> None:
    asked = f"/growth?unit={UNIT}&from=2023-10-01&to=2023-10-08"
    found = states(site.page(asked))
    count = f"/entry/stock-counts?unit={UNIT}"
    assert found["累计好友与现好友数"] == ("该单元到这段日期还没有期初存量，也没有增减，算不出现好友", count)
    assert found["月流失率"] == ("该单元上月末没有期初存量，算不出月流失率", count)
    assert site.get(count).status_code == 200
    assert states(site.of("vic").page(asked))["月流失率"][1] is None
    row = {"day": "2023-10-02", "unit": UNIT, "channel": "video", "adds": 5, "losses": 1}
    put(site.database, "friends", [row])
    assert "累计好友与现好友数" not in states(site.page(asked))  # which grow from nothing
    assert states(site.page(asked))["月流失率"] == found["月流失率"]
    put(site.database, "stock-counts", [{"day": "2023-09-30", "unit": UNIT, "cumulative": 90, "current": 80}])
    assert not {"累计好友与现好友数", "月流失率"} & set(states(site.page(asked)))
