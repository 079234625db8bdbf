"""今日: how yesterday went, what needs attention, and the cards that each chooses."""

from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from app.boards.today.read import chosen, read
from app.boards.today.view import Today, address
from app.domain.errors import Invalid
from app.domain.roles import Action
from app.i18n import day_label, month_label, say, t
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.metrics.anomaly import RULE
from app.metrics.catalog import CATALOG, GROUPS
from app.queries import channels, history, units
from app.queries.completeness import EXPECTED
from app.store import preferences
from app.store.preferences import MOST_CARDS
from app.web.filled import SHOWN_UNITS, columns, gaps, tally
from app.web.filters import default_unit
from app.web.guard import KeptPage, in_turn, needs, pages, typed_fields
from app.web.pick import unit_options
from app.web.recounts import line as recount_line
from app.web.render import shell, updated
from app.web.told import Told

router = pages(KeptPage)
writes = pages()

SHOW, PLACE = "show.", "place."
"""The fields of a metric in the form of the cards: whether it is shown, and where."""


@router.get("/", openapi_extra=needs(Action.READ))
def home(request: Request, database: Db, settings: Conf, viewer: Who, unit: str = "", cards: str = "") -> Response:
    """Show the morning of a unit and all below it; `cards` opens the form that chooses the cards."""
    del database, settings, viewer
    return _page(request, unit, is_choosing=cards == "edit")


@writes.post("/home/cards", openapi_extra=needs(Action.READ))
async def choose(request: Request) -> Response:
    """Keep which cards the viewer sees, and in which order."""
    return await in_turn(_choose, request, await typed_fields(request))


def _choose(request: Request, fields: dict[str, str]) -> Response:
    viewer, unit = viewer_of(request), fields.get("unit", "")
    asked = None if fields.get("action") == "reset" else _asked(fields)
    try:
        database_of(request).transact(lambda session: preferences.set_cards(session, viewer, asked))
    except Invalid as error:
        problem = say(error.issues[0].message)
        return _page(request, unit, is_choosing=True, asked=asked or (), problem=problem, status=error.status)
    return RedirectResponse(address("/", unit=unit, saved=1), 303)


def _asked(fields: dict[str, str]) -> tuple[str, ...]:
    """Return the metrics that were ticked, by the numbers beside them; where these are alike, as they were listed."""
    keys = [name.removeprefix(SHOW) for name in fields if name.startswith(SHOW)]
    return tuple(sorted(keys, key=lambda key: _place(fields.get(f"{PLACE}{key}", ""))))


def _place(text: str) -> int:
    """Read a place; what is no number of a list comes last."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(10**6)) else 10**6


def _page(
    request: Request,
    unit: str,
    *,
    is_choosing: bool,
    asked: tuple[str, ...] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    viewer, now = viewer_of(request), settings_of(request).now()
    with database_of(request).read() as session:
        tree, known = units.load_tree(session), channels.load(session)
        node = units.readable(tree, viewer, unit) if unit else default_unit(tree, viewer)
        view = read(session, viewer, tree, node, now.date())
        picked = chosen(session, viewer) if is_choosing and asked is None else asked
        fresh = updated(history.last_change(session), now)
    filled = columns(tree, viewer, known, view.days, view.yesterday)
    context = {
        "page_title": t("今日", "Today"),
        "subtitle": node.name,
        "fresh": fresh,
        "unit": node.code,
        "units": unit_options(tree, viewer, node.code),
        "today_label": day_label(now.date()),
        "day_label": day_label(view.yesterday),
        "view": view,
        "filled": filled[:SHOWN_UNITS],
        "more": max(len(filled) - SHOWN_UNITS, 0),
        "tally": tally(filled),
        "kinds": [say(table.name) for table in EXPECTED],
        "missing": gaps(tree, view.missing),
        "recounts": [recount_line(tree, one) for one in view.recounts],
        "picks": _picks(picked) if picked is not None else None,
        "problem": problem,
        "most": MOST_CARDS,
        "told": Told.about(view.month, {"unit": node.code}),
        **_links(node.code, view),
    }
    return shell(request, "home.html", "home", context, status)


def _links(code: str, view: Today) -> dict[str, Any]:
    return {
        "month_label": month_label(view.month.first),
        "rule": say(RULE),
        "recounts_href": address("/recounts", unit=code),
        "targets_href": address("/targets", unit=code, month=f"{view.month.first:%Y-%m}"),
        "plan_href": address("/plan", unit=code, month=f"{view.month.first:%Y-%m}"),
        "choose_href": address("/", unit=code, cards="edit") + "#cards",
        "home_href": address("/", unit=code),
    }


def _picks(picked: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return every metric as a line of the form: those that are shown first, in their order."""
    groups = {metric.key: say(title) for title, metrics in GROUPS for metric in metrics}
    known = [key for key in picked if key in CATALOG]
    keys = dict.fromkeys((*known, *CATALOG))
    return [
        {
            "key": key,
            "name": say(CATALOG[key].label),
            "group": groups[key],
            "place": place,
            "on": key in known,
        }
        for place, key in enumerate(keys, 1)
    ]
