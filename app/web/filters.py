"""The filter bar: what is asked stands in the URL, with presets that stay true tomorrow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query

from app.boards.board import Board
from app.boards.read import GRAINS, Asked
from app.boards.view import AIM
from app.domain.errors import Invalid, NotFound
from app.domain.facts import ChannelKind, CustomerKind
from app.domain.period import Compare, Grain, Period
from app.domain.roles import Action, Viewer
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import range_label, say, t
from app.inputs.types import parse_day
from app.metrics.catalog import CATALOG
from app.metrics.definition import Metric
from app.queries.as_of import Close, close_of
from app.queries.channels import ChannelRow
from app.queries.units import visible
from app.web.pick import unit_options
from app.web.presets import DEFAULT, PRESETS, preset, step

COMPARES = {
    Compare.PREVIOUS.value: Text("对比上期", "Previous"),
    Compare.LAST_YEAR.value: Text("去年同期", "Last year"),
    AIM: Text("对比目标", "Target"),
}
GRAIN_NAMES = {Grain.DAY: Text("按日", "Days"), Grain.WEEK: Text("按周", "Weeks"), Grain.MONTH: Text("按月", "Months")}
SPLITS = {
    GroupBy.UNIT: Text("按单元", "By unit"),
    GroupBy.CHANNEL: Text("按渠道", "By channel"),
    GroupBy.CUSTOMER_KIND: Text("按客户类型", "By customer kind"),
}
_CHANNEL_KINDS = {
    ChannelKind.SOURCE: Text("引流渠道", "Source channels"),
    ChannelKind.TOUCHPOINT: Text("成交触点", "Touchpoints"),
}


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
    grain: str = ""
    kind: str = ""
    by: str = ""


# Not a plain function: those are each called in a thread.
async def _chosen(
    unit: str = "",
    channel: str = "",
    compare: str = "",
    range: str = "",  # noqa: A002 (the parameter's name in the address)
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
    as_of: str = "",
    grain: str = "",
    kind: str = "",
    by: str = "",
) -> Chosen:
    return Chosen(unit, channel, compare, range, from_, to, as_of, grain, kind, by)


OfAddress = Annotated[Chosen, Depends(_chosen)]
"""What an address asks of a board."""


class NoUnits(NotFound):
    """Nothing has been set up yet, or nothing that the viewer may see."""


def past_param(text: str, now: datetime) -> Close | None:
    """Read the day at whose close the numbers are wanted; None for now, Invalid for a day to come."""
    return close_of(day_param("as_of", text), now) if text else None


def past_bar(path: str, past: Close | None, now: datetime, params: dict[str, str]) -> dict[str, Any]:
    """Return what a page shows of the day that its numbers are of, and how another one is asked for."""
    kept = {name: value for name, value in params.items() if value and name != "as_of"}
    day = past.day if past else None
    return {
        "action": path,
        "day": day.isoformat() if day else "",
        "shown": t(f"{day.year}年{day.month}月{day.day}日", f"{day}") if day else None,
        "short": t(f"{day.year}/{day.month}/{day.day}", f"{day}") if day else t("最新", "latest"),
        "max": now.date().isoformat(),
        "now": href(path, kept),
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
        period = preset(one_of("range", chosen.range, PRESETS), today)
    compare = one_of("compare", chosen.compare, COMPARES) or Compare.PREVIOUS
    grain, kind = one_of("grain", chosen.grain, GRAINS), one_of("kind", chosen.kind, CustomerKind)
    by = one_of("by", chosen.by, GroupBy)
    return Asked(
        chosen.unit or default_unit(tree, viewer).code,
        period,
        chosen.channel or None,
        Compare.PREVIOUS if compare == AIM else Compare(compare),
        past,
        kind=CustomerKind(kind) if kind else None,
        grain=Grain(grain) if grain else None,
        by=GroupBy(by) if by else None,
        aim=compare == AIM,
    )


def params_of(found: Asked) -> dict[str, str]:
    """Return what is asked as the parameters of an address, its days written out."""
    return {
        "unit": found.unit,
        "channel": found.channel or "",
        "kind": found.kind or "",
        "compare": AIM if found.aim else found.how.value,
        "grain": found.grain or "",
        "by": found.by or "",
        "from": found.period.first.isoformat(),
        "to": found.period.last.isoformat(),
        "as_of": found.past.day.isoformat() if found.past else "",
    }


def kept_params(chosen: Chosen, found: Asked, now: datetime) -> dict[str, str]:
    """Return what is asked as it stays true tomorrow: a preset by its name, only days that were typed as days."""
    params = params_of(found)
    days = {name: params.pop(name) for name in ("from", "to")}
    name = chosen.range or ("" if chosen.first or chosen.last else DEFAULT)
    # A form without scripts sends both: days that are not those of the preset were typed over it.
    named = name in PRESETS and preset(name, _today(found, now)) == found.period
    return {**params, **({"range": name} if named else days)}


def _today(found: Asked, now: datetime) -> date:
    return found.past.day if found.past else now.date()


def kind_param(field: str, text: str) -> CustomerKind | None:
    """Return the kind of customers that an address names, None for all of them; Invalid for another word."""
    try:
        return CustomerKind(text) if text else None
    except ValueError:
        raise Invalid.one(field, Text("没有这种客户类型", "no such kind of customers")) from None


def metric_param(key: str, known: Mapping[str, Metric] = CATALOG) -> Metric:
    """Return the metric that an address names; Invalid for one that is not there."""
    if key not in known:
        raise Invalid.one("metric", Text("没有这个指标：{key}", "unknown metric: {key}").fill(key=key))
    return known[key]


def one_of(field: str, text: str, known: Iterable[str]) -> str:
    """Read a parameter that takes one of some words, or none; Invalid for another."""
    if text and text not in list(known):
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


def range_filters(path: str, chosen: Chosen, found: Asked, tree: Tree, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return the filter bar of a page about a range of days and a unit."""
    params, today = params_of(found), _today(found, now)
    days = {name: params.pop(name) for name in ("from", "to")}
    # Some days have two names: in October this month is this quarter.
    names = [name for name in PRESETS if preset(name, today) == found.period]
    current = chosen.range if chosen.range in names else next(iter(names), None)
    return {
        "action": path,
        "presets": [
            {"label": say(label), "href": href(path, {**params, "range": name}), "active": name == current}
            for name, label in PRESETS.items()
        ],
        "prev": _step(path, params, step(found.period, -1, today)),
        "next": _step(path, params, step(found.period, 1, today)),
        "first": days["from"],
        "last": days["to"],
        "range": kept_params(chosen, found, now).get("range"),
        "range_label": range_label(found.period),
        "units": unit_options(tree, viewer, found.unit),
        "unit_name": tree.by_code[found.unit].name,
    }


