"""The demo is believable only if it obeys every rule of the REST contract and keeps its promises."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate

import pytest

from app.cli import demo
from app.cli.demo.patterns import Row, money, spread
from app.domain.facts import RETENTION_DAYS, TABLES, UNATTRIBUTED, ChannelKind, Unit
from app.domain.scope import UnitKind
from tests.conftest import LONG

TODAY = date(2026, 11, 22)
DAYS = {TODAY: date(2025, 5, 1)}
DAYS |= {date(2024, 2, 29): date(2022, 8, 1), date(2025, 3, 1): date(2023, 9, 1)} if LONG else {}
OURS = ("ecommerce", "stores", "knowledge", "members")
UNITS = {unit["code"]: unit for unit in demo.units()}
CHANNELS: dict[str, set[str]] = {
    kind: {channel["code"] for channel in demo.channels() if channel["kind"] == kind} | {UNATTRIBUTED[kind]}
    for kind in ChannelKind
}
"""By kind of channel; `channel` names a source in every kind of fact but targets."""
FIELDS = {"touchpoint": ChannelKind.TOUCHPOINT, "source": ChannelKind.SOURCE, "channel": ChannelKind.SOURCE}


@cache
def written(today: date) -> list[tuple[str, list[Row]]]:
    """Return the facts in the chunks in which they are written; to make them takes seconds."""
    return list(demo.facts(today))


@cache
def rows(today: date) -> dict[str, list[Row]]:
    """Return the facts by kind."""
    return {kind: [row for other, chunk in written(today) if other == kind for row in chunk] for kind in TABLES}


def of(unit: str, kind: str, month: str = "", **match: str) -> list[Row]:
    """Return a unit's rows of a month that have these values."""
    day, wanted = TABLES[kind].day_key, {"unit": unit, **match}.items()
    return [row for row in rows(TODAY)[kind] if wanted <= row.items() and row[day].startswith(month)]


def total(found: Iterable[Row], measure: str) -> Decimal:
    """Add up a measure, as the metrics do: absent counts for nothing."""
    return sum((Decimal(row[measure]) for row in found if row.get(measure) is not None), Decimal(0))


def totals(found: list[Row], *measures: str) -> list[str]:
    """Write the sums of some measures."""
    return [str(total(found, measure)) for measure in measures]


@cache
def closes(today: date) -> dict[str, dict[str, int]]:
    """Compute each unit's current friends at the close of every day with facts, by the stock formula."""
    moves: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(today)["friends"]:
        moves[row["unit"]][row["day"]] += row["adds"] - (row.get("losses") or 0)
    counted = {(row["unit"], row["day"]): row["current"] for row in rows(today)["stock-counts"]}
    found: dict[str, dict[str, int]] = {}
    for unit, days in moves.items():
        stock, found[unit] = 0, {}
        for day in sorted({*days, *(when for who, when in counted if who == unit)}):
            stock = counted.get((unit, day), stock + days[day])
            found[unit][day] = stock
    return found


def churn(unit: str, month: str) -> list[float]:
    """Return the month-to-date churn after each recorded day of a month."""
    stock = closes(TODAY)[unit]
    opening = stock[max(day for day in stock if day < month)]
    lost: Counter[str] = Counter()
    for row in of(unit, "friends", month):
        lost[row["day"]] += row["losses"] or 0
    return [sum_ / opening for sum_ in accumulate(lost[day] for day in sorted(lost))]


def test_units_come_parents_first_and_the_article_is_a_root_of_its_own() -> None:
    codes: list[str | None] = [None, *(unit["code"] for unit in demo.units())]
    for place, unit in enumerate(demo.units(), 1):
        assert set(unit) == {"code", "name", "kind", "parent"}
        assert unit["parent"] in codes[:place]
        assert unit["kind"] in set(UnitKind)
    assert [unit["code"] for unit in demo.units() if unit["parent"] == "luopan"] == list(OURS)
    assert [unit["code"] for unit in demo.units() if unit["parent"] is None] == ["luopan", "article"]
    assert UNITS["article"]["kind"] == UnitKind.COMPANY


def test_each_family_of_six_channels_has_the_colours_of_the_guide() -> None:
    names = {kind: [c["name"] for c in demo.channels() if c["kind"] == kind] for kind in ChannelKind}
    assert names[ChannelKind.SOURCE] == ["视频号", "小程序商城", "包裹卡", "抖音", "小红书", "门店扫码"]
    assert names[ChannelKind.TOUCHPOINT] == ["公众号", "小程序", "1V1", "社群", "朋友圈", "短信召回"]
    assert [c["color_slot"] for c in demo.channels()] == [c["position"] for c in demo.channels()] == [*range(1, 7)] * 2
    assert len({c["code"] for c in demo.channels()}) == 12


def test_the_same_day_gives_the_same_demo_and_another_day_another() -> None:
    assert written.__wrapped__(TODAY) == written(TODAY)
    other = next(found for _, found in demo.facts(date(2024, 2, 29)) if found[0]["unit"] in OURS)
    assert not [row for row in other if row in rows(TODAY)["stock-counts"]]


