"""Every number of the metric query is that of the slow, plain re-computation in tests/plain."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from app.cli import demo
from app.cli.demo import article as case
from tests import plain
from tests.api.kit import CHANNELS, TODAY, UNITS, Api, Row, opened
from tests.plain import World

DECIMALS = {"count": 0, "yuan": 2, "rate": 10}
FIRST = date(2023, 8, 20)
ALL = tuple(plain.CATALOGUE)


def made_up() -> World:
    """Return seven weeks of every kind of fact, with gaps, blanks, counts and channels without reach."""
    random = Random(20231009)  # noqa: S311 (the same world each time)
    facts: dict[str, list[Row]] = {"friends": [], "retention": [], "sales": [], "pushes": [], "stock-counts": []}
    for offset in range((TODAY - FIRST).days + 1):
        day = str(FIRST + timedelta(days=offset))
        for unit in ("co", "east", "west", "corner"):
            if random.random() < 0.6:
                add_day(random, facts, {"day": day, "unit": unit})
    counts = {"2023-08-31": "east", "2023-09-15": "corner", "2023-10-01": "east", "2023-09-20": "west"}
    facts["stock-counts"] = [
        {"day": day, "unit": unit, "cumulative": random.randrange(5000, 9000), "current": random.randrange(100, 5000)}
        for day, unit in counts.items()
    ]
    units = [{**unit, "active": True} for unit in UNITS]
    return World(units, list(CHANNELS), facts, TODAY)


def add_day(random: Random, facts: dict[str, list[Row]], key: Row) -> None:
    """Add what one unit enters for a day."""

    def perhaps(value: Any) -> Any:  # noqa: ANN401 (a count or money)
        return value if random.random() < 0.8 else None

    adds = random.randrange(50)
    channel = random.choice(("parcel", "douyin", "unattributed_source"))
    friends = {"reach": perhaps(random.randrange(300)), "adds": perhaps(adds), "losses": perhaps(random.randrange(20))}
    facts["friends"].append({**key, "channel": channel, **friends})
    day_n = random.choice((1, 7, 30))
    if date.fromisoformat(key["day"]) + timedelta(days=day_n) <= TODAY:
        cohort = {"cohort_day": key["day"], "unit": key["unit"], "channel": channel, "day_n": day_n}
        facts["retention"].append({**cohort, "retained": perhaps(random.randrange(adds + 1))})
    orders = random.randrange(1, 30)
    gmv = random.randrange(100_000)
    sale = {
        **key,
        "touchpoint": random.choice(("group", "sms")),
        "customer_kind": random.choice(("new", "first_repeat", "second_repeat", "loyal")),
        "gmv": f"{gmv // 100}.{gmv % 100:02}",
        "orders": perhaps(orders),
        "buyers": perhaps(random.randrange(orders + 1)),
        "refunds": perhaps(random.randrange(300)),
        "member_gmv": perhaps(gmv // 200),
        "member_orders": perhaps(random.randrange(orders + 1)),
    }
    facts["sales"].append(sale if random.random() < 0.3 else {**sale, "source": channel})
    if random.random() < 0.5:
        push = {"pushes": perhaps(random.randrange(1, 9999)), "push_cost": perhaps("12.34"), "push_losses": perhaps(3)}
        facts["pushes"].append({**key, "touchpoint": "sms", **push, "push_gmv": perhaps(random.randrange(5000))})


@pytest.fixture(scope="module")
def made(company_file: Path, loop: BlockingPortal) -> Iterator[tuple[Api, World]]:
    """The made-up world, and an application that was sent it."""
    world = made_up()
    with opened(company_file) as database:
        api = Api.on(database, loop)
        for kind, rows in world.facts.items():
            api.save(kind, *rows)
        yield api, world


@pytest.fixture(scope="module")
def article_world() -> World:
    units = [{**unit, "active": True} for unit in demo.units()]
    facts: dict[str, list[Row]] = {}
    for kind, rows in case.facts():
        facts.setdefault(kind, []).extend(rows)
    return World(units, demo.channels(), facts, TODAY)


def printed(value: Fraction | None, unit: str) -> Fraction | None:
    """Round as the contract says: halves away from zero."""
    if value is None:
        return None
    scale = 10 ** DECIMALS[unit]
    whole = (abs(value) * scale + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, scale)


def exact(number: Any) -> Fraction | None:  # noqa: ANN401 (a number of an answer)
    return None if number is None else Fraction(number)


def hold(found: Row, expected: Row) -> None:
    """Assert that values and comparisons are those of the reference."""
    for key, value in expected["values"].items():
        unit = plain.CATALOGUE[key].unit
        assert exact(found["values"][key]) == printed(value, unit), key
        if expected["compare"] is None:
            assert found["compare"] is None
        else:
            for part, of in (("value", unit), ("change", "rate"), ("points", "rate")):
                assert exact(found["compare"][key][part]) == printed(expected["compare"][key][part], of), (key, part)
    assert list(found["values"]) == list(expected["values"])


def same(api: Api, world: World, unit: str, first: str, last: str, **how: Any) -> None:  # noqa: ANN401 (parameters of a query)
    """Assert that an answer is that of the reference, row by row and in total."""
    days = date.fromisoformat(first), date.fromisoformat(last)
    expected = plain.query(world, list(ALL), unit, *days, how.pop("grain", "total"), **how)
    params = {"unit": unit, "from": first, "to": last, "metrics": ",".join(ALL), "grain": expected["grain"], **how}
    found = api.read("/metrics/query", **params)
    for field in ("unit", "from", "to", "grain", "by"):
        assert found[field] == expected[field]
    assert exact(found["coverage"]) == printed(expected["coverage"], "rate")
    places = [[(item["period"], item["end"], item["group"]) for item in rows["rows"]] for rows in (found, expected)]
    assert places[0] == places[1]
    for item, reference in zip(found["rows"], expected["rows"], strict=True):
        hold(item, reference)
    hold(found["total"], expected["total"])


@pytest.mark.parametrize(
    ("unit", "first", "last", "how"),
    [
        ("co", "2023-09-01", "2023-09-30", {"compare": "previous"}),
        ("co", "2023-08-29", "2023-09-03", {"grain": "day", "compare": "previous"}),
        ("east", "2023-10-05", "2023-10-12", {"grain": "day"}),
        ("co", "2023-09-25", "2023-10-15", {"grain": "week", "compare": "previous"}),
        ("co", "2023-08-10", "2023-10-31", {"grain": "month", "compare": "previous"}),
        ("co", "2023-08-01", "2023-12-31", {"grain": "quarter", "compare": "previous"}),
        ("co", "2022-01-01", "2023-12-31", {"grain": "year", "compare": "last_year"}),
        ("co", "2023-09-01", "2023-10-09", {"by": "unit"}),
        ("east", "2023-08-20", "2023-10-09", {"grain": "month", "by": "unit"}),
        ("corner", "2023-09-20", "2023-09-30", {"by": "unit", "compare": "previous"}),
        ("co", "2023-09-01", "2023-09-30", {"by": "channel", "compare": "previous"}),
        ("west", "2023-09-01", "2023-10-09", {"grain": "month", "by": "channel"}),
        ("co", "2023-09-01", "2023-09-14", {"grain": "week", "by": "customer_kind"}),
        ("co", "2023-09-01", "2023-09-30", {"channel": "parcel", "compare": "previous"}),
        ("co", "2023-09-01", "2023-09-30", {"channel": "sms", "by": "unit"}),
        ("co", "2023-09-01", "2023-09-30", {"channel": "douyin", "by": "customer_kind"}),
        ("co", "2023-09-01", "2023-09-30", {"channel": "group", "by": "channel"}),
        ("co", "2024-01-01", "2024-01-31", {"grain": "month", "compare": "previous"}),
        ("co", "2020-01-01", "2020-01-02", {"grain": "day", "by": "unit"}),
    ],
    ids=str,
)
def test_a_made_up_world(made: tuple[Api, World], unit: str, first: str, last: str, how: Row) -> None:
    same(*made, unit, first, last, **how)


@pytest.mark.parametrize(
    ("first", "last", "how"),
    [
        ("2023-05-01", "2023-05-07", {"grain": "day", "compare": "previous"}),
        ("2023-05-01", "2023-05-31", {"grain": "week"}),
        ("2023-08-01", "2023-09-30", {"grain": "month", "compare": "previous"}),
        ("2023-09-01", "2023-09-30", {"by": "channel", "compare": "previous"}),
        ("2023-09-01", "2023-09-30", {"by": "customer_kind", "compare": "last_year"}),
    ],
    ids=str,
)
def test_the_case_of_the_article(
    article: Api, article_world: World, first: str, last: str, how: dict[str, str]
) -> None:
    same(article, article_world, "article", first, last, **how)


def test_the_target_board_of_the_article(article: Api, article_world: World) -> None:
    board = article.read("/boards/targets", unit="article", month="2023-09")
    rows = board["panels"][0]["table"]["rows"]
    expected = plain.target_rows(article_world, "article", "2023-09")
    assert len(rows) == len(expected) == 7
    for row, reference in zip(rows, expected, strict=True):
        unit = plain.CATALOGUE[reference["metric"]].unit
        for field, value in reference.items():
            if field in {"metric", "channel", "customer_kind", "status"}:
                assert row[field] == value
            else:
                of = unit if field in {"target", "actual", "previous"} else "rate"
                assert exact(row[field]) == printed(value, of), (reference["metric"], field)
