"""A world of fifteen months for boards: daily facts at the end, weekly ones before, a breach of churn in two months."""

from datetime import date, timedelta
from typing import Any

from app.boards.board import Board
from app.boards.read import Asked, read
from app.boards.view import BoardView, Panel, Table
from app.db import Database
from app.domain.period import Compare, Period
from app.domain.roles import SYSTEM
from tests import small
from tests.plain import World

TODAY = small.TODAY
FIRST = date(2022, 12, 31)
DAILY = 80
"""This many days before today have rows each; before them, every seventh day has."""

Row = dict[str, Any]


def world() -> World:
    """Return the world; east has nearly everything, west and north a little, empty nothing."""
    days = [TODAY - timedelta(days=ago) for ago in range((TODAY - FIRST).days) if ago < DAILY or ago % 7 == 0]
    facts: dict[str, list[Row]] = {kind: [] for kind in ("friends", "retention", "sales", "pushes")}
    for day in days:
        _friends(facts, day)
        _sales(facts["sales"], day)
        _pushes(facts["pushes"], day)
    facts["stock-counts"] = [
        {"day": "2023-01-31", "unit": "east", "cumulative": 3000, "current": 1000},
        {"day": "2024-02-29", "unit": "east", "cumulative": 4000, "current": 900},
        {"day": "2024-01-15", "unit": "west", "cumulative": 700, "current": 500},
    ]
    facts["targets"] = [
        _target("add_rate", "card", "0.1"),
        _target("add_rate", "video", "0.3"),
        _target("push_loss_rate", None, "0.002"),
        _target("gmv", None, "1000.00"),
    ]
    return World(small.UNITS, small.CHANNELS, facts, TODAY)


def _friends(facts: dict[str, list[Row]], day: date) -> None:
    name, many = day.isoformat(), day.toordinal() * 7 % 23
    # Two months lose so many that month-to-date churn passes its limit half way through.
    losses = 5 + many % 3 if (day.year, day.month) in {(2024, 2), (2024, 3)} else many % 2
    facts["friends"].append(small.friend(name, "east", "card", many * 11, many, losses))
    facts["friends"].append(small.friend(name, "east", "video", None if many % 4 else 40, many % 5, None))
    if many % 3 == 0:
        facts["friends"].append(small.friend(name, "west", "unattributed_source", None, many, 1))
    if many % 7 == 0:
        facts["friends"].append(small.friend(name, "north", "unused", 25))  # reached, but nobody was added
    for day_n in (1, 7, 30):
        if day + timedelta(days=day_n) <= TODAY:
            kept = {"cohort_day": name, "unit": "east", "channel": "card", "day_n": day_n}
            facts["retention"].append({**kept, "retained": max(many - day_n % 9, 0)})


def _sales(rows: list[Row], day: date) -> None:
    name, many = day.isoformat(), day.toordinal() * 5 % 19
    for touchpoint, source, kind, factor in (
        ("group", "card", "new", 1),
        ("group", None, "loyal", 2),
        ("sms", "video", "first_repeat", 3),
        ("unattributed_touchpoint", "video", "second_repeat", 4),
    ):
        if (many + factor) % 5:
            amounts = (f"{many * factor}.{factor}5", many, many // 2, f"{many % 3}", f"{many}.00")
            rows.append(small.sale(name, "east", (touchpoint, source, kind), *amounts))
    rows.append(small.sale(name, "west", ("sms", "card", "new"), f"{many}.00", None, None, None, None))


def _pushes(rows: list[Row], day: date) -> None:
    many = day.toordinal() * 3 % 17
    values = {"pushes": many * 100, "push_cost": f"{many}.40", "push_gmv": f"{many * 9}.99", "push_losses": many // 3}
    rows.append({"day": day.isoformat(), "unit": "east", "touchpoint": "group", **values})


def _target(metric: str, channel: str | None, value: str) -> Row:
    return {"month": "2024-03", "unit": "co", "metric": metric, "channel": channel, "value": value}


def span(text: str) -> Period:
    """Read `2024-02-01..2024-02-29`."""
    first, last = map(date.fromisoformat, text.split(".."))
    return Period(first, last)


def view(
    database: Database,
    board: Board,
    period: Period,
    *,
    unit: str = "co",
    channel: str | None = None,
    how: Compare = Compare.PREVIOUS,
    today: date = TODAY,
) -> BoardView:
    """Return the view of a board."""
    with database.read() as session:
        return read(session, SYSTEM, board, Asked(unit, period, channel, how), today)


def panel(shown: BoardView, key: str) -> Panel:
    """Return a panel of a board."""
    return next(panel for panel in shown.panels if panel.key == key)


def table(shown: BoardView, key: str) -> Table:
    """Return the table of a panel."""
    found = panel(shown, key).table
    assert found is not None
    return found
