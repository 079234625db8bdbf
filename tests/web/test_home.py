"""今日 and 对账: what is missing, and what does not add up, each a link to where it is mended."""

import re

import pytest
from httpx2 import Response

from app.domain.roles import Role
from app.metrics.catalog import CATALOG
from tests.page import Node
from tests.served import OTHER, UNIT, Site, put, shown
from tests.web.test_pick import add_shops

KEY = {"unit": UNIT}


def friends(day: str, channel: str = "video", **measures: int) -> dict[str, object]:
    return {**KEY, "day": day, "channel": channel, **measures}


def test_yesterday_is_shown_by_unit_and_kind_with_the_missing_channels(site: Site) -> None:
    put(site.database, "friends", [friends("2023-10-07", c, adds=1) for c in ("video", "douyin")])
    put(site.database, "friends", [friends("2023-10-08", adds=1)])
    put(site.database, "pushes", [{**KEY, "day": "2023-10-07", "touchpoint": "sms", "pushes": 9}])
    page = site.page("/")
    assert page.one("h1").text == "今日"
    heads, *rows = page.all("table", "cm")[0].all("tr")
    place = [cell.text for cell in heads.all("th")].index("电商私域组")
    cells = [row.all("td")[place] for row in rows[:3]]
    assert [cell.text for cell in cells] == ["缺 1 渠道 抖音", "—", "未填"]
    assert cells[0].one("a")["href"] == f"/entry/friends?unit={UNIT}&day=2023-10-08"
    assert page.one("p", "big").text == "0 / 2 0.00%"
    assert page.one("a", "pri")["href"] == f"/entry/friends?unit={UNIT}&day=2023-10-08"
    assert "去补填 2 项" in page.text


def test_days_of_the_month_without_numbers_lead_to_their_forms(site: Site) -> None:
    put(site.database, "friends", [friends(f"2023-10-{day:02}", adds=1) for day in (2, 3, 6)])
    page = site.of("olga").page("/")
    (unit,) = page.one("ul", "gaps").all("li")
    assert "缺 4 天" in unit.text
    assert [link["href"][-10:] for link in unit.all("a")] == ["2023-10-04", "2023-10-05", "2023-10-07", "2023-10-08"]


def test_a_stock_count_that_disagrees_is_shown_with_the_days_between(site: Site) -> None:
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-01", "cumulative": 1000, "current": 500}])
    put(site.database, "friends", [friends("2023-10-01", adds=99), friends("2023-10-03", adds=40, losses=10)])
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-05", "cumulative": 1040, "current": 520}])
    put(site.database, "stock-counts", [{**KEY, "day": "2023-10-06", "cumulative": 1040, "current": 520}])
    for path in ("/recounts", "/"):
        table = next(table for table in site.page(path).all("table") if "盘点日" in table.text)
        assert [row[-5:] for row in table.cells()[1:]] == [
            ["累计好友", "1,040", "1,040", "0", "10/2–10/5 · 核对填报 · 查看改动"],
            ["现好友", "530", "520", "−10"],
        ]
        links = [link["href"] for link in table.all("a")]
        assert f"/growth?unit={UNIT}&from=2023-10-02&to=2023-10-05" in links
        assert f"/history?unit={UNIT}&from=2023-10-02&to=2023-10-05&kind=friends" in links
        for link in links:
            assert shown(site.get(link))
    assert "没有差异" in site.page("/recounts?range=last_month&unit=ecommerce").text
    assert site.of("olga").get("/recounts?unit=stores").status_code == 403


def cards(page: Node) -> list[str]:
    """Return the names of the cards of a page, in order."""
    return [card.one("h3").text for card in page.all("section", "kcard")]


def choose(site: Site, *keys: str, **more: str) -> Response:
    """Send the form of the cards with these ticked, numbered in their order."""
    fields = {name: value for place, key in enumerate(keys, 1) for name, value in _fields(key, place)}
    return site.post("/home/cards", {"unit": "article", **fields, **more})


def _fields(key: str, place: int) -> list[tuple[str, str]]:
    return [(f"show.{key}", "1"), (f"place.{key}", str(place))]


USUAL = ["新增好友", "现好友数", "月流失率", "GMV", "老客营收", "加粉率"]


def test_everybody_chooses_their_own_cards_in_their_own_order(site: Site) -> None:
    assert cards(site.page("/")) == USUAL
    mo = site.of("mo")
    answer = choose(site, "push_rpm", "gmv", "friends_net")
    assert answer.headers["location"] == "/?unit=article&saved=1"
    assert cards(site.page("/?unit=article")) == ["千次推送营收", "GMV", "净增好友"]
    assert cards(mo.page("/")) == USUAL
    form = site.page("/?unit=article&cards=edit").one("form", action="/home/cards")
    ticked = [box["name"] for box in form.all("input", type="checkbox") if "checked" in box.attrs]
    assert ticked == ["show.push_rpm", "show.gmv", "show.friends_net"]
    assert len(form.all("input", type="checkbox")) == len(CATALOG)
    choose(site, "gmv", action="reset")
    assert cards(site.page("/")) == USUAL


