"""The pages behind numbers, of notes and of saved views, without a script."""

import csv
from datetime import date
from io import StringIO
from urllib.parse import parse_qsl

import pytest

from app.boards.read import Asked
from app.domain.period import Period
from app.domain.roles import Role
from app.inputs.views import PARAMETERS
from app.web.filters import params_of
from tests.served import OTHER, UNIT, Site, put, shown

WEEK = "unit=article&from=2023-05-01&to=2023-05-07"


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("/growth", "range=month"),
        ("/sales?range=7d", "range=7d"),
        ("/sales?range=7d&from=2023-10-02&to=2023-10-08", "range=7d"),
        ("/growth?range=7d&from=2023-10-01&to=2023-10-08", "from=2023-10-01&to=2023-10-08"),
        ("/growth?from=2023-10-02&to=2023-10-08", "from=2023-10-02&to=2023-10-08"),
        ("/growth?as_of=2023-09-15", "as_of=2023-09-15&range=month"),
        ("/targets", ""),
        ("/targets?month=2023-10", "month=2023-10"),
        ("/targets?year=2023", "year=2023"),
    ],
)
def test_a_view_keeps_days_by_the_name_they_were_chosen_by(reading: Site, asked: str, days: str) -> None:
    saved = dict(parse_qsl(reading.page(asked).one("form", action="/views").fields()["query"]))
    assert saved.pop("unit") == "luopan"
    assert {name: value for name, value in saved.items() if name != "compare"} == dict(parse_qsl(days))


def test_a_month_that_was_not_named_is_not_sent_by_the_forms_of_targets(reading: Site) -> None:
    for asked, month in (("/targets", None), ("/targets?month=2023-09", "2023-09")):
        assert reading.page(asked).one("form", id="pick-unit").fields().get("month") == month


def test_every_number_of_a_board_leads_to_a_page_that_shows_the_same_number(site: Site) -> None:
    board = site.page(f"/growth?{WEEK}")
    links = [link for link in board.all("a", "num-link") if "tabindex" not in link.attrs]
    assert len(links) > 60
    for link in (*links[:6], *links[-12:]):
        page = site.page(link["href"])
        assert page.one("p", "explain-value").text.split()[0] == link.text.split()[-1].lstrip("+"), link["href"]
    fragment = site.get(f"{links[0]['href']}&fragment=1").text
    assert fragment.lstrip().startswith("<article")


def test_the_returns_of_pushes_open_what_was_earned_and_spent(site: Site) -> None:
    sent = {"day": "2023-05-04", "unit": UNIT, "touchpoint": "sms", "pushes": 900}
    put(site.database, "pushes", [{**sent, "push_cost": "400", "push_gmv": "732"}])
    table = site.page(f"/sales?unit={UNIT}&from=2023-05-01&to=2023-05-07").one("table", id="data-push_returns")
    links = table.all("a", "num-link")
    assert [link.text for link in links] == ["400.00", "732.00", "+332.00", "2.83", "1.83", "0.83"]
    for link in links:
        page = site.page(link["href"])
        assert page.one("p", "explain-value").text.split()[0] == link.text.lstrip("+"), link["href"]
        assert {term.text for term in page.all("b", **{"data-term": ""})} <= {"732.00", "400.00"}
    assert page.one("li", "op-sign", **{"aria-hidden": "true"}).text == "÷"
    assert page.all("li", "op-sign")[-1].text == "− 1"
    assert site.page("/dictionary").one("article", id="push_profit_over_cost").one("p", "formula")


def test_a_number_of_a_board_beside_its_targets_opens_its_target(site: Site) -> None:
    put(site.database, "targets", [{"month": "2023-05", "unit": "article", "metric": "friends_added", "value": "2000"}])
    asked = "/growth?unit=article&from=2023-05-01&to=2023-05-31&compare=target"
    card = next(link for link in site.page(asked).all("a", "num-link") if "metric=friends_added" in link["href"])
    facts = shown(site.get(f"{card['href']}&fragment=1")).all("dl", "explain-facts")[0].text
    assert "目标 2,000" in facts
    assert f"相差 {int(card.text.replace(',', '')) - 2000:+,}".replace("-", "−") in facts
    assert "较" not in facts


def test_what_is_behind_a_number_is_refused_as_the_board_is(site: Site) -> None:
    olga = site.of("olga")
    assert olga.get(f"/explain?metric=gmv&unit={UNIT}").status_code == 200
    for path, status in (
        (f"/explain?metric=gmv&unit={OTHER}", 403),
        ("/explain?metric=evil", 422),
        ("/explain?metric=gmv&kind=evil", 422),
        ("/explain?metric=gmv&channel=evil", 422),
        ("/explain?metric=gmv&unit=evil", 422),
    ):
        assert olga.get(path).status_code == status, path