def test_chunks_are_small_and_stock_counts_and_friends_come_before_what_refers_to_them() -> None:
    chunks = [(kind, found[0]["unit"]) for kind, found in written(TODAY)]
    for order in ([k for k, unit in chunks if unit != "article"], [k for k, unit in chunks if unit == "article"]):
        assert order.index("stock-counts") < order.index("friends") < [*order, "retention"].index("retention")
    sizes = [len(found) for _, found in written(TODAY)]
    assert all(0 < size <= 20_000 for size in sizes) and 100_000 <= sum(sizes) <= 140_000  # noqa: PT018 (one bound each)


@pytest.mark.parametrize("today", list(DAYS))
def test_every_row_has_its_whole_key_known_names_and_no_number_below_zero(today: date) -> None:
    for kind, table in TABLES.items():
        measures = {measure.key: measure.unit for measure in table.measures}
        for row in rows(today)[kind]:
            assert row["unit"] in UNITS
            assert set(table.key) - {"source"} <= set(row) <= {*table.key, *measures}
            if kind != "targets":
                assert all(row[field] in CHANNELS[FIELDS[field]] for field in FIELDS.keys() & row.keys())
            for key in measures.keys() & row.keys():
                assert row[key] is None or Decimal(row[key]) >= 0
                if kind != "targets" and row[key] is not None:
                    assert isinstance(row[key], int if measures[key] is Unit.COUNT else str)
                    assert measures[key] is Unit.COUNT or row[key][-3] == "."


@pytest.mark.parametrize("today", list(DAYS))
def test_no_two_rows_have_one_key_and_no_row_lies_in_the_future(today: date) -> None:
    for kind, table in TABLES.items():
        found = rows(today)[kind]
        keys = Counter(tuple(row.get(key) for key in table.key) for row in found)
        assert len(keys) == len(found)
        if kind != "targets":
            until = {row[table.day_key]: date.fromisoformat(row[table.day_key]) for row in found}
            assert all(until[row[table.day_key]] + timedelta(row.get("day_n", 0)) < today for row in found)


@pytest.mark.parametrize("today", list(DAYS))
def test_no_part_exceeds_its_whole(today: date) -> None:
    for row in rows(today)["sales"]:
        if row["unit"] != "article":
            assert row["buyers"] <= row["orders"]
            assert row["member_orders"] <= row["orders"]
            assert Decimal(row["member_gmv"]) <= Decimal(row["gmv"])
    assert all(row["current"] <= row["cumulative"] for row in rows(today)["stock-counts"])
    adds = {(row["day"], row["unit"], row["channel"]): row["adds"] for row in rows(today)["friends"]}
    for row in rows(today)["retention"]:
        assert row["retained"] <= adds[row["cohort_day"], row["unit"], row["channel"]]
        assert row["day_n"] in RETENTION_DAYS


@pytest.mark.parametrize("today", list(DAYS))
def test_no_units_stock_falls_below_zero(today: date) -> None:
    assert all(stock > 0 for days in closes(today).values() for stock in days.values())


@pytest.mark.parametrize(("today", "first"), list(DAYS.items()))
def test_it_runs_from_the_first_of_the_month_18_months_back_until_yesterday(today: date, first: date) -> None:
    for kind in ("friends", "sales", "pushes"):
        days = {date.fromisoformat(row["day"]) for row in rows(today)[kind] if row["unit"] in OURS}
        assert (min(days), max(days)) == (first, today - timedelta(days=1))
        assert len(days) == (today - first).days
    counted = {row["unit"]: row["day"] for row in reversed(rows(today)["stock-counts"])}
    assert all(counted[unit] == (first - timedelta(days=1)).isoformat() for unit in OURS)


def test_a_few_unit_days_and_a_few_numbers_are_missing_beside_true_zeros() -> None:
    friends = [row for row in rows(TODAY)["friends"] if row["unit"] in OURS]
    recorded = {(row["unit"], row["day"]) for row in friends}
    assert 0.98 < len(recorded) / (len(OURS) * len({row["day"] for row in friends})) < 1
    assert 0 < sum(row["losses"] is None for row in friends) < 100
    assert 0 < sum(row["reach"] is None for row in friends if row["channel"] != "store_scan") < 100
    assert any(row["reach"] == row["adds"] == 0 for row in friends)
    assert any(row["pushes"] == 0 for row in rows(TODAY)["pushes"])


def test_a_scan_in_a_shop_has_adds_but_no_reach_and_only_shops_have_it() -> None:
    scans = [row for row in rows(TODAY)["friends"] if row["channel"] == "store_scan"]
    assert {UNITS[row["unit"]]["kind"] for row in scans} == {UnitKind.STORE}
    assert all(row["reach"] is None and row["adds"] > 0 for row in scans)


def test_channels_bring_friends_at_their_own_rates() -> None:
    expected = {"parcel_card": 0.09, "mini_mall": 0.076, "video": 0.049, "douyin": 0.033, "xiaohongshu": 0.027}
    for channel, rate in expected.items():
        known = [row for unit in OURS for row in of(unit, "friends", channel=channel) if row["reach"] is not None]
        assert float(total(known, "adds") / total(known, "reach")) == pytest.approx(rate, rel=0.03)


