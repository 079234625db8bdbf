"""Whether the two boards show the same numbers; a comparison of other boards would say nothing."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, zip_longest
from typing import Any

LAST_DIGIT = Decimal("0.01")
"""The two round halves differently."""
PRECISION = 1e-9
COHORTS = {"d1": "retention_d1", "d7": "retention_d7", "d30": "retention_d30"}

Json = dict[str, Any]


def refuse_differences(ours: Json, theirs: Json) -> None:
    """Compare all cards, each cell of the daily report and of the cohorts; RuntimeError names the first difference."""
    shown = theirs["response"]
    for name, mine, other in chain(_cards(ours, shown), _tables(ours, shown)):
        close = mine is None or other is None or abs(mine - other) <= (LAST_DIGIT if "card" in name else PRECISION)
        if (mine is None) != (other is None) or not close:
            raise RuntimeError(f"the boards differ in {name}: {mine} here, {other} in the Dash app")


def _cards(ours: Json, shown: Json) -> Iterator[tuple[str, Any, Any]]:
    for card, drawn in zip_longest(ours["cards"], shown["cards"]["children"]):
        text = drawn["props"]["children"][1]["props"]["children"]
        factor = 100 if card["unit"] == "rate" else 1
        number = Decimal(text.replace(",", "").removesuffix("%"))
        yield f"card {card['metric']}", Decimal(str(card["value"])) * factor, number


def _tables(ours: Json, shown: Json) -> Iterator[tuple[str, Any, Any]]:
    panels = {panel["key"]: panel["table"] for panel in ours["panels"]}
    daily = [*panels["daily"]["rows"], panels["daily"]["total"]]
    yield from _rows("daily", daily, shown["daily"]["data"], {key: key for key in daily[0] if key != "label"})
    yield from _rows("cohorts", panels["cohorts"]["rows"], shown["cohorts"]["data"], COHORTS)


def _rows(
    name: str, ours: list[Json], theirs: list[Json], columns: dict[str, str]
) -> Iterator[tuple[str, float | None, float | None]]:
    yield f"rows of {name}", len(ours), len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        for their, our in columns.items():
            # A word says why there is no number.
            value = None if isinstance(mine[our], str) else mine[our]
            yield f"{name}, {mine['label']}, {our}", value, other[their]
