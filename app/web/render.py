"""Templates: the environment, its filters, and what every page is given."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app import i18n
from app.domain.facts import Unit
from app.domain.roles import Action, Viewer
from app.i18n import say, t
from app.metrics.compare import Status
from app.queries.history import Saved
from app.settings import ROOT
from app.web.static import plotly_url, static_url

NAV: list[dict[str, Any]] = [
    {
        "title": "看数",
        "items": [
            {"key": "home", "href": "/", "label": "今日", "icon": "home"},
            {"key": "growth", "href": "/growth", "label": "用户增长", "icon": "growth"},
            {"key": "sales", "href": "/sales", "label": "销售", "icon": "sales"},
            {"key": "targets", "href": "/targets", "label": "目标完成", "icon": "targets"},
        ],
    },
    {
        "title": "填数",
        "items": [
            {"key": "entry", "href": "/entry", "label": "每日填报", "icon": "entry"},
            {"key": "import", "href": "/import", "label": "导入", "icon": "import"},
            {"key": "recounts", "href": "/recounts", "label": "对账", "icon": "recounts"},
            {"key": "history", "href": "/history", "label": "历史", "icon": "history"},
            {"key": "closing", "href": "/closing", "label": "月结", "icon": "lock"},
            {"key": "export", "href": "/export", "label": "导出", "icon": "export"},
        ],
    },
    {"title": "定目标", "items": [{"key": "plan", "href": "/plan", "label": "目标", "icon": "plan"}]},
    {
        "title": "设置",
        "items": [
            {"key": "dictionary", "href": "/dictionary", "label": "指标口径", "icon": "dictionary"},
            {"key": "units", "href": "/units", "label": "组织单元", "icon": "units"},
            {"key": "channels", "href": "/channels", "label": "渠道", "icon": "channels"},
            {"key": "people", "href": "/people", "label": "成员", "icon": "people", "action": Action.ADMINISTER},
            {"key": "tokens", "href": "/tokens", "label": "令牌", "icon": "key", "action": Action.ACCOUNT},
            {"key": "docs", "href": "/docs", "label": "接口", "icon": "docs"},
            {
                "key": "security",
                "href": "/security",
                "label": "安全日志",
                "icon": "shield",
                "action": Action.ADMINISTER,
            },
        ],
    },
]


def show(value: object, unit: str, signed: bool = False) -> str:  # noqa: FBT001, FBT002 (a filter's argument)
    """Write a value of a view model; a text says why there is none."""
    if isinstance(value, str):
        return value
    return i18n.show(value if isinstance(value, int | Decimal) else None, Unit(unit), signed=signed)


def draws(figure: Mapping[str, Any] | None) -> bool:
    """Say whether a figure holds a number at all; one that does not would be drawn as empty axes."""
    traces = figure["data"] if figure else ()
    return any(isinstance(value, int | Decimal) for trace in traces for key in "xy" for value in trace[key])


def status_word(status: str) -> str:
    """Return the word for how a target stands."""
    return say(Status(status).text)


def json_script(value: object) -> Markup:
    """Return JSON for a script element; `<` is escaped, so that nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))  # noqa: S704 (escaped here)


def _plain(value: object) -> float | str:
    # A figure is drawn, not calculated with: doubles hold every pixel.
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


@cache
def plotly_template() -> Markup:
    """Return the shared template of all figures as JSON for a script element."""
    return json_script(json.loads((ROOT / "static" / "plotly-template.json").read_text(encoding="utf-8")))


@cache
def environment() -> Environment:
    """Return the template environment; an unknown name in a template is an error."""
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        show=show,
        say=say,
        status_word=status_word,
        pct=i18n.percent,
        pp=i18n.points,
        compact=i18n.compact,
        axis=i18n.axis,
        day_label=i18n.day_label,
        draws=draws,
        json_script=json_script,
    )
    made.globals.update(
        t=t,
        static=static_url,
        plotly_url=plotly_url,
        plotly_template=plotly_template,
    )
    return made


def page(template: str, context: dict[str, Any], status: int = 200) -> HTMLResponse:
    """Render a page that has no shell."""
    return HTMLResponse(environment().get_template(template).render(context), status)


def shell(request: Request, template: str, active: str, context: dict[str, Any], status: int = 200) -> HTMLResponse:
    """Render a page inside the shell: menu, viewer, freshness and message."""
    viewer: Viewer = request.state.viewer
    role = say(viewer.grants[0].role.text) if viewer.grants else t("没有授权", "No role")
    base: dict[str, Any] = {
        "nav": _nav(viewer),
        "active": active,
        "viewer": {"name": viewer.name, "initial": viewer.name[:1].upper(), "role": role},
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "subtitle": None,
        "fresh": None,
        "flash": {"tone": "good", "text": t("已保存", "Saved")} if "saved" in request.query_params else None,
    }
    return page(template, {**base, **context}, status)


def _nav(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the menu of somebody: what they may not open is not offered."""
    groups = [
        {**group, "items": [item for item in group["items"] if viewer.may(item.get("action", Action.READ))]}
        for group in NAV
    ]
    return [group for group in groups if group["items"]]


def saved(made: Saved | None, now: datetime) -> str | None:
    """Say when and by whom something was last saved."""
    return None if made is None else f"{made.at.astimezone(now.tzinfo):%m/%d %H:%M} · {made.actor}"


def updated(moment: datetime | None, now: datetime) -> str | None:
    """Say when the numbers were last changed."""
    if moment is None:
        return None
    local = moment.astimezone(now.tzinfo)
    day = "今天" if local.date() == now.date() else f"{local.year}/{local.month}/{local.day}"
    return f"{day} {local:%H:%M} 更新"
