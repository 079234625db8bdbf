"""What stands behind a number adds up to it: compared with plain sums of the rows that were written."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import pytest

from app.boards import explain, words
from app.boards.board import Board
from app.boards.explain import Explained
from app.boards.growth import GROWTH
from app.boards.marks import pinned
from app.boards.read import Asked, read
from app.boards.sales import SALES
from app.db import Database
from app.domain.facts import CustomerKind
from app.domain.notes import NoteKind
from app.domain.roles import SYSTEM
from app.metrics.catalog import CATALOG, DEFINED
from app.queries.notes import NoteRow
from tests import rich
from tests.boards.test_figures import validate
from tests.rich import panel, span, view

SPAN = "2024-02-10..2024-03-10"
FACTS = rich.world().facts
BELOW = {"co": {"co", "north", "east", "west", "empty", "closed"}, "east": {"east"}}


def explained(
    shop: Database, key: str, unit: str = "co", channel: str | None = None, kind: CustomerKind | None = None
) -> Explained:
    asked = Asked(unit, span(SPAN), channel)
    with shop.read() as session:
        return explain.read(session, SYSTEM, asked, CATALOG[key], kind, rich.TODAY)


def total(kind: str, measure: str, unit: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> Decimal:
    """Add up a measure of the rows as they were written."""
    first, last = SPAN.split("..")
    rows = [row for row in FACTS[kind] if first <= row["day"] <= last and row["unit"] in BELOW[unit]]
    return sum((Decimal(str(row[measure])) for row in rows if row.get(measure) is not None and fits(row)), Decimal(0))


@pytest.mark.parametrize("unit", ["co", "east"])
def test_a_rate_names_both_of_its_sums_and_its_rows_add_up_to_them(shop: Database, unit: str) -> None:
    reached = lambda row: row.get("reach") is not None  # noqa: E731 (a condition)
    adds, reach = total("friends", "adds", unit, reached), total("friends", "reach", unit)
    made = explained(shop, "add_rate", unit)
    assert [part.value for part in made.parts] == [adds, reach]
    assert made.value == (adds / reach).quantize(Decimal("1e-10"), ROUND_HALF_UP)
    (rows,) = made.rows
    assert not rows.more
    assert sum(row.reach or 0 for row in rows.rows) == reach
    assert sum(row.adds or 0 for row in rows.rows if row.reach is not None) == adds
    assert bool(made.shares) == (unit == "co")
    if made.shares:
        assert [sum(int(str(share.terms[index] or 0)) for share in made.shares) for index in (0, 1)] == [adds, reach]


def test_money_is_exact_and_can_be_narrowed_to_a_channel_and_a_kind_of_customers(shop: Database) -> None:
    here = lambda row: row["touchpoint"] == "group" and row["customer_kind"] == "loyal"  # noqa: E731 (a condition)
    expected = total("sales", "gmv", "co", here)
    made = explained(shop, "gmv", channel="group", kind=CustomerKind.LOYAL)
    assert made.value == expected == made.parts[0].value
    assert sum(Decimal(row.gmv) for row in made.rows[0].rows) / 100 == expected
    assert explained(shop, "friends_current", channel="group").rows == ()


def test_a_stock_shows_its_counts_and_what_moved_it(shop: Database) -> None:
    made = explained(shop, "churn_rate_mtd", "east")
    march = [row for row in FACTS["friends"] if "2024-03-01" <= row["day"] <= "2024-03-10" and row["unit"] == "east"]
    counted = 900  # on 29 February, the close of the month before
    assert [part.value for part in made.parts] == [sum(row.get("losses") or 0 for row in march), counted]
    assert {rows.table.kind for rows in made.rows} == {"friends", "stock-counts"}
    assert [row.current for row in made.rows[-1].rows] == [900, 1000]
    assert made.limit == Decimal("0.05")


@pytest.mark.parametrize(("key", "channel", "board"), [("gmv", None, SALES), ("add_rate", "card", GROWTH)])
def test_a_number_compared_with_its_target_shows_what_its_card_shows(
    shop: Database, key: str, channel: str | None, board: Board
) -> None:
    asked = Asked("co", span("2024-03-01..2024-03-20"), channel, aim=True)
    with shop.read() as session:
        made = explain.read(session, SYSTEM, asked, CATALOG[key], None, rich.TODAY)
        card = next(card for card in read(session, SYSTEM, board, asked, rich.TODAY).cards if card.metric == key)
    target = Decimal(1000) if key == "gmv" else Decimal("0.1")
    assert made.aim == card.aim
    assert made.aim_note == card.note
    assert made.aim is not None
    assert made.aim.target == target
    assert made.aim_gap == Decimal(str(made.value)) - target


def test_a_number_without_a_target_says_why_there_is_none(shop: Database) -> None:
    for key, days, why in (
        ("orders", "2024-03-01..2024-03-20", "没有设定目标"),
        ("gmv", "2024-03-03..2024-03-05", "目标按月设定，所选日期不是整月"),
    ):
        with shop.read() as session:
            made = explain.read(session, SYSTEM, Asked("co", span(days), aim=True), CATALOG[key], None, rich.TODAY)
        assert (made.aim, made.aim_gap) == (None, None)
        assert made.aim_note is not None
        assert made.aim_note.zh == why
    assert explained(shop, "gmv").aim_note is None


@pytest.mark.parametrize(("key", "moment"), [("friends_current", "期末"), ("opening_friends", "期初")])
def test_a_stock_says_at_which_moment_it_is_taken(key: str, moment: str) -> None:
    assert f"取{moment}值" in words.totalled(DEFINED[key].formula).zh


def noted(day: date, text: str, kind: NoteKind = NoteKind.PROMO) -> NoteRow:
    return NoteRow(1, 1, day, kind, text, None, "ada", None)  # type: ignore[arg-type]  # a note of no moment


@pytest.mark.parametrize("board", [GROWTH, SALES], ids=lambda board: str(board.key))
@pytest.mark.parametrize("days", [SPAN, "2023-11-01..2024-03-10", "2023-01-01..2024-03-10"])
def test_notes_are_marks_on_figures_that_plotly_takes_and_words_in_tables(
    shop: Database, board: Board, days: str
) -> None:
    notes = [noted(date(2024, 2, 29), "<b>双 11</b>"), noted(date(2024, 2, 29), "停更", NoteKind.GAP)]
    plain = view(shop, board, span(days))
    shown = pinned(plain, notes)
    assert validate(shown) == validate(plain)
    figure, table = shown.panels[0].figure, panel(shown, "daily").table
    assert figure is not None
    assert table is not None
    layout: Any = figure["layout"]
    (sign,) = [item for item in layout["annotations"] if item.get("name") == "note"]
    assert sign["text"] == "促断"
    assert "&lt;b&gt;" in sign["hovertext"]
    holding = [row for row in table.rows if row.pins]
    assert [row.period.first.isoformat() for row in holding if row.period] == [sign["x"]]
    assert holding[0].remark is not None
    assert "停更" in holding[0].remark.zh
    xs = {x for trace in figure["data"] for x in trace["x"]}  # type: ignore[attr-defined]
    assert sign["x"] in xs


@pytest.mark.parametrize("board", [GROWTH, SALES], ids=lambda board: str(board.key))
@pytest.mark.parametrize("aim", [False, True])
@pytest.mark.parametrize("unit", ["co", "west", "north", "empty"])
def test_no_finding_is_a_sentence_of_dashes(shop: Database, board: Board, unit: str, *, aim: bool) -> None:
    days = ("2021-01-01..2021-01-31", "2022-12-31..2023-01-06", "2024-03-01..2024-03-20", "2024-04-01..2024-04-30")
    for period, channel in product(days, (None, "card", "unused", "group")):
        with shop.read() as session:
            shown = read(session, SYSTEM, board, Asked(unit, span(period), channel, aim=aim), rich.TODAY)
        # One table says what its dashes mean.
        told = [(item.key, item.subtitle) for item in shown.panels if item.key != "touchpoint_days"]
        told += [(item.key, text) for item in shown.panels for text in (item.finding, item.badge, item.empty)]
        told += [(card.metric, card.note) for card in shown.cards]
        for key, text in told:
            assert text is None or "—" not in text.zh + text.en, (key, period, channel)
