"""What the page of targets can be asked."""

from decimal import Decimal

import pytest

from tests.page import Node
from tests.served import UNIT, Site, put


@pytest.mark.parametrize("when", ["month=2023-09", "year=2023"])
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("metric=evil", "没有这个指标：evil"),
        ("by=evil", "by 只能是 touchpoint, source, customer_kind, unit"),
    ],
)
def test_targets_refuse_what_cannot_be_asked_as_boards_do(reading: Site, when: str, asked: str, sentence: str) -> None:
    assert sentence in reading.page(f"/targets?{when}&{asked}", 422).one("div", "state").text


def test_a_metric_without_targets_in_a_month_is_no_mistake(reading: Site) -> None:
    assert reading.page("/targets?month=2023-09&metric=push_cost&by=unit").one("h2", id="title-targets")


def prepare(site: Site) -> None:
    """Give the company, parts of it and units below it targets, and sales of two months."""
    for month in ("2023-08", "2023-09"):
        goals = [
            {"unit": "luopan", "value": "1000"},
            {"unit": "luopan", "value": "300", "channel": "community"},
            {"unit": "luopan", "value": "90", "customer_kind": "loyal"},
            {"unit": "ecommerce", "value": "800"},
        ]
        put(site.database, "targets", [{"month": month, "metric": "gmv", **goal} for goal in goals])
        sale = {"day": f"{month}-02", "unit": "ecommerce", "touchpoint": "community"}
        sold = {"new": "640.50", "loyal": "20"} if month == "2023-08" else {"new": "41.25", "loyal": "7"}
        put(site.database, "sales", [{**sale, "customer_kind": kind, "gmv": gmv} for kind, gmv in sold.items()])


def opened(site: Site, link: Node) -> set[str]:
    """Return the numbers that stand in bold behind a link."""
    page = site.page(link["href"])
    bold = page.one("section", "explain-goal").all("b")
    return {page.one("p", "explain-value").text.split()[0], *(node.text for node in bold)}


def behind(site: Site, link: Node) -> str:
    """Return the number that a link opens."""
    return site.page(link["href"]).one("p", "explain-value").text.split()[0]


def test_every_number_of_the_targets_opens_the_number_that_it_is(site: Site) -> None:
    prepare(site)
    page = site.page("/targets?unit=luopan&month=2023-09")
    links = [link for link in page.one("table", "goals").all("a", "num-link") if "data-explain" in link.attrs]
    own, *parts = [("1,000.00", "48.25", "4.83%", "660.50"), ("300.00", "48.25", "16.08%", "660.50")]
    parts += [("90.00", "7.00", "7.78%", "20.00"), ("800.00", "48.25", "6.03%", "660.50")]
    assert sorted(link.text for link in links) == sorted(text for row in (own, *parts) for text in row)
    for link in links:
        assert link.text in opened(site, link), link["href"]
    # The table of units and metrics says shares; behind them stands what they are shares of.
    cells = page.one("table", id="data-units").all("a", "num-link")
    assert [behind(site, link) for link in cells] == ["48.25", "48.25"]


def test_what_a_running_month_needs_and_is_expected_to_bring_opens_how_it_is_counted(site: Site) -> None:
    put(site.database, "targets", [{"month": "2023-10", "unit": UNIT, "metric": "gmv", "value": "1000"}])
    sale = {"unit": UNIT, "touchpoint": "community", "customer_kind": "new"}
    put(site.database, "sales", [{**sale, "day": f"2023-10-0{day}", "gmv": f"{day}.25"} for day in range(1, 9)])
    done, passed, left = Decimal("38.00"), 9, 22  # 9 October; no weekday has eight recorded days before it
    needed, comes = ((number).quantize(Decimal("0.01")) for number in ((1000 - done) / left, done * 31 / passed))
    table = site.page(f"/targets?unit={UNIT}&month=2023-10").one("table", "goals")
    links = {link.text: link for link in table.all("a", "num-link") if "data-explain" in link.attrs}
    for text in (f"{needed}", f"{comes}", "1,000.00", "3.80%"):
        assert text in opened(site, links[text]), text
    told = site.page(links[f"{comes}"]["href"]).one("section", "explain-goal").text
    assert f"还差 962.00 ÷ 余 22 天 = {needed}" in told
    assert "9 ÷ 31 天 = 29.03%，进度差 −25.23pp" in told
    assert f"GMV：38.00 ÷ 已过天数占比 29.03% = {comes}" in told
    # The board of the same days says it, too: they are its running month.
    board = site.page(f"/explain?metric=gmv&unit={UNIT}&from=2023-10-01&to=2023-10-09")
    assert board.one("b", **{"data-forecast": ""}).text == f"{comes}"


