"""The panels that say why GMV changed: their numbers are the query's, their parts add up, what lacks is said."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from app.boards import bridge
from app.boards.sales import SALES
from app.boards.view import BoardView
from app.db import Database
from app.domain.period import DAY, Period
from app.domain.text import Text
from tests import rich
from tests.rich import panel, span, table, view
from tests.worlds import Ask, asked

FEBRUARY, JANUARY = span("2024-02-01..2024-02-29"), span("2024-01-01..2024-01-31")
KEYS = ("gmv", "gmv_new", "gmv_old", "buyers", "orders", "aov", "friends_current")


def queried(shop: Database, period: Period, channel: str | None = None) -> dict[str, Any]:
    """Return what the metric query answers for a range, and the friends at its opening."""
    first, last, day = period.first, period.last, period.first - DAY
    found: dict[str, Any] = asked(shop, rich.world(), Ask(first, last, channel=channel, metrics=KEYS))["total"][
        "values"
    ]
    opening = asked(shop, rich.world(), Ask(day, day, channel=channel, metrics=KEYS))["total"]["values"]
    return {**found, "users": opening["friends_current"]}


@cache
def shown(shop: Database, unit: str = "co", channel: str | None = None) -> BoardView:
    """Return February's board; the tests only read it."""
    return view(shop, SALES, FEBRUARY, unit=unit, channel=channel)


