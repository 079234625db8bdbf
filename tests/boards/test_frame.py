"""What frames a board: its grain, its split and its targets, beside the plain loops over raw rows."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.boards.board import Board
from app.boards.growth import GROWTH
from app.boards.read import Asked, grain_of, read
from app.boards.sales import SALES
from app.boards.view import BoardView, Panel, Table
from app.db import Database
from app.domain.facts import CustomerKind
from app.domain.period import Grain, Period
from app.domain.roles import SYSTEM
from app.domain.scope import GroupBy
from tests import rich
from tests.plain import CATALOGUE, World, compared, metric
from tests.plain.days import periods
from tests.plain.values import change
from tests.rich import span, table

EVERY = (GROWTH, SALES)
ODD = ("2024-01-17..2024-03-12", "2023-11-30..2024-02-29", "2024-02-28..2024-03-01")
GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH)
WORLD = rich.world()
SPLITS = [(board, by) for board in EVERY for by in board.splits]


def seen(database: Database, board: Board, period: Period, today: date = rich.TODAY, **asked: Any) -> BoardView:  # noqa: ANN401 (fields of Asked)
    with database.read() as session:
        return read(session, SYSTEM, board, Asked(asked.pop("unit", "co"), period, **asked), today)


def rounded(key: str, number: Fraction | None) -> int | Decimal | None:
    """Round a plain number as it is given out: counts whole, yuan to two decimals, rates to ten; halves up."""
    if number is None:
        return None
    places = {"count": 0, "yuan": 2, "rate": 10}[CATALOGUE[key].unit if key in CATALOGUE else "rate"]
    steps = abs(number) * 10**places
    whole = steps.numerator // steps.denominator + (
        1 if steps - steps.numerator // steps.denominator >= Fraction(1, 2) else 0
    )
    signed = whole if number >= 0 else -whole
    return signed if places == 0 else Decimal(signed).scaleb(-places)


def plain(world: World, keys: list[str], days: tuple[date, date], **scope: Any) -> dict[str, int | Decimal | None]:  # noqa: ANN401 (scope of the plain metric)
    """Return metrics over some days by plain loops."""
    unit = scope.pop("unit", "co")
    return {key: rounded(key, metric(world, key, unit, *days, **scope)) for key in keys}


def keys_of(shown: Table) -> list[str]:
    return [column.key for column in shown.columns if column.metric]


@pytest.mark.parametrize("board", EVERY, ids=lambda board: str(board.key))
@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("days", ODD)
def test_each_grain_of_an_odd_range_is_what_its_days_add_up_to(
    shop: Database, board: Board, grain: Grain, days: str
) -> None:
    period = span(days)
    daily = table(seen(shop, board, period, grain=grain), "daily")
    cut = periods(period.first, period.last, grain)
    assert [(row.period.first, row.period.last) for row in daily.rows if row.period] == cut
    picked = [0, len(cut) // 2, len(cut) - 1]
    keys = keys_of(daily)
    for place in picked:
        assert {key: daily.rows[place].values[key] for key in keys} == plain(WORLD, keys, cut[place]), cut[place]
    assert daily.total is not None
    assert {key: daily.total.values[key] for key in keys} == plain(WORLD, keys, (period.first, period.last))


@pytest.mark.parametrize("days", ["2023-01-10..2024-03-20", "2024-02-05..2024-03-20"])
@pytest.mark.parametrize("board", EVERY, ids=lambda board: str(board.key))
def test_cards_do_not_depend_on_the_grain(shop: Database, board: Board, days: str) -> None:
    found = [seen(shop, board, span(days), grain=grain).cards for grain in (None, *GRAINS)]
    assert found.count(found[0]) == len(found)


def test_a_grain_is_coarser_where_it_gives_more_than_four_hundred_rows() -> None:
    first = date(2020, 1, 1)
    for days, asked, given in (
        (400, Grain.DAY, Grain.DAY),
        (401, Grain.DAY, Grain.WEEK),
        (2800, Grain.WEEK, Grain.WEEK),
        (2801, Grain.DAY, Grain.MONTH),
        (5, Grain.MONTH, Grain.MONTH),
        (70_000, Grain.MONTH, Grain.MONTH),
    ):
        last = date.fromordinal(first.toordinal() + days - 1)
        assert grain_of(Period(first, last), asked) is given


@pytest.mark.parametrize(("board", "by"), SPLITS, ids=lambda part: str(getattr(part, "key", part)))
@pytest.mark.parametrize("days", ["2024-02-01..2024-02-29", "2024-01-17..2024-03-12"])
def test_a_split_shows_each_group_and_a_total_made_anew(shop: Database, board: Board, by: GroupBy, days: str) -> None:
    period, keys = span(days), list(board.cards)
    unit = "north" if by is GroupBy.UNIT else "co"
    groups = table(seen(shop, board, period, by=by, unit=unit), "groups")
    whole = (period.first, period.last)
    before = compared(period.first, period.last, "previous", rich.TODAY, None)
    codes = {
        GroupBy.UNIT: ["north", "east", "west"],
        GroupBy.CHANNEL: [
            *(channel["code"] for channel in WORLD.channels),
            "unattributed_source",
            "unattributed_touchpoint",
        ],
        GroupBy.CUSTOMER_KIND: list(CustomerKind),
    }[by]
    expected = {}
    for code in codes:
        values = plain(WORLD, keys, whole, unit=unit, group=(by.value, str(code)))
        now, then = (metric(WORLD, keys[0], unit, *some, group=(by.value, str(code))) for some in (whole, before))
        if any(value is not None for value in values.values()):
            expected[str(code)] = {"group": str(code), **values, "change": rounded("", change(now, then))}
    found = {row.group[1]: dict(row.values) for row in groups.rows if row.group}
    assert found == expected
    assert found
    assert groups.total is not None
    assert {key: groups.total.values[key] for key in keys} == plain(WORLD, keys, whole, unit=unit)


@pytest.mark.parametrize("kind", list(CustomerKind))
def test_a_customer_kind_narrows_sales_and_leaves_no_other_number(shop: Database, kind: CustomerKind) -> None:
    period = span("2024-02-01..2024-02-29")
    shown = seen(shop, SALES, period, kind=kind)
    keys = list(SALES.cards)
    assert {card.metric: card.value for card in shown.cards} == plain(
        WORLD, keys, (period.first, period.last), customer_kind=kind.value
    )
    assert all(row.values["pushes"] is None for row in table(shown, "push_efficiency").rows)


def test_the_target_of_a_running_month_is_told_with_its_pace(shop: Database) -> None:
    """A target of 1,000 yuan for March, of which 20 of 31 days have passed."""
    period = span("2024-03-01..2024-03-20")
    card = next(card for card in seen(shop, SALES, period, aim=True).cards if card.metric == "gmv")
    gmv = metric(WORLD, "gmv", "co", period.first, period.last)
    assert gmv is not None
    assert card.aim is not None
    assert card.compare is None
    assert card.aim.target == Decimal("1000.00")
    assert card.aim.completion == rounded("", gmv / 1000)
    assert card.aim.pace == rounded("", gmv / 1000 - Fraction(20, 31))
    other = seen(shop, SALES, span("2024-02-20..2024-03-20"), aim=True)
    assert all(card.aim is None and card.note for card in other.cards)


def test_a_period_that_still_runs_says_so(shop: Database) -> None:
    period = span("2024-01-10..2024-03-20")
    for grain, words in (
        (Grain.DAY, {"2024-03-20": "未完"}),
        (Grain.WEEK, {"2024-03-18": "未完"}),
        (Grain.MONTH, {"2024-01-10": "仅 1/10–1/31", "2024-03-01": "未完"}),
    ):
        rows = table(seen(shop, GROWTH, period, grain=grain), "adds_losses").rows
        assert {str(row.period.first): row.part.zh for row in rows if row.period and row.part} == words


def test_bars_of_periods_that_are_not_whole_are_paler_and_the_card_says_so(shop: Database) -> None:
    for period, grain, whole in (
        ("2024-01-10..2024-03-20", Grain.MONTH, [False, True, False]),
        ("2024-02-07..2024-02-20", Grain.WEEK, [False, True, False]),
        ("2024-02-05..2024-02-18", Grain.WEEK, [True, True]),
        ("2024-03-18..2024-03-20", Grain.DAY, [True, True, False]),  # the 20th is today
    ):
        view = seen(shop, GROWTH, span(period), grain=grain)
        panel = next(one for one in view.panels if one.key == "adds_losses")
        assert panel.figure is not None
        bars: list[Any] = [trace for trace in panel.figure["data"] if trace["type"] == "bar"]  # type: ignore[attr-defined]
        opaque = [trace["marker"].get("opacity", [1] * len(whole)) for trace in bars]
        assert [[opacity == 1 for opacity in one] for one in opaque] == [whole] * len(bars)
        assert bool(panel.note and "淡色" in panel.note.zh) == (False in whole)


def panel(view: BoardView, key: str) -> Panel:
    return next(one for one in view.panels if one.key == key)


def test_churn_by_month_names_its_months_and_leads_to_their_days(shop: Database) -> None:
    year = Period(date(2023, 1, 1), date(2024, 2, 29))
    shown = panel(seen(shop, GROWTH, year, grain=Grain.MONTH), "churn")
    assert shown.table is not None
    labels = [row.label.zh for row in shown.table.rows]
    assert labels[:1] + labels[-1:] == ["2023年1月", "2024年2月"]
    assert len(set(labels)) == len(labels) == 14
    assert [(row.period.first.day, row.period.last) for row in shown.table.rows if row.period][-1] == (1, year.last)
    axis: Any = shown.figure and shown.figure["layout"]
    assert axis["xaxis"]["ticktext"][0] == "23/1"
    assert "按天折算上限" not in [key.name.zh for key in shown.keys]


def test_a_rate_of_several_months_stands_beside_no_target_of_one(shop: Database) -> None:
    for first, has_target in ((date(2024, 3, 1), True), (date(2024, 2, 29), False)):
        shown = panel(seen(shop, GROWTH, Period(first, date(2024, 3, 5))), "add_rates")
        assert shown.table is not None
        assert any(row.values["target"] is not None for row in shown.table.rows) == has_target