def test_rows_behind_a_number_go_out_as_narrow_as_it_was_asked(site: Site) -> None:
    sale = {"day": "2023-10-01", "unit": UNIT, "source": "video"}
    sold = {("official", "new"): 300, ("official", "loyal"): 20, ("community", "new"): 1}
    put(
        site.database,
        "sales",
        [{**sale, "touchpoint": place, "customer_kind": kind, "gmv": gmv} for (place, kind), gmv in sold.items()],
    )
    asked = f"/explain?unit={UNIT}&from=2023-10-01&to=2023-10-01&metric="
    for narrow, amounts in (
        ("gmv", ["300.00", "20.00", "1.00"]),
        ("gmv&channel=official", ["300.00", "20.00"]),
        ("gmv&kind=new", ["300.00", "1.00"]),
        ("gmv&channel=official&kind=new", ["300.00"]),
        ("gmv_new", ["300.00", "1.00"]),
        ("gmv_old&channel=official", ["20.00"]),
        ("repeat_share", ["300.00", "20.00", "1.00"]),
    ):
        links = [link["href"] for link in site.page(asked + narrow).all("a")]
        (link,) = (link for link in links if link.startswith("/export/facts/sales"))
        heads, *rows = csv.reader(StringIO(site.get(link.replace("xlsx", "csv")).content.decode("utf-8-sig")))
        assert sorted(row[heads.index("GMV")] for row in rows) == sorted(amounts), narrow
    for wrong in ("channel=evil", "customer_kind=evil"):
        assert site.get(f"/export/facts/sales?{wrong}").status_code == 422


def test_what_is_behind_a_number_can_be_read_as_it_stood(site: Site) -> None:
    link = f"/explain?metric=friends_added&{WEEK}&as_of=2023-05-01"
    assert site.page(link).one("p", "explain-value").text == "—"


def test_a_note_that_is_refused_comes_back_as_it_was_typed(site: Site) -> None:
    sent = {"unit": UNIT, "day": "2023-05-04", "kind": "live", "text": "x" * 201}
    answer = site.post("/notes", sent)
    assert answer.status_code == 422
    assert "最长 200 字" in answer.text
    assert "x" * 201 in answer.text
    for change in ({"day": "never"}, {"kind": "evil"}, {"text": "  "}, {"text": "a\nb"}, {"unit": "evil"}):
        assert site.post("/notes", {**sent, "text": "ok", **change}).status_code == 422, change


def test_a_note_leads_back_to_this_site_and_is_in_the_history_and_the_files(site: Site) -> None:
    sent = {"unit": "article", "day": "2023-05-04", "kind": "live", "text": "专场", "back": "https://evil.test"}
    assert site.post("/notes", sent).headers["location"] == "/?saved=1"
    back = f"/growth?{WEEK}"
    assert site.post("/notes", {**sent, "back": back}).headers["location"] == f"{back}&saved=1"
    assert "备注" in site.page("/history").one("tbody").text
    assert "5/4 直播：专场" in site.get(f"/export/growth?{WEEK}&panel=daily&format=csv").text
    page = site.of("vic").page(f"/notes?{WEEK}")
    assert "专场" in page.text
    assert not page.all("form", method="post", action="/notes")


def test_a_note_that_somebody_else_removed_meanwhile_is_told_calmly_above_those_that_are_left(site: Site) -> None:
    for text in ("专场", "周年庆"):
        site.post("/notes", {"unit": "article", "day": "2023-05-04", "kind": "live", "text": text})
    page = site.page(f"/notes?{WEEK}")
    removal = next(form for form in page.all("form") if form["action"].endswith("/remove"))
    assert site.of("mo").post(removal["action"], removal.fields()).status_code == 303
    late = shown(site.post(removal["action"], removal.fields()), 404)
    assert late.one("div", "banner").text.startswith("这条备注已经不在了")
    assert late.one("div", "banner").attrs["role"] == "status"
    assert [cell.text for cell in late.all("td", "wrap")] == ["专场"]
    assert late.one("input", "bare-inp", name="from")["value"] == "2023-05-01"
    speak = next(form for form in late.all("form") if form["action"] == "/account/language")
    assert shown(site.get(speak.fields()["back"])).one("td", "wrap").text == "专场"
    assert site.page("/history").one("tbody").text.count("备注") == 3


def test_everything_is_said_in_english_too(site: Site) -> None:
    site.post("/account/language", {"language": "en", "back": "/"})
    site.post("/notes", {"unit": "article", "day": "2023-05-04", "kind": "gap", "text": "x"})
    said = site.page(f"/explain?metric=add_rate&{WEEK}").one("main").text
    assert "Numerator" in said
    assert "rows that have reach" in said
    assert "5/4 Gap: x" in site.page(f"/growth?{WEEK}").one("table", id="data-daily").text
    for path in ("/views", f"/notes?{WEEK}"):
        assert site.page(path).one("main").text.isascii() or path.startswith("/notes")