def test_churn_stays_below_its_limit_but_for_one_unit_that_breaks_it_after_the_middle_of_the_month() -> None:
    months = sorted({row["day"][:7] for row in of("stores", "friends")})
    broken = {(unit, month) for unit in OURS for month in months if churn(unit, month)[-1] > 0.05}
    assert {unit for unit, _ in broken} == {"knowledge"}
    assert ("knowledge", months[-1]) in broken
    assert 2 <= len(broken) <= 5
    assert all(0.024 < churn(unit, month)[-1] < 0.06 for unit in OURS for month in months[:-1])
    over = [day for day, rate in enumerate(churn("knowledge", months[-1]), 1) if rate > 0.05]
    assert 15 < over[0] <= 21


def test_sales_and_pushes_have_the_shares_that_are_usual() -> None:
    sales = [row for unit in OURS for row in of(unit, "sales")]
    pushes = [row for unit in OURS for row in of(unit, "pushes")]
    gmv = total(sales, "gmv")
    assert 0.57 < total(sales, "member_gmv") / gmv < 0.65
    assert 0.025 < total(sales, "refunds") / gmv < 0.035
    assert 0.0015 < total(pushes, "push_losses") / total(pushes, "pushes") < 0.0035
    assert all(("source" in row) == (row["customer_kind"] == "new") for row in sales)


def test_campaigns_and_the_monthly_members_day_stand_out() -> None:
    days: dict[str, float] = defaultdict(float)
    for row in (row for unit in OURS for row in of(unit, "sales")):
        days[row["day"]] += float(row["gmv"])
    usual = sorted(days.values())[len(days) // 2]
    for day in ("2025-06-18", "2025-11-11", "2025-12-12", "2026-03-08", "2026-08-28"):
        assert days[day] > 1.25 * usual


def test_the_articles_week_of_may_2023_stands_day_by_day() -> None:
    may = sorted(of("article", "friends", "2023-05"), key=lambda row: row["day"])
    assert [row["day"] for row in may] == [f"2023-05-0{day}" for day in range(1, 8)]
    assert [row["adds"] for row in may] == [160, 170, 185, 200, 220, 240, 265]
    assert [row["losses"] for row in may] == [155, 160, 160, 170, 180, 185, 190]
    assert len({row["channel"] for row in may}) == 1
    (opening,) = of("article", "stock-counts", "2023-04-30")
    assert (opening["cumulative"], opening["current"]) == (31774, 10000)
    stock = closes(TODAY)["article"]
    assert [stock[row["day"]] for row in may] == [10005, 10015, 10040, 10070, 10110, 10165, 10240]


def test_the_articles_august_and_september_2023_add_up_exactly() -> None:
    august, september = (of("article", "friends", month, channel="parcel_card") for month in ("2023-08", "2023-09"))
    assert totals(august, "reach", "adds") == ["22400", "1684"]
    assert totals(september, "reach", "adds") == ["25000", "2432"]
    everyone = of("article", "friends", "2023-09")
    assert totals(everyone, "adds", "losses") == ["4043", "5528"]
    assert all(row.get("reach") is None for row in everyone if row["channel"] != "parcel_card")
    before, old = (of("article", "sales", month, customer_kind="loyal") for month in ("2023-08", "2023-09"))
    assert [*totals(before, "gmv"), *totals(old, "gmv")] == ["213740.00", "427630.00"]
    new = of("article", "sales", "2023-09", customer_kind="new")
    assert totals(new, "gmv", "orders") == ["74119.50", "3000"]
    assert totals(of("article", "pushes", "2023-09"), "pushes", "push_losses") == ["2321593", "23840"]
    stock = closes(TODAY)["article"]
    assert (stock["2023-08-31"], stock["2023-09-30"]) == (215086, 213601)


def test_the_articles_targets_are_those_of_september_2023() -> None:
    targets = {(row["month"], row["metric"], row["channel"]): Decimal(row["value"]) for row in of("article", "targets")}
    assert targets == {
        ("2023-09", "add_rate", "parcel_card"): Decimal("0.14779"),
        ("2023-09", "aov_new", None): Decimal("30.00"),
        ("2023-09", "gmv_old", None): Decimal("470553.00"),
        ("2023-09", "pushes", None): Decimal(891429),
        ("2023-09", "push_loss_rate", None): Decimal("0.0021"),
        ("2023-09", "friends_current", None): Decimal(218262),
        ("2023-09", "churn_rate", None): Decimal("0.05"),
    }


def test_spread_parts_add_up_exactly_and_money_has_two_decimals() -> None:
    assert spread(10, [1, 1, 1]) == [3, 4, 3]
    assert sum(spread(42_763_000, [1.3, 0.86, 0.1] * 10)) == 42_763_000
    assert [money(fen) for fen in (0, 5, 1234, 100_000)] == ["0.00", "0.05", "12.34", "1000.00"]
