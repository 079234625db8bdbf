"""What the page of targets can be asked."""

import pytest

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


def test_every_number_of_the_targets_opens_the_number_that_it_is(site: Site) -> None:
    prepare(site)
    page = site.page("/targets?unit=luopan&month=2023-09")
    links = [link for link in page.one("table", "goals").all("a", "num-link") if "data-explain" in link.attrs]
    assert sorted(link.text for link in links) == sorted(
        ["48.25", "660.50", "48.25", "660.50", "7.00", "20.00", "48.25", "660.50"]
    )
    for link in links:
        assert site.page(link["href"]).one("p", "explain-value").text.split()[0] == link.text, link["href"]
    # The table of units and metrics says shares; behind them stands what they are shares of.
    cells = page.one("table", id="data-units").all("a", "num-link")
    opened = [site.page(link["href"]).one("p", "explain-value").text.split()[0] for link in cells]
    assert opened == ["48.25", "48.25"]


def test_every_month_of_the_year_opens_what_was_reached_in_it(site: Site) -> None:
    prepare(site)
    links = site.page("/targets?unit=luopan&year=2023").one("table", id="data-year").all("a", "num-link")
    opened = [site.page(link["href"]).one("p", "explain-value").text.split()[0] for link in links]
    assert sorted(opened) == sorted(["660.50", "48.25", "660.50", "48.25", "20.00", "7.00"])


def test_a_limit_that_is_broken_by_a_hair_looks_broken_in_the_year_too(site: Site) -> None:
    goal = {"month": "2023-09", "unit": UNIT, "metric": "push_loss_rate", "value": "0.0022"}
    put(site.database, "targets", [goal])
    sent = {"unit": UNIT, "touchpoint": "sms"}
    counts = (("2023-09-02", 100_000, 220), ("2023-09-03", 1, 1))
    rows = [{**sent, "day": day, "pushes": pushes, "push_losses": lost} for day, pushes, lost in counts]
    put(site.database, "pushes", rows)
    cell = site.page(f"/targets?unit={UNIT}&year=2023").one("table", id="data-year").one("td", "bad")
    assert "0.2210% / 0.2200%" in cell.text
