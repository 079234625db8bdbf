"""The reference itself: every figure of the source article must come out of it."""

import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from .query import query
from .targets import target_rows
from .values import campaign, pct, two_decimals
from .world import World

ORACLE: dict[str, Any] = json.loads((Path(__file__).parent.parent / "oracle.json").read_text(encoding="utf-8"))
GROWTH = ORACLE["growth_may_2023"]
SEPTEMBER = ORACLE["targets_sep_2023"]
CHANNEL_CODES = {"包裹卡": "parcel"}
# The article gives no cumulative friends for August; any number not below the current ones will do.
CUMULATIVE = 400_000


def shop(facts: dict[str, list[dict[str, Any]]], today: date) -> World:
    """Build a company with two stores and the channels of the article."""
    units = [{"code": "co", "kind": "company", "parent": None, "active": True}]
    units += [{"code": code, "kind": "store", "parent": "co", "active": True} for code in ("east", "west")]
    channels = [{"code": code, "kind": "source"} for code in ("parcel", "other", "unattributed_source")]
    channels += [{"code": code, "kind": "touchpoint"} for code in ("group", "sms", "unattributed_touchpoint")]
    return World(units, channels, facts, today)


def split(total: int, parts: int) -> list[int]:
    """Spread a whole number over some days, the rest on the first ones."""
    return [total // parts + (1 if part < total % parts else 0) for part in range(parts)]


def growth_world() -> World:
    """Build the first week of May 2023, the stores sharing adds and losses unevenly."""
    count = GROWTH["stock_count"]
    friends = []
    for day, adds, losses in zip(GROWTH["days"], GROWTH["adds"], GROWTH["losses"], strict=True):
        friends.append({"day": day, "unit": "east", "channel": "parcel", "adds": adds - 50, "losses": 20})
        friends.append({"day": day, "unit": "west", "channel": "other", "adds": 50, "losses": losses - 20})
    counts = [
        {"day": count["day"], "unit": "east", "cumulative": count["cumulative"] - 9000, "current": 6000},
        {"day": count["day"], "unit": "west", "cumulative": 9000, "current": count["current"] - 6000},
    ]
    return shop({"friends": friends, "stock-counts": counts}, date(2023, 5, 7))


def money(total: str, parts: int) -> list[str]:
    """Spread an amount over some days to the cent."""
    return [f"{cents // 100}.{cents % 100:02d}" for cents in split(int(Fraction(total) * 100), parts)]


def month_days(first: date) -> list[str]:
    """List four weeks of days of a month."""
    return [(first + timedelta(days=offset)).isoformat() for offset in range(28)]


def september_world() -> World:
    """Build August and September 2023 with the targets of the article."""
    august, september = SEPTEMBER["facts"]["2023-08"], SEPTEMBER["facts"]["2023-09"]
    friends: list[dict[str, Any]] = []
    sales: list[dict[str, Any]] = []
    pushes: list[dict[str, Any]] = []
    for first, facts in ((date(2023, 8, 1), august), (date(2023, 9, 1), september)):
        days = month_days(first)
        reach, adds = split(facts["reach_parcel"], 28), split(facts["adds_parcel"], 28)
        old = money(facts["gmv_old_yuan"], 28)
        for at, day in enumerate(days):
            parcel = {"day": day, "unit": "east", "channel": "parcel"}
            friends.append({**parcel, "reach": reach[at], "adds": adds[at]})
            kind = ("first_repeat", "second_repeat", "loyal")[at % 3]
            sales.append({"day": day, "unit": "west", "touchpoint": "group", "customer_kind": kind, "gmv": old[at]})
    days = month_days(date(2023, 9, 1))
    others, losses = september["adds_total"] - september["adds_parcel"], september["losses_total"]
    gmv, orders = money(september["gmv_new_yuan"], 28), split(september["orders_new"], 28)
    sent, lost = split(september["pushes"], 28), split(september["push_losses"], 28)
    for at, day in enumerate(days):
        other = {"day": day, "unit": "west", "channel": "other"}
        friends.append({**other, "adds": split(others, 28)[at], "losses": split(losses, 28)[at]})
        new = {"day": day, "unit": "east", "touchpoint": "sms", "source": "parcel", "customer_kind": "new"}
        sales.append({**new, "gmv": gmv[at], "orders": orders[at]})
        pushes.append({"day": day, "unit": "east", "touchpoint": "sms", "pushes": sent[at], "push_losses": lost[at]})
    close = {"cumulative": CUMULATIVE, "current": august["friends_current_close"]}
    counts = [{"day": "2023-08-31", "unit": "co", **close}]
    # The stores count too, with nothing, so that their August does not come on top of the company's count.
    counts += [{"day": "2023-08-31", "unit": code, "cumulative": 0, "current": 0} for code in ("east", "west")]
    targets = [target_of(expected) for expected in SEPTEMBER["expect"]]
    facts = {"friends": friends, "sales": sales, "pushes": pushes, "stock-counts": counts, "targets": targets}
    return shop(facts, date(2023, 10, 9))


def target_of(expected: dict[str, Any]) -> dict[str, Any]:
    """Return the row of the target or limit that an expectation speaks of."""
    value = expected.get("target")
    if value is None:
        value = str(Decimal(expected["limit_pct"]) / 100)
    channel = CHANNEL_CODES.get(expected.get("channel", ""))
    row = {"month": "2023-09", "unit": "co", "metric": expected["metric"], "customer_kind": None}
    return {**row, "channel": channel, "value": value}


def test_growth_week() -> None:
    """The daily table of the first week of May."""
    expected = GROWTH["expect"]
    keys = ["friends_cumulative", "friends_current", "retention_total", "churn_rate_mtd"]
    body = query(growth_world(), keys, "co", date(2023, 5, 1), date(2023, 5, 7), "day")
    values = [row["values"] for row in body["rows"]]
    assert [row["period"] for row in body["rows"]] == GROWTH["days"]
    assert [row["friends_cumulative"] for row in values] == expected["friends_cumulative"]
    assert [row["friends_current"] for row in values] == expected["friends_current"]
    assert [pct(row["retention_total"]) for row in values] == expected["retention_total_pct"]
    assert [pct(row["churn_rate_mtd"]) for row in values] == expected["churn_month_to_date_pct"]
    above = [row["period"] for row in body["rows"] if row["values"]["churn_rate_mtd"] > Fraction(5, 100)]
    assert above[0] == expected["first_day_above_5pct"]
    assert body["total"]["values"] == values[-1]
    assert body["coverage"] == 1


def test_september_facts() -> None:
    """The spread days add up to the months of the oracle."""
    world = september_world()
    for month, facts in SEPTEMBER["facts"].items():
        first = date.fromisoformat(f"{month}-01")
        last = first + timedelta(days=29 if month == "2023-09" else 30)
        keys = ["friends_added", "friends_lost", "gmv_new", "orders_new", "gmv_old", "pushes", "friends_current"]
        values = query(world, keys, "co", first, last, "month")["total"]["values"]
        parcel = query(world, ["reach", "friends_added"], "co", first, last, "total", channel="parcel")["total"]
        assert parcel["values"] == {"reach": facts["reach_parcel"], "friends_added": facts["adds_parcel"]}
        assert values["friends_current"] == facts["friends_current_close"]
        assert values["gmv_old"] == Fraction(facts["gmv_old_yuan"])
        assert values["friends_added"] == facts.get("adds_total", facts["adds_parcel"])
        assert values["friends_lost"] == facts.get("losses_total")
        assert values["pushes"] == facts.get("pushes")
        assert values["orders_new"] == facts.get("orders_new")


@pytest.mark.parametrize("expected", SEPTEMBER["expect"], ids=lambda expected: str(expected["metric"]))
def test_september_targets(expected: dict[str, Any]) -> None:
    """Every printed figure of one target of September."""
    rows = target_rows(september_world(), "co", "2023-09")
    row = next(row for row in rows if row["metric"] == expected["metric"])
    assert row["channel"] == CHANNEL_CODES.get(expected.get("channel", ""))
    named = {"target": "target", "actual": "actual", "previous": "previous"}
    for field, name in named.items():
        if field in expected:
            exact = Fraction(row[name])
            printed = two_decimals(exact) if exact.denominator > 1 else str(exact)
            assert printed == expected[field] or exact == Fraction(expected[field])
    shares = {"target_pct": "target", "limit_pct": "target", "actual_pct": "actual", "previous_pct": "previous"}
    shares |= {"completion_pct": "completion", "change_pct": "change"}
    for field, name in shares.items():
        if field in expected:
            assert pct(row[name]) == expected[field]
    if "status" in expected:
        assert row["status"] == {"over limit": "over_limit", "within limit": "within_limit"}[expected["status"]]
    else:
        assert row["status"] == ("done" if row["completion"] >= 1 else "missed")
    assert row["time_progress"] == 1


def test_campaign() -> None:
    """The article's return on investment next to the usual ones."""
    facts, expected = ORACLE["campaign"], ORACLE["campaign"]["expect"]
    figures = campaign(Fraction(facts["cost_yuan"]), Fraction(facts["gmv_yuan"]))
    assert figures["profit"] == Fraction(expected["profit_yuan"])
    for name in ("roi_article", "gmv_over_cost", "profit_over_cost"):
        value = figures[name]
        assert value is not None
        assert two_decimals(value) == expected[name]