def test_every_month_of_the_year_opens_what_was_reached_in_it(site: Site) -> None:
    prepare(site)
    links = site.page("/targets?unit=luopan&year=2023").one("table", id="data-year").all("a", "num-link")
    months = [link for link in links if "to=2023-12-31" not in link["href"]]
    shares, amounts = months[::2], months[1::2]  # two numbers of each cell
    for found in (shares, amounts):
        assert sorted(behind(site, link) for link in found) == sorted(["660.50", "48.25"] * 2 + ["20.00", "7.00"])
    whole = [link for link in links if link not in months][::2]
    totals = [site.page(link["href"]).one("table", id="goal-months") for link in whole]
    assert [[cell.text for cell in total.one("tfoot").all("td")[:3]] for total in totals] == [
        ["2,000.00", "708.75", "35.44%"],
        ["180.00", "27.00", "15.00%"],
        ["600.00", "708.75", "118.13%"],
    ]
    assert [link.text for link in whole] == ["35.44%", "15.00%", "118.13%"]


def test_the_numbers_beneath_a_gap_and_a_year_open_what_they_are_of(site: Site) -> None:
    prepare(site)
    gap = site.page("/targets?unit=luopan&month=2023-09&by=touchpoint").one("table", id="data-gap")
    rows = {row.one("th").text: row.all("a", "num-link") for row in gap.one("tbody").all("tr")}
    assert [link.text for link in rows["社群"]] == ["300.00", "48.25", "−251.75"]
    assert [link.text for link in rows["缺口合计"]] == ["1,000.00", "48.25", "−951.75"]
    for links in (rows["社群"], rows["缺口合计"]):
        assert {link.text for link in links[:2]} <= opened(site, links[2])
    year = site.page("/targets?unit=luopan&year=2023").one("table", id="data-year_metric")
    months = {row.one("th").text: row.all("a", "num-link") for row in year.one("tbody").all("tr")}
    for month, numbers in (
        ("2023年8月", ["1,000.00", "660.50", "66.05%"]),
        ("2023年9月", ["1,000.00", "48.25", "4.83%"]),
    ):
        assert [link.text for link in months[month]] == numbers
        assert {*numbers} <= opened(site, months[month][0])
    total = year.one("tfoot").all("a", "num-link")
    assert [link.text for link in total] == ["2,000.00", "708.75", "35.44%"]
    assert site.page(total[0]["href"]).one("table", id="goal-months").one("tfoot").text.endswith("708.75 35.44%")


def test_a_target_of_a_month_to_come_opens_before_anything_is_reached(site: Site) -> None:
    put(site.database, "targets", [{"month": "2024-02", "unit": UNIT, "metric": "friends_current", "value": "1000"}])
    for when, table in (("month=2024-02", {"cls": "goals"}), ("year=2024", {"id": "data-year"})):
        found = site.page(f"/targets?unit={UNIT}&{when}").one("table", **table).all("a", "num-link")
        (link,) = [link for link in found if "data-explain" in link.attrs]
        assert opened(site, link) == {"—", "1,000"}


def test_a_limit_that_is_broken_by_a_hair_looks_broken_in_the_year_too(site: Site) -> None:
    goal = {"month": "2023-09", "unit": UNIT, "metric": "push_loss_rate", "value": "0.0022"}
    put(site.database, "targets", [goal])
    sent = {"unit": UNIT, "touchpoint": "sms"}
    counts = (("2023-09-02", 100_000, 220), ("2023-09-03", 1, 1))
    rows = [{**sent, "day": day, "pushes": pushes, "push_losses": lost} for day, pushes, lost in counts]
    put(site.database, "pushes", rows)
    cell = site.page(f"/targets?unit={UNIT}&year=2023").one("table", id="data-year").one("td", "bad")
    assert "0.2210% / 0.2200%" in cell.text