def rows(shop: Database, key: str, **asking: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 (parts of Asked)
    """Return the values of a panel's rows by their part."""
    return {str(row.values["part"]): dict(row.values) for row in table(shown(shop, **asking), key).rows}


def test_both_sides_of_each_factor_are_those_of_the_query(shop: Database) -> None:
    found, sides = rows(shop, "bridge"), {}
    for name, period in (("before", JANUARY), ("after", FEBRUARY)):
        sides[name] = queried(shop, period)
        assert found["users"][name] == sides[name]["users"]
        assert found["gmv/orders"][name] == sides[name]["aov"]
        for key, over, under in (("buyers/users", "buyers", "users"), ("orders/buyers", "orders", "buyers")):
            assert found[key][name] == pytest.approx(
                Decimal(sides[name][over]) / sides[name][under], abs=Decimal("1e-10")
            )
    assert [values["unit"] for values in found.values()] == ["count", "rate", "yuan", "yuan"]
    change = sides["after"]["gmv"] - sides["before"]["gmv"]
    assert sum(values["effect"] for values in found.values()) == change
    for values in found.values():
        assert values["points"] == pytest.approx(values["effect"] / sides["before"]["gmv"], abs=Decimal("1e-9"))
    by_kind = rows(shop, "bridge_customers")
    for key, values in by_kind.items():
        assert (values["before"], values["after"]) == (sides["before"][key], sides["after"][key])
        assert values["effect"] == values["after"] - values["before"]
    assert sum(values["effect"] for values in by_kind.values()) == change


def test_contributions_are_those_of_changing_factors_in_every_order(shop: Database) -> None:
    before, after = (queried(shop, period) for period in (JANUARY, FEBRUARY))
    chain = ("users", "buyers", "orders", "gmv")
    values = [
        [
            Decimal(side[over]) / (Decimal(side[under]) if under else 1)
            for under, over in zip((None, *chain), chain, strict=False)
        ]
        for side in (before, after)
    ]
    sums = [Decimal(0)] * 4
    for order in permutations(range(4)):
        now = list(values[0])
        for place in order:
            was = now[0] * now[1] * now[2] * now[3]
            now[place] = values[1][place]
            sums[place] += (now[0] * now[1] * now[2] * now[3] - was) / 24
    effects = [row["effect"] for row in rows(shop, "bridge").values()]
    assert effects == pytest.approx(sums, abs=Decimal("0.01"))


def test_the_total_of_a_bridge_is_the_change_of_gmv(shop: Database) -> None:
    for key in ("bridge", "bridge_customers"):
        total = table(shown(shop), key).total
        assert total is not None
        assert total.values["effect"] == Decimal(str(total.values["after"])) - Decimal(str(total.values["before"]))
        assert total.values["effect"] == sum(row["effect"] for row in rows(shop, key).values())


def said(shop: Database, key: str, **asking: Any) -> tuple[Text, str]:  # noqa: ANN401 (parts of Asked)
    """Return a panel's finding and how it is computed."""
    found = panel(shown(shop, **asking), key)
    assert found.finding is not None
    assert found.subtitle == found.finding
    return found.finding, found.note.zh if found.note else ""


def test_the_largest_driver_and_the_method_are_named(shop: Database) -> None:
    found = rows(shop, "bridge")
    largest = max(found.values(), key=lambda row: abs(row["effect"]))
    names = {"users": "期初现好友", "buyers/users": "购买转化率", "orders/buyers": "购买频次", "gmv/orders": "客单价"}
    finding, method = said(shop, "bridge")
    assert f"最主要来自{names[largest['part']]}" in finding.zh
    assert finding.zh.startswith("较 1/1–1/31 GMV 变化 ")
    assert method.startswith("GMV = 期初现好友 × 购买转化率 × 购买频次 × 客单价")
    assert "Shapley" in method
    assert "两期天数不同（31 / 29 天）" in method


@pytest.mark.parametrize(("channel", "parts"), [("group", ["buyers", "orders/buyers", "gmv/orders"]), ("card", None)])
def test_a_factor_that_is_missing_is_named_and_the_others_remain(
    shop: Database, channel: str, parts: list[str] | None
) -> None:
    found = rows(shop, "bridge", channel=channel)
    assert list(found) == (parts or ["buyers", "orders/buyers", "gmv/orders"])
    _, method = said(shop, "bridge", channel=channel)
    assert "期初现好友缺失或为零，不作因素" in method
    sides = [queried(shop, period, channel)["gmv"] for period in (JANUARY, FEBRUARY)]
    assert sum(row["effect"] for row in found.values()) == sides[1] - sides[0]


def test_gmv_without_buyers_and_orders_is_split_by_friends_alone(shop: Database) -> None:
    """West writes down neither."""
    assert list(rows(shop, "bridge", unit="west")) == ["users", "gmv/users"]


def test_nothing_to_compare_with_is_said_and_not_drawn(shop: Database) -> None:
    for key in ("bridge", "bridge_customers"):
        found = panel(shown(shop, unit="empty"), key)
        assert (found.figure, found.note) == (None, None)
        assert found.finding is not None
        assert "没有 GMV 记录" in found.finding.zh
        assert table(shown(shop, unit="empty"), key).rows == ()


@pytest.mark.parametrize("days", ["2024-03-01..2024-03-31", "2024-03-01..2024-03-20"])
def test_a_target_is_a_total_only_and_so_a_single_step(shop: Database, days: str) -> None:
    panels = tuple(
        lambda shown, split=split: split(replace(shown, aim=True)) for split in (bridge.factors, bridge.customers)
    )
    for found in view(shop, replace(SALES, panels=panels), span(days)).panels:
        assert found.finding is not None
        assert found.finding.zh.startswith("较 2024年3月目标 GMV 变化 ")
        assert "无法按" in found.finding.zh
        behind = found.table
        assert behind is not None
        assert (behind.rows, behind.columns[0].name.zh) == ((), "目标")
        assert behind.total is not None
        now = queried(shop, span(days))["gmv"]
        assert (behind.total.values["before"], behind.total.values["effect"]) == (Decimal(1000), now - 1000)
        figure: Any = found.figure
        assert figure["data"][0]["x"] == [now - 1000]


def test_a_range_that_is_no_month_has_no_target(shop: Database) -> None:
    board = replace(SALES, panels=(lambda shown: bridge.factors(replace(shown, aim=True)),))
    (found,) = view(shop, board, span("2024-03-05..2024-03-20")).panels
    assert found.figure is None