def test_numbers_say_the_order_of_cards(site: Site) -> None:
    page = site.page("/?cards=edit")
    form = page.one("form", action="/home/cards")
    changed = {**form.fields(), "place.add_rate": "1", "place.friends_added": "900", "place.gmv": "x"}
    assert site.post("/home/cards", changed).status_code == 303
    assert cards(site.page("/")) == ["加粉率", "现好友数", "月流失率", "老客营收", "新增好友", "GMV"]


@pytest.mark.parametrize("keys", [(), ("no_such",), tuple(list(CATALOG)[:13])])
def test_a_choice_that_cannot_be_shown_is_refused_in_words(site: Site, keys: tuple[str, ...]) -> None:
    page = shown(choose(site, *keys), 422)
    assert page.one(id="cards-problem")["role"] == "alert"
    assert len([box for box in page.all("input", type="checkbox") if "checked" in box.attrs]) == len(keys) - (
        "no_such" in keys
    )
    assert cards(site.page("/")) == USUAL


def test_a_viewer_of_one_store_sees_only_it(site: Site) -> None:
    put(site.database, "friends", [friends("2023-10-07", adds=7), {**friends("2023-10-07", adds=900), "unit": OTHER}])
    put(site.database, "friends", [friends("2023-10-08", adds=5), {**friends("2023-10-08", adds=901), "unit": OTHER}])
    vic = site.add_person("shopkeeper", Role.VIEWER, UNIT)
    page = vic.page("/")
    assert page.one("section", aria_labelledby="card-friends_added").one("p", "v").text == "5 人"
    main = page.one("main").text
    assert "门店私域组" not in main
    assert "901" not in main
    assert "月结" not in page.one("section", "attention").text
    assert vic.get(f"/?unit={OTHER}").status_code == 403
    assert "906" in site.page("/?unit=luopan").one("section", aria_labelledby="card-friends_added").text


def test_each_line_says_its_days_and_each_card_leads_to_its_board(site: Site) -> None:
    put(site.database, "friends", [friends(f"2023-10-0{day}", adds=day) for day in (3, 4, 6, 7, 8)])
    card = site.page(f"/?unit={UNIT}").one("section", aria_labelledby="card-friends_added")
    line = card.one("svg", "spark")
    assert (line["role"], line["aria-label"]) == (
        "img",
        "新增好友近 7 日：10/2 —，10/3 3，10/4 4，10/5 —，10/6 6，10/7 7，10/8 8",
    )
    assert len(line.all("polyline")) == 2
    href = card.one("h3").one("a")["href"]
    assert href == f"/growth?unit={UNIT}&from=2023-10-01&to=2023-10-08"
    assert shown(site.get(href))
    assert "升 14.29% 较前日" in card.text
    assert "未定目标" in card.text


def test_the_page_speaks_english(site: Site) -> None:
    put(site.database, "friends", [friends(f"2023-10-0{day}", adds=day, losses=day) for day in (3, 6, 7, 8)])
    targets = (("friends_added", "100"), ("gmv", "900.00"), ("friends_lost", "3"))
    put(
        site.database,
        "targets",
        [{"month": "2023-10", "unit": UNIT, "metric": key, "value": value} for key, value in targets],
    )
    site.post("/account/language", {"language": "en", "back": "/"})
    page = site.page(f"/?unit={UNIT}&cards=edit")
    for part in (page.one("section", "kcol"), page.one("section", "goals"), page.one("section", id="cards")):
        assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]+", part.text) == []
    attention = page.one("section", "attention").text.replace("电商私域组", "")
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]+", attention) == []
    assert "Friends added behind" in attention
    assert "Friends lost over its limit" in attention


def test_children_beyond_what_a_page_can_hold_are_counted_not_read(site: Site) -> None:
    add_shops(site.database)
    assert "不逐个检查" in site.page(f"/?unit={OTHER}").one("section", "attention").text


def test_every_key_number_opens_the_number_that_it_is(site: Site) -> None:
    for day, adds in (("2023-10-07", 40), ("2023-10-08", 50)):
        put(site.database, "friends", [friends(day, adds=adds, reach=400, losses=5)])
    links = [link for card in site.page(f"/?unit={UNIT}").all("section", "kcard") for link in card.all("a", "num-link")]
    assert [link.text for link in links][:1] == ["50"]
    assert "12.50%" in [link.text for link in links]
    for link in links:
        assert site.page(link["href"]).one("p", "explain-value").text.split()[0] == link.text, link["href"]


def test_what_the_month_aims_for_opens_where_it_stands_on_a_card_and_in_the_table(site: Site) -> None:
    put(site.database, "friends", [friends("2023-10-08", adds=50, reach=400)])
    put(site.database, "targets", [{**KEY, "month": "2023-10", "metric": "friends_added", "value": "200"}])
    page = site.page(f"/?unit={UNIT}")
    card = next(card for card in page.all("section", "kcard") if "新增好友" in card.text)
    row = next(row for row in page.one("section", "goals").all("tr") if "新增好友" in row.text)
    texts = [[link.text for link in part.all("a", "num-link")] for part in (card, row)]
    assert texts == [["50", "50 / 200", "25.00%"], ["200", "50", "25.00%"]]
    for link in (*card.all("a", "num-link")[1:], *row.all("a", "num-link")):
        told = site.page(link["href"]).one("section", "explain-goal").text
        assert "目标 200" in told
        assert "50 ÷ 200 = 25.00%" in told
