"""月结: closing and reopening months; and 当日无数据, a day of a unit on which there was nothing."""

from datetime import date
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.boards.read import coverage_of
from app.domain.errors import Conflict, Invalid
from app.domain.period import DAY, month_of
from app.domain.roles import Action
from app.i18n import month_label, sentence, t
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.queries import closings, units
from app.store import closings as store
from app.store import days
from app.web.filters import day_param, default_unit
from app.web.guard import in_turn, needs, pages, typed_fields
from app.web.render import shell
from app.web.targets import month_param

router = pages()

MONTHS = 18
"""How many months back the page goes; older ones that are closed are listed too."""


@router.get("/closing", openapi_extra=needs(Action.READ))
def closing_page(request: Request, database: Db, settings: Conf, viewer: Who) -> Response:
    """Show which months are closed, by whom and when."""
    del database, settings, viewer
    return _page(request, {})


@router.post("/closing", openapi_extra=needs(Action.MANAGE))
async def change(request: Request) -> Response:
    """Close a month, or reopen one for a reason."""
    return await in_turn(_change, request, await typed_fields(request))


@router.post("/no-data", openapi_extra=needs(Action.WRITE_FACTS))
async def no_data(request: Request) -> Response:
    """Mark a unit's day as having no data, or take the mark back."""
    return await in_turn(_no_data, request, await typed_fields(request))


def _change(request: Request, fields: dict[str, str]) -> Response:
    viewer, today = viewer_of(request), settings_of(request).today()
    month = month_param(fields.get("month", ""), today)
    reason = fields.get("reason", "")

    def work(session: Session) -> None:
        if fields.get("action") == "reopen":
            store.reopen(session, viewer, month, reason)
        else:
            store.close(session, viewer, month, today, reason)

    try:
        database_of(request).transact(work)
    except Invalid as error:
        return _page(request, {month: sentence(error.issues[0].message)}, error.status, reason)
    except Conflict as error:
        return _page(request, {month: sentence(error.message)}, error.status, reason)
    return RedirectResponse("/closing?saved=1", 303)


def _page(request: Request, errors: dict[date, str], status: int = 200, reason: str = "") -> Response:
    viewer, today = viewer_of(request), settings_of(request).today()
    with database_of(request).read() as session:
        tree = units.load_tree(session)
        root = default_unit(tree, viewer)
        closed = closings.load(session)
        months = [month_of(today).first]
        for _ in range(MONTHS - 1):
            months.append(month_of(months[-1] - DAY).first)
        months = sorted({*months, *closed, *errors}, reverse=True)
        filled = {m: coverage_of(session, viewer, tree, root.id, month_of(m), today, named=False) for m in months}
    lines: list[dict[str, Any]] = [
        {
            "month": f"{month:%Y-%m}",
            "label": month_label(month),
            "closing": closed.get(month),
            "is_over": month_of(month).last < today,
            "coverage": filled[month],
            "error": errors.get(month),
            "reason": reason if month in errors else "",
        }
        for month in months
    ]
    can_close = viewer.may(Action.MANAGE, ())
    context = {"page_title": t("月结", "Month close"), "subtitle": root.name, "lines": lines, "can_close": can_close}
    return shell(request, "closing.html", "closing", context, status)


def _no_data(request: Request, fields: dict[str, str]) -> Response:
    settings, viewer = settings_of(request), viewer_of(request)
    unit, on = fields.get("unit", ""), fields.get("on") != "0"
    day = day_param("day", fields.get("day", ""))
    database_of(request).transact(lambda session: days.mark(session, viewer, unit, day, settings.today(), on=on))
    return RedirectResponse(_back(fields, unit, day), 303)


def _back(fields: dict[str, str], unit: str, day: date) -> str:
    """Return where the form came from: 今日, or the day's form of the kind that was shown."""
    if fields.get("back") == "home":
        return "/?saved=1"
    return f"/entry?unit={unit}&day={day.isoformat()}&saved=1"