def _step(path: str, kept: Mapping[str, str], period: Period | None) -> str | None:
    if period is None:
        return None
    return href(path, {**kept, "from": period.first.isoformat(), "to": period.last.isoformat()})


def board_filters(
    board: Board,
    chosen: Chosen,
    found: Asked,
    tree: Tree,
    viewer: Viewer,
    channels: dict[str, ChannelRow],
    now: datetime,
) -> dict[str, Any]:
    """Return the filter bar of a board page."""
    path, params = f"/{board.key}", kept_params(chosen, found, now)
    by_kind, grain = GroupBy.CUSTOMER_KIND in board.splits, say(GRAIN_NAMES[found.shown_grain])
    return {
        **range_filters(path, chosen, found, tree, viewer, now),
        "channels": _channel_options(channels, found.channel),
        "channel_name": channels[found.channel].name if found.channel else t("全部", "all"),
        "chosen_words": _words(found, tree, channels),
        "kinds": _options({kind: kind.text for kind in CustomerKind}, found.kind) if by_kind else [],
        "grains": _options(GRAIN_NAMES, found.grain),
        "grain_name": grain,
        "grain_auto": t("自动", "Auto") if found.grain else t(f"自动（{grain}）", f"Auto ({grain})"),
        "coarsened": found.grain not in (None, found.shown_grain),
        "splits": _options({by: SPLITS[by] for by in board.splits}, found.by),
        "compares": [
            {
                "label": say(label),
                "href": href(path, {**params, "compare": how}),
                "active": how == params["compare"],
            }
            for how, label in COMPARES.items()
        ],
        "hidden": [("compare", params["compare"]), *([("as_of", params["as_of"])] if found.past else [])],
        "past": past_bar(path, found.past, now, params),
    }


def _words(found: Asked, tree: Tree, channels: dict[str, ChannelRow]) -> list[str]:
    """Return what is chosen in words: the range, the unit, and what narrows them."""
    narrow = [channels[found.channel].name] if found.channel else []
    return [
        range_label(found.period),
        tree.by_code[found.unit].name,
        *narrow,
        *([say(found.kind.text)] if found.kind else []),
    ]


def _options(names: Mapping[Any, Text], selected: str | None) -> list[dict[str, Any]]:
    return [{"code": str(code), "name": say(name), "selected": code == selected} for code, name in names.items()]


def _channel_options(channels: dict[str, ChannelRow], selected: str | None) -> list[dict[str, Any]]:
    return [
        {
            "label": say(label),
            "options": [
                {"code": row.code, "name": row.name, "selected": row.code == selected}
                for row in channels.values()
                if row.kind is kind
            ],
        }
        for kind, label in _CHANNEL_KINDS.items()
    ]


def href(path: str, params: Mapping[str, str]) -> str:
    """Return an address with the parameters that have a value."""
    return f"{path}?{urlencode({key: value for key, value in params.items() if value})}"
