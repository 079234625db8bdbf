"""What stands around the cells of a day: day strip, unit picker, tabs, the closing and who saved last."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.facts import DAILY, STOCK_COUNTS, TABLES, FactTable
from app.domain.period import DAY
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import day_label, long_day, month_label, say, short_moment, t, weekday
from app.inputs.types import parse_day
from app.queries import closings, completeness, history, units
from app.queries import facts as fact_rows
from app.queries.closings import Closing
from app.queries.completeness import DayOf, DayState
from app.web.changes import UNRECORDED
from app.web.filters import default_unit
from app.web.pick import unit_options
from app.web.render import saved
from app.web.sheets import days_of

STRIP = 7
AHEAD = timedelta(days=3)
"""The strip shows a week that ends this far behind the chosen day, or today."""

_MARKS = {
    DayState.COMPLETE: ("check", "good"),
    DayState.PARTIAL: ("part", "warn"),
    DayState.MISSING: ("warn", "warn"),
    DayState.NO_DATA: ("flat", "mut"),
    DayState.NONE: ("", "mut"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which form: a kind of fact, a unit and a day."""

    table: FactTable
    unit: UnitNode
    day: date

    def href(self, day: date | None = None, table: FactTable | None = None) -> str:
        """Return the address of this form, or of one beside it."""
        return href((table or self.table).kind, self.unit.code, (day or self.day).isoformat())

    @property
    def days(self) -> list[date]:
        """The days of the facts that the form holds."""
        return list(days_of(self.table, self.day))


def href(kind: str, unit: str, day: str) -> str:
    """Return the address of a form."""
    query = urlencode({key: value for key, value in (("unit", unit), ("day", day)) if value})
    return f"/entry/{kind}?{query}"


def place_of(tree: Tree, viewer: Viewer, kind: str, unit: str, day: str, today: date) -> Place:
    """Return the form that an address asks for; Invalid or Forbidden for one that is not to be had."""
    node = units.readable(tree, viewer, unit) if unit else _fill_unit(tree, viewer)
    try:
        chosen = parse_day(day) if day else today - DAY
    except ValueError:
        raise Invalid.one("day", Text("日期格式应为 YYYY-MM-DD", "must be a day YYYY-MM-DD")) from None
    return Place(TABLES[kind], node, chosen)


def _fill_unit(tree: Tree, viewer: Viewer) -> UnitNode:
    """Return the first active unit without children: that is where facts are mostly entered."""
    writable = units.visible(tree, viewer, Action.WRITE_FACTS)
    leaves = [node for node in writable if tree.is_leaf(node.id) and node.active]
    return leaves[0] if leaves else default_unit(tree, viewer)


def closing_of(session: Session, place: Place) -> Closing | None:
    """Return the closing that the day of a form falls under, if any."""
    return closings.load(session).get(place.day.replace(day=1))


def around(
    session: Session, tree: Tree, viewer: Viewer, place: Place, closing: Closing | None, now: datetime
) -> dict[str, Any]:
    """Return what the page shows around the cells."""
    unit, today, day = place.unit, now.date(), place.day
    last = max(day, min(day + AHEAD, today))
    week = [last - offset * DAY for offset in reversed(range(STRIP))]
    states = completeness.of_days(session, viewer, tree, unit.id, week, today)
    closed = closings.load(session)
    may_write = viewer.may(Action.WRITE_FACTS, tree.lineage(unit.id))
    entering = Action.WRITE_FACTS if may_write else Action.READ
    return {
        "action": f"/entry/{place.table.kind}",
        "kind": place.table.kind,
        "day": day.isoformat(),
        "day_label": long_day(day),
        "today": today.isoformat(),
        "prev_href": place.href(day - DAY),
        "next_href": place.href(day + DAY) if day < today else None,
        "strip": [_strip_day(place, at, states[at], closed) for at in week],
        "unit": unit.code,
        "unit_name": unit.name,
        "units": unit_options(tree, viewer, unit.code, entering),
        "tabs": _tabs(session, place, states[day]),
        "saved": saved(history.last_saved(session, place.table.kind, unit.id, place.days), now),
        "history_href": "/history?" + urlencode({"unit": unit.code, "from": day.isoformat(), "to": day.isoformat()}),
        "lock": lock_words(closing) if closing else None,
        "no_data": states[day].state is DayState.NO_DATA,
        "can_mark": may_write and closing is None and day <= today and not _present(session, place, states[day]),
        "cell_href": place.href(),
        "user": viewer.name,
    }


def _strip_day(place: Place, day: date, found: DayOf, closed: dict[date, Closing]) -> dict[str, Any]:
    icon, tone = _MARKS[found.state]
    word = say(found.state.text)
    if day.replace(day=1) in closed:
        icon, tone, word = "lock", "mut", t(f"已锁定，{word}", f"closed, {word}")
    return {
        "href": place.href(day),
        "day": day.day,
        "weekday": weekday(day),
        "label": day_label(day) + t("，", ", ") + word,
        "icon": icon,
        "tone": tone,
        "current": day == place.day,
    }


def _tabs(session: Session, place: Place, found: DayOf) -> list[dict[str, Any]]:
    return [
        {
            "key": table.kind,
            "label": say(table.name),
            "href": place.href(table=table),
            "active": table is place.table,
            "count": _count(session, table, place, found),
        }
        for table in DAILY
    ]


def _count(session: Session, table: FactTable, place: Place, found: DayOf) -> str:
    """Return how much of a kind is there: channels of those expected, or whether there is anything."""
    if kind := found.kinds.get(table.kind):
        return f"{kind.present} / {kind.expected}" if kind.expected else say(UNRECORDED)
    rows = fact_rows.of_day(session, table, place.unit.id, days_of(table, place.day))
    if table is STOCK_COUNTS or not rows:
        return t("已填", "Filled") if rows else say(UNRECORDED)
    return t(f"{len(rows)} 条", f"{len(rows)}")


def _present(session: Session, place: Place, found: DayOf) -> bool:
    """Say whether anything was entered for the day."""
    counted = fact_rows.of_day(session, STOCK_COUNTS, place.unit.id, [place.day])
    return bool(counted) or any(kind.present for kind in found.kinds.values())


def lock_words(closing: Closing) -> dict[str, str]:
    """Say that a month is closed, by whom and since when."""
    at, month = short_moment(closing.at), month_label(closing.month)
    return {
        "title": t(f"{month}已月结", f"{month} is closed."),
        "text": t(
            f"由 {closing.actor} 于 {at} 锁定，数据只读。更正需管理员重开并写明原因。",
            f"{closing.actor} closed it on {at}; it is read only. An admin can reopen it with a reason.",
        ),
    }
