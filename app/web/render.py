"""Templates: the environment, its filters, and what every page is given."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app import i18n
from app.domain.facts import Unit
from app.domain.roles import Action, Viewer
from app.domain.text import Language, Text
from app.i18n import say, t
from app.metrics.compare import Status
from app.queries.history import Saved
from app.settings import ROOT
from app.web.cells import cells
from app.web.static import plotly_url, static_url

REPLACED = "replaced"
"""What `saved` says in an address after something took the place of what had its name."""

NAV: list[dict[str, Any]] = [
    {
        "title": Text("看数", "Boards"),
        "items": [
            {"key": "home", "href": "/", "label": Text("今日", "Today"), "icon": "home"},
            {"key": "growth", "href": "/growth", "label": Text("用户增长", "Growth"), "icon": "growth"},
            {"key": "sales", "href": "/sales", "label": Text("销售", "Sales"), "icon": "sales"},
            {"key": "targets", "href": "/targets", "label": Text("目标完成", "Targets"), "icon": "targets"},
            {
                "key": "views",
                "href": "/views",
                "label": Text("我的视图", "My views"),
                "icon": "views",
                "action": Action.ACCOUNT,
            },
        ],
    },
    {
        "title": Text("填数", "Data"),
        "items": [
            {"key": "entry", "href": "/entry", "label": Text("每日填报", "Entry"), "icon": "entry"},
            {"key": "import", "href": "/import", "label": Text("导入", "Import"), "icon": "import"},
            {"key": "recounts", "href": "/recounts", "label": Text("对账", "Recounts"), "icon": "recounts"},
            {"key": "history", "href": "/history", "label": Text("历史", "History"), "icon": "history"},
            {"key": "notes", "href": "/notes", "label": Text("备注", "Notes"), "icon": "edit"},
            {"key": "closing", "href": "/closing", "label": Text("月结", "Closing"), "icon": "lock"},
            {"key": "export", "href": "/export", "label": Text("导出", "Export"), "icon": "export"},
        ],
    },
    {
        "title": Text("定目标", "Planning"),
        "items": [{"key": "plan", "href": "/plan", "label": Text("目标", "Plan"), "icon": "plan"}],
    },
    {
        "title": Text("设置", "Settings"),
        "items": [
            {"key": "dictionary", "href": "/dictionary", "label": Text("指标口径", "Metrics"), "icon": "dictionary"},
            {"key": "units", "href": "/units", "label": Text("组织单元", "Units"), "icon": "units"},
            {"key": "channels", "href": "/channels", "label": Text("渠道", "Channels"), "icon": "channels"},
            {
                "key": "people",
                "href": "/people",
                "label": Text("成员", "People"),
                "icon": "people",
                "action": Action.ADMINISTER,
            },
            {
                "key": "tokens",
                "href": "/tokens",
                "label": Text("令牌", "Tokens"),
                "icon": "key",
                "action": Action.ACCOUNT,
            },
            {"key": "docs", "href": "/docs", "label": Text("接口", "API"), "icon": "docs"},
            {
                "key": "security",
                "href": "/security",
                "label": Text("安全日志", "Security"),
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
        cells=cells,
        show=show,
        say=say,
        status_word=status_word,
        pct=i18n.percent,
        pp=i18n.points,
        pair=lambda one, other, unit: i18n.pair(one, other, Unit(unit)),
        compact=i18n.compact,
        axis=i18n.axis,
        day_label=i18n.day_label,
        day_number=i18n.day_number,
        month_number=i18n.month_number,
        moment=i18n.moment,
        draws=draws,
        json_script=json_script,
    )
    made.globals.update(
        t=t,
        indent=i18n.INDENT,
        plural=i18n.plural,
        static=static_url,
        plotly_url=plotly_url,
        plotly_template=plotly_template,
    )
    return made


def page(template: str, context: dict[str, Any], status: int = 200) -> HTMLResponse:
    """Render a page that has no shell."""
    return HTMLResponse(environment().get_template(template).render(context), status)


def spoken_path(path: str, query: Mapping[str, str] | None = None, language: Language | None = None) -> str:
    """Return an address of a page without a login, which keeps the language that is spoken, or is given."""
    told = {} if (language or i18n.spoken()) is Language.ZH else {"lang": Language.EN.value}
    params = urlencode({**(query or {}), **told})
    return f"{path}?{params}" if params else path


def other_language(path: str, query: Mapping[str, str]) -> str:
    """Return the address of a page without a login in the language that is not spoken."""
    return spoken_path(path, query, Language.ZH if i18n.spoken() is Language.EN else Language.EN)


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
        "zone": request.app.state.settings.timezone,
        "flash": _flash(request.query_params.get("saved")),
    }
    return page(template, {**base, **context}, status)


def _flash(how: str | None) -> dict[str, str] | None:
    """Return the message that something was saved, as the address says it; None where nothing was."""
    if how is None:
        return None
    replaced = t("已替换同名视图", "The view of that name was replaced")
    return {"tone": "good", "text": replaced if how == REPLACED else t("已保存", "Saved")}


def _nav(viewer: Viewer) -> list[dict[str, Any]]:
    """Return the menu of somebody: what they may not open is not offered."""
    groups = [
        {
            "title": say(group["title"]),
            "items": [
                {**item, "label": say(item["label"])}
                for item in group["items"]
                if viewer.may(item.get("action", Action.READ))
            ],
        }
        for group in NAV
    ]
    return [group for group in groups if group["items"]]


def saved(made: Saved | None, now: datetime) -> str | None:
    """Say when and by whom something was last saved."""
    if made is None:
        return None
    at = made.at.astimezone(now.tzinfo)
    return f"{t(f'{at:%m/%d %H:%M}', i18n.short_moment(at))} · {made.actor}"


def updated(moment: datetime | None, now: datetime) -> str | None:
    """Say when the numbers were last changed."""
    if moment is None:
        return None
    local = moment.astimezone(now.tzinfo)
    day = (
        t("今天", "today")
        if local.date() == now.date()
        else t(f"{local.year}/{local.month}/{local.day}", f"{local:%Y-%m-%d}")
    )
    return t(f"{day} {local:%H:%M} 更新", f"Updated {day} {local:%H:%M}")
