"""The panels that say why GMV changed: their numbers are the query's, their parts add up, what lacks is said."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import permutations
from typing import Any

import pytest

from app.boards import bridge
from app.boards.board import Shown
from app.boards.sales import SALES
from app.boards.view import BoardView, Panel
from app.db import Database
from app.domain.number import Number
from app.domain.period import DAY, Period
from app.domain.text import Text
from tests import rich
from tests.rich import panel, span, table, view
from tests.worlds import Ask, asked

FEBRUARY, JANUARY = span("2024-02-01..2024-02-29"), span("2024-01-01..2024-01-31")
MARCH = "2024-03-01..2024-03-31"
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
    assert [values["unit"] for values in found.values()] == ["count", "rate", "times", "yuan"]
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


def aimed(shop: Database, targets: dict[str, int] | None = None, days: str = MARCH) -> tuple[Panel, Panel]:
    """Return both panels against targets in heads and yuan, those of the world where none are given."""

    def change(shown: Shown) -> Shown:
        given: dict[tuple[str, str | None], Number] = {
            (key, None): Fraction(value) for key, value in (targets or {}).items()
        }
        return replace(shown, aim=True, targets=given or shown.targets)

    panels = (lambda shown: bridge.factors(change(shown)), lambda shown: bridge.customers(change(shown)))
    one, other = view(shop, replace(SALES, panels=panels), span(days)).panels
    return one, other


def told(found: Panel) -> Text:
    """Return the finding of a panel."""
    assert found.finding is not None
    return found.finding


@pytest.mark.parametrize("days", [MARCH, "2024-03-01..2024-03-20"])
def test_a_target_that_is_a_total_only_is_one_bar_of_the_size_of_the_change(shop: Database, days: str) -> None:
    for found in aimed(shop, days=days):
        assert told(found).zh.startswith("较 2024年3月目标 GMV 变化 ")
        behind = found.table
        assert behind is not None
        assert (behind.rows, behind.columns[0].name.zh) == ((), "目标")
        assert behind.total is not None
        now = queried(shop, span(days))["gmv"]
        assert (behind.total.values["before"], behind.total.values["effect"]) == (Decimal(1000), now - 1000)
        figure: Any = found.figure
        (bar,) = figure["data"]
        assert (bar["x"], bar["measure"]) == ([now - 1000], ["absolute"])
        low, high = figure["layout"]["xaxis"]["range"]
        assert low < 0 < now - 1000 < high < 2 * (now - 1000)


def test_the_only_bar_of_a_loss_lies_below_the_target(shop: Database) -> None:
    figure: Any = aimed(shop, {"gmv": 100_000})[0].figure
    (loss,) = figure["data"][0]["x"]
    low, high = figure["layout"]["xaxis"]["range"]
    assert 2 * loss < low < loss < 0 < high


def test_targets_that_are_missing_are_named_and_not_the_numbers_of_the_period(shop: Database) -> None:
    factors, customers = aimed(shop)
    assert told(factors).zh.endswith("，没有好友、购买人数或订单数的目标，只能比较总额")
    assert told(factors).en.endswith("no target of friends, buyers or orders: only the totals can be compared")
    assert told(customers).zh.endswith("，没有新客营收或老客营收的目标，只能比较总额")
    assert told(aimed(shop, {"gmv": 1000, "gmv_new": 400})[1]).zh.endswith("，没有老客营收的目标，只能比较总额")


@pytest.mark.parametrize(
    ("targets", "parts", "lacking"),
    [
        ({"orders": 40}, ["orders", "gmv/orders"], "没有好友或购买人数的目标，不作因素"),
        ({"orders": 40, "buyers": 20}, ["buyers", "orders/buyers", "gmv/orders"], "没有好友的目标，不作因素"),
        ({"friends_current": 900}, ["friends", "gmv/friends"], "没有购买人数或订单数的目标，不作因素"),
        (
            {"friends_current": 900, "buyers": 20, "orders": 40},
            ["friends", "buyers/friends", "orders/buyers", "gmv/orders"],
            "两边都取期末现好友",
        ),
        ({"orders": 40, "buyers": 0}, ["orders", "gmv/orders"], "购买人数的目标为零，不作因素"),
    ],
)
def test_the_change_to_a_target_is_split_as_far_as_there_are_targets(
    shop: Database, targets: dict[str, int], parts: list[str], lacking: str
) -> None:
    found = aimed(shop, {"gmv": 1000, **targets})[0]
    assert found.table is not None
    assert [row.values["part"] for row in found.table.rows] == parts
    now = queried(shop, span(MARCH))
    assert sum(Decimal(str(row.values["effect"])) for row in found.table.rows) == now["gmv"] - 1000
    first, key = found.table.rows[0].values, {"friends": "friends_current"}.get(parts[0], parts[0])
    assert (first["before"], first["after"]) == (targets[key], now[key])
    assert found.note is not None
    assert lacking in found.note.zh
    assert "缺失" not in found.note.zh


def test_targets_of_new_and_old_customers_that_do_not_add_up_are_said_to(shop: Database) -> None:
    finding = told(aimed(shop, {"gmv": 3_880_000, "gmv_new": 85_000, "gmv_old": 4_500_000})[1])
    assert finding.zh.endswith("，新客与老客目标之和 458.50万 ≠ GMV 目标 388.00万，不作拆分")
    close = told(aimed(shop, {"gmv": 3_880_000, "gmv_new": 1, "gmv_old": 3_880_000})[1])
    assert "3,880,001.00 ≠ GMV 目标 3,880,000.00" in close.zh
    fit = aimed(shop, {"gmv": 1000, "gmv_new": 400, "gmv_old": 600})[1]
    assert fit.table is not None
    assert [row.values["before"] for row in fit.table.rows] == [400, 600]


def test_a_range_that_is_no_month_has_no_target_and_says_so(shop: Database) -> None:
    for found in aimed(shop, days="2024-03-05..2024-03-20"):
        assert found.figure is None
        assert found.empty is not None
        assert found.empty.zh == "目标按月设定，选单个整月才能拆分变化"


def test_a_month_without_a_target_of_gmv_says_so(shop: Database) -> None:
    empty = aimed(shop, {"orders": 40})[0].empty
    assert empty is not None
    assert empty.zh == "没有 GMV 的目标，无法拆分变化"


def test_a_compared_period_without_data_is_named_as_the_reason(shop: Database) -> None:
    """The world begins with the year 2023."""
    for key in ("bridge", "bridge_customers"):
        found = panel(view(shop, SALES, span("2023-01-01..2023-12-31")), key)
        assert (found.figure, found.subtitle) == (None, None)
        assert found.empty is not None
        assert found.empty.zh == "对比期没有数据，无法拆分变化"
        assert panel(shown(shop, unit="empty"), key).empty is None