def test_a_shared_view_opens_no_unit_that_its_opener_may_not_see(site: Site) -> None:
    saved = {"board": "growth", "query": f"unit={OTHER}&range=7d&saved=1", "name": "stores"}
    assert site.post("/views", saved).headers["location"] == f"/growth?unit={OTHER}&range=7d&saved=1"
    key = site.page("/views").one("form", "line-form")["action"]
    for name, status in (("olga", 404), ("ada", 303)):
        assert site.of(name).get(key).status_code == status
    site.post(key, {"action": "share"})
    olga = site.of("olga")
    link = olga.get(key).headers["location"]
    assert olga.get(link).status_code == 403
    far = site.add_person("pia", Role.OPERATOR, OTHER)
    assert far.get(far.get(key).headers["location"]).status_code == 200
    assert site.post(key, {"action": "evil"}).status_code == 404


def test_a_view_saved_under_a_name_that_its_owner_has_says_that_it_replaced_the_other(site: Site) -> None:
    def save(own: Site, query: str, name: str = "周会") -> str:
        return own.post("/views", {"board": "growth", "query": query, "name": name}).headers["location"]

    assert save(site, "unit=article&range=7d") == "/growth?unit=article&range=7d&saved=1"
    link = site.page("/views").one("form", "line-form")["action"]
    assert save(site, "unit=article&range=30d", " 周会 ").endswith("range=30d&saved=replaced")
    again = save(site, "")
    assert again == "/growth?saved=replaced"
    assert site.page(again).one("div", "banner").text == "已替换同名视图"
    assert site.get(link).headers["location"] == "/growth"
    assert len(site.page("/views").all("form", "line-form")) == 1
    # Another name, and somebody else's view of the same name, take nothing's place.
    assert save(site, "", "月会") == save(site.of("vic"), "") == "/growth?saved=1"
    assert site.page("/growth?saved=1").one("div", "banner").text == "已保存"


def test_a_view_keeps_all_that_a_board_may_be_asked() -> None:
    asked = set(params_of(Asked("co", Period(date(2023, 9, 1), date(2023, 9, 30))))) | {"range"}
    assert set(PARAMETERS["sales"]) == asked
    assert set(PARAMETERS["growth"]) == asked - {"kind"}


def test_each_number_of_a_touchpoint_on_a_day_opens_the_number_that_it_is(site: Site) -> None:
    sale = {"unit": UNIT, "source": "video"}
    sold = {("official", "new", "2"): 300, ("official", "loyal", "2"): 20, ("community", "new", "3"): 7}
    rows = [
        {**sale, "day": f"2023-10-0{day}", "touchpoint": place, "customer_kind": kind, "gmv": gmv}
        for (place, kind, day), gmv in sold.items()
    ]
    put(site.database, "sales", rows)
    page = site.page(f"/sales?unit={UNIT}&from=2023-10-02&to=2023-10-03")
    for choice, numbers in (
        ("", ["320.00", "320.00", "7.00", "7.00", "320.00", "7.00", "327.00"]),
        ("-old", ["20.00", "20.00", "20.00", "20.00"]),
    ):
        found = page.one("table", id=f"data-touchpoint_days{choice}").all("a", "num-link")
        links = [link for link in found if "%" not in link.text]  # behind a share stands what it is a share of
        assert sorted(link.text for link in links) == sorted(numbers)
        for link in links:
            assert site.page(link["href"]).one("p", "explain-value").text.split()[0] == link.text, link["href"]


FACTORS = {"期初现好友", "购买转化率", "购买频次", "客单价", "新客营收", "老客营收", "GMV"}


def test_each_number_in_the_tables_of_sales_opens_the_number_that_it_is(site: Site) -> None:
    put(site.database, "stock-counts", [{"unit": UNIT, "day": "2023-09-30", "cumulative": 900, "current": 500}])
    places = {"2023-10-02": "official", "2023-10-03": "community", "2023-10-04": "official", "2023-10-05": "community"}
    counts = {"2023-10-02": (300, 3, 2), "2023-10-03": (70, 2, 2), "2023-10-04": (410, 5, 4), "2023-10-05": (90, 3, 2)}
    for day, (gmv, orders, buyers) in counts.items():
        sale = {"unit": UNIT, "source": "video", "day": day, "touchpoint": places[day], "buyers": buyers}
        kinds = (("new", gmv, orders), ("loyal", 10 * gmv, orders))
        rows = [{**sale, "customer_kind": kind, "gmv": paid, "orders": many} for kind, paid, many in kinds]
        put(site.database, "sales", rows)
    page = site.page(f"/sales?unit={UNIT}&from=2023-10-04&to=2023-10-05")
    for key, many in (("gmv", 7), ("new_customers", 6), ("old_customers", 6)):
        links = page.one("table", id=f"data-{key}").all("a", "num-link")
        assert len(links) >= many, key
        for link in links:
            assert site.page(link["href"]).one("p", "explain-value").text.split()[0] == link.text, link["href"]
    lines = [row for key in ("bridge", "bridge_customers") for row in page.one("table", id=f"data-{key}").all("tr")[1:]]
    assert {row.one("th").text for row in lines} == FACTORS
    for row in lines:
        links = row.all("a", "num-link")
        assert len(links) == 4  # before, now, and what they change in yuan and in percent
        for link in links[:2]:
            assert site.page(link["href"]).one("p", "explain-value").text.split()[0] == link.text, link["href"]
