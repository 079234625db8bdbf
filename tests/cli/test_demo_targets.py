"""The targets of the demo are believable only if they can be met and missed, and if parts add up to their whole."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from app.domain.facts import Unit
from app.metrics.catalog import CATALOG
from tests.cli.test_demo import CHANNELS, DAYS, OURS, TODAY, rows

SUMMED = ("friends_added", "friends_current", "gmv", "gmv_old", "gmv_new", "orders", "pushes")
"""What all units together have is the sum of what each has."""


@pytest.mark.parametrize("today", list(DAYS))
def test_every_month_until_the_running_one_has_targets_that_its_metrics_allow(today: date) -> None:
    found = [row for row in rows(today)["targets"] if row["unit"] != "article"]
    months = {row["month"] for row in found}
    assert (len(months), max(months)) == (19, f"{today:%Y-%m}")
    keys = {(row["month"], row["unit"], row["metric"]) for row in found}
    for metric in ("friends_added", "friends_current", "churn_rate", "gmv", "push_loss_rate", "first_order_rate"):
        assert {(month, unit, metric) for month in months for unit in ("luopan", *OURS)} <= keys
    for row in found:
        asked, value = CATALOG[row["metric"]], Decimal(row["value"])
        assert isinstance(row["value"], int) == (asked.unit is Unit.COUNT)
        assert asked.unit is not Unit.RATE or 0 < value < 1
        assert row["channel"] is None or any(row["channel"] in CHANNELS[kind] for kind in asked.channel_kinds)


def test_some_targets_are_met_and_some_are_missed_in_every_finished_month() -> None:
    reached: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows(TODAY)["sales"]:
        for metric in ("gmv", "gmv_new" if row["customer_kind"] == "new" else "gmv_old"):
            reached[row["day"][:7], row["unit"], metric] += Decimal(row["gmv"])
    completion: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows(TODAY)["targets"]:
        if row["unit"] in OURS and row["month"] < f"{TODAY:%Y-%m}" and row["metric"] in ("gmv", "gmv_new", "gmv_old"):
            completion[row["month"]].append(reached[row["month"], row["unit"], row["metric"]] / Decimal(row["value"]))
    assert len(completion) == 18
    assert all(Decimal("0.7") < min(parts) < 1 <= max(parts) < Decimal("1.3") for parts in completion.values())


@pytest.mark.parametrize("today", list(DAYS))
def test_targets_of_all_units_of_both_kinds_of_customers_and_of_all_touchpoints_add_up_to_their_whole(
    today: date,
) -> None:
    aims: dict[tuple[str, str, str], Decimal] = {}
    touchpoints: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows(today)["targets"]:
        if row["channel"] is None:
            aims[row["month"], row["unit"], row["metric"]] = Decimal(row["value"])
        elif row["metric"] == "gmv_old":
            assert row["unit"] == "luopan"
            touchpoints[row["month"]][row["channel"]] = Decimal(row["value"])
    months = {month for month, unit, _ in aims if unit == "luopan"}
    assert len(months) == len(touchpoints) == 19
    sold = {row["touchpoint"] for row in rows(today)["sales"] if row["unit"] in OURS and row["customer_kind"] != "new"}
    for month in months:
        for metric in SUMMED:
            assert aims[month, "luopan", metric] == sum(aims[month, unit, metric] for unit in OURS), (month, metric)
        for unit in ("luopan", *OURS):
            assert aims[month, unit, "gmv"] == aims[month, unit, "gmv_new"] + aims[month, unit, "gmv_old"], month
        assert set(touchpoints[month]) == sold
        assert sum(touchpoints[month].values()) == aims[month, "luopan", "gmv_old"], month
