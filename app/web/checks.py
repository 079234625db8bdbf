"""What a page checks while one types: the rules of the store as data, and what only pages refuse or ask about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.errors import Issue
from app.domain.facts import FRIENDS, MAX_COUNT, MAX_FEN, SALES, STOCK_COUNTS, FactTable
from app.domain.text import Text
from app.i18n import say, sentence
from app.inputs.problems import MESSAGES
from app.queries.openings import Opening
from app.queries.recent import Recorded
from app.store.rules import AT_MOST, BOTH, EXCEEDS
from app.web.derived import Steps, declared
from app.web.forms import Asked, Form, name_of

ENOUGH_DAYS = 3
"""With fewer recorded days before it, a value is not compared with their mean."""

BELOW_ZERO = Text(
    "流失合计 {losses} 大于前日现好友 {opening} + 新增 {adds}",
    "{losses} lost are more than the {opening} current friends of the day before + {adds} added",
)
_WORDS = ("integer", "number", "negative", "money_decimals", "too_large", "too_large_money")
_NO_LOSSES = Text(
    "近一周都没有记录流失，确认没有流失或补填",
    "No losses recorded for a week: fill them in, or confirm that nobody left",
)
_NO_ORDERS = Text("有 GMV 而没有订单数", "There is GMV but no orders")
_SILENT = {FRIENDS.kind: ("adds", "losses", _NO_LOSSES)}
"""Per kind: a measure that is recorded for a week while another one never is, and the question about it."""
_TOGETHER = {SALES.kind: (("gmv", "orders", _NO_ORDERS),)}
"""Per kind: a measure that asks for another one in its row, and the question about it."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was recorded before the day of a form."""

    weeks: Mapping[str, Mapping[str, Recorded]] = field(default_factory=dict)
    """The seven days before, by the prefix of the row and by measure."""
    opening: Opening | None = None
    ratio: Decimal = Decimal(2)


def below_zero(form: Form, changed: Sequence[Asked], opening: Opening | None) -> Issue | None:
    """Return the refusal of losses that would leave a counted unit with less than nobody at the close.

    Only a change of adds or losses is refused, and the message stands at the largest changed losses.
    """
    if form.sheet.table is not FRIENDS or opening is None or not opening.counted:
        return None
    rows: dict[str, Steps] = {prefix: {**record} for prefix, record in form.stored.items()}
    for prefix, row in changed:
        rows[prefix] = {**rows.get(prefix, {}), **row}
    adds, losses = (sum(row.get(key) or 0 for row in rows.values()) for key in ("adds", "losses"))
    touched = [index for index, (_, row) in enumerate(changed) if {"adds", "losses"} & row.keys()]
    if opening.current + adds - losses >= 0 or not touched:
        return None
    worst = max(touched, key=lambda index: (rows[changed[index][0]].get("losses") or 0, -index))
    key = "losses" if "losses" in changed[worst][1] else "adds"
    shown = {"losses": losses, "opening": opening.current, "adds": adds}
    return Issue(key, BELOW_ZERO.fill(**{name: f"{value:,}" for name, value in shown.items()}), worst)


def script_data(form: Form, before: Before) -> dict[str, Any]:
    """Return what the page's script needs to check, warn and add up while somebody types."""
    table = form.sheet.table
    return {
        "columns": [column["key"] for column in form.sheet.columns],
        "derived": declared(table),
        "limits": {"count": str(MAX_COUNT), "yuan": str(MAX_FEN)},
        "words": {key: sentence(MESSAGES[key]) for key in _WORDS},
        "at_most": [[low, high, say(table.measure(high).name)] for low, high in AT_MOST.get(table.kind, ())],
        "exceeds": sentence(EXCEEDS),
        "whole": sentence(BOTH) if table is STOCK_COUNTS else None,
        "together": [(given, missing, say(asks)) for given, missing, asks in _TOGETHER.get(table.kind, ())],
        "silent": _silent(table, before),
        "weeks": _weeks(before),
        "enough": ENOUGH_DAYS,
        "ratio": str(before.ratio),
        "opening": _opening(table, before.opening),
        "below_zero": say(BELOW_ZERO),
    }


def _weeks(before: Before) -> dict[str, list[int]]:
    return {
        name_of(prefix, key): [recorded.total, recorded.days]
        for prefix, week in before.weeks.items()
        for key, recorded in week.items()
        if recorded.days
    }


def _silent(table: FactTable, before: Before) -> dict[str, Any] | None:
    if table.kind not in _SILENT:
        return None
    given, missing, question = _SILENT[table.kind]
    rows = [
        prefix for prefix, week in before.weeks.items() if week[given].days >= ENOUGH_DAYS and not week[missing].days
    ]
    return {"given": given, "missing": missing, "question": say(question), "rows": rows}


def _opening(table: FactTable, opening: Opening | None) -> dict[str, Any] | None:
    if table is not FRIENDS or opening is None:
        return None
    return {"current": opening.current, "counted": opening.counted}
