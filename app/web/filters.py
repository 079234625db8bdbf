"""The filter bar: what is asked stands in the URL, with presets that stay true tomorrow."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.boards.read import Asked
from app.domain.errors import Invalid, NotFound
from app.domain.facts import ChannelKind
from app.domain.period import DAY, Compare, Period, month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import range_label
from app.inputs.types import parse_day
from app.queries.as_of import Close, close_of
from app.queries.channels import ChannelRow
from app.queries.units import visible
from app.web.pick import unit_options

PRESETS = {"yesterday": "昨日", "7d": "近7天", "month": "本月", "last_month": "上月"}
COMPARES = {Compare.PREVIOUS: "对比上期", Compare.LAST_YEAR: "去年同期"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parameters of a board page, as they stand in its URL; empty ones fall to a default."""

    unit: str = ""
    channel: str = ""
    compare: str = ""
    range: str = ""
    first: str = ""
    last: str = ""
    as_of: str = ""


class NoUnits(NotFound):
    """Nothing has been set up yet, or nothing that the viewer may see."""


def preset(name: str, today: date) -> Period:
    """Return the days of a preset; this month on its first day shows the month before."""
    yesterday = today - DAY
    if name == "yesterday":
        return Period(yesterday, yesterday)
    if name == "7d":
        return Period(today - timedelta(days=7), yesterday)
    if name == "last_month":
        return month_of(month_of(today).first - DAY)
    return Period(month_of(yesterday).first, yesterday if yesterday.month != today.month else today)


def past_param(text: str, now: datetime) -> Close | None:
    """Read the day at whose close the numbers are wanted; None for now, Invalid for a day to come."""
    return close_of(day_param("as_of", text), now) if text else None


def past_bar(path: str, past: Close | None, now: datetime, params: dict[str, str]) -> dict[str, Any]:
    """Return what a page shows of the day that its numbers are of, and how another one is asked for."""
    kept = {name: value for name, value in params.items() if value and name != "as_of"}
    return {
        "action": path,
        "day": past.day.isoformat() if past else "",
        "shown": f"{past.day.year}年{past.day.month}月{past.day.day}日" if past else None,
        "short": f"{past.day.year}/{past.day.month}/{past.day.day}" if past else "最新",
        "max": now.date().isoformat(),
        "now": _href(path, kept),
        "hidden": list(kept.items()),
    }


def asked(chosen: Chosen, tree: Tree, viewer: Viewer, now: datetime) -> Asked:
    """Return what is asked of a board; Invalid for a bad day, NotFound where no unit may be read."""
    past = past_param(chosen.as_of, now)
    today = past.day if past else now.date()
    if chosen.first or chosen.last:
        first, last = day_param("from", chosen.first or chosen.last), day_param("to", chosen.last or chosen.first)
        if first > last:
            raise Invalid.one("from", Text("开始日期晚于结束日期", "must not be after to"))
        period = Period(first, last)
    else:
        period = preset(_one_of("range", chosen.range, PRESETS), today)
    how = Compare(_one_of("compare", chosen.compare, COMPARES) or Compare.PREVIOUS)
    return Asked(chosen.unit or default_unit(tree, viewer).code, period, chosen.channel or None, how, past)


def params_of(found: Asked) -> dict[str, str]:
    """Return what is asked as the parameters of an address, its days written out."""
    return {
        "unit": found.unit,
        "channel": found.channel or "",
        "compare": found.how.value,
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "as_of": found.past.day.isoformat() if found.past else "",
    }


def _one_of(field: str, text: str, known: Iterable[str]) -> str:
    if text and text not in known:
        message = Text("{field} 只能是 {known}", "must be one of {known}")
        raise Invalid.one(field, message.fill(field=field, known=", ".join(known)))
    return text


def day_param(field: str, text: str) -> date:
    """Read a day of the address; Invalid naming its field."""
    try:
        return parse_day(text)
    except ValueError:
        raise Invalid.one(field, Text("日期格式应为 YYYY-MM-DD", "must be a day YYYY-MM-DD")) from None


def default_unit(tree: Tree, viewer: Viewer, action: Action = Action.READ) -> UnitNode:
    """Return the first unit that the viewer may see."""
    seen = visible(tree, viewer, action)
    if not seen:
        raise NoUnits(Text("还没有可以查看的单元", "There is no unit that you may see"))
    return seen[0]


def board_filters(
    path: str, chosen: Chosen, found: Asked, tree: Tree, viewer: Viewer, channels: dict[str, ChannelRow], now: datetime
) -> dict[str, Any]:
    """Return the filter bar of a board page."""
    params, today = params_of(found), found.past.day if found.past else now.date()
    kept = {name: params[name] for name in ("unit", "channel", "compare", "as_of")}
    days = {name: params[name] for name in ("from", "to")}
    explicit = bool(chosen.first or chosen.last)
    span = days if explicit else {"range": chosen.range or "month"}
    return {
        "action": path,
        "presets": [
            {
                "label": label,
                "href": _href(path, {**kept, "range": name}),
                "active": preset(name, today) == found.period,
            }
            for name, label in PRESETS.items()
        ],
        "first": days["from"],
        "last": days["to"],
        "range_label": range_label(found.period),
        "units": unit_options(tree, viewer, found.unit),
        "unit_name": tree.by_code[found.unit].name,
        "channels": _channel_options(channels, found.channel),
        "channel_name": channels[found.channel].name if found.channel else "全部",
        "compares": [
            {"label": label, "href": _href(path, {**kept, **span, "compare": how.value}), "active": how is found.how}
            for how, label in COMPARES.items()
        ],
        "hidden": [("compare", found.how.value), *([("as_of", params["as_of"])] if found.past else [])],
        "past": past_bar(path, found.past, now, {**kept, **span}),
    }


def _channel_options(channels: dict[str, ChannelRow], selected: str | None) -> list[dict[str, Any]]:
    labels = {ChannelKind.SOURCE: "引流渠道", ChannelKind.TOUCHPOINT: "成交触点"}
    return [
        {
            "label": label,
            "options": [
                {"code": row.code, "name": row.name, "selected": row.code == selected}
                for row in channels.values()
                if row.kind is kind
            ],
        }
        for kind, label in labels.items()
    ]


def _href(path: str, params: dict[str, str]) -> str:
    return f"{path}?{urlencode({key: value for key, value in params.items() if value})}"
