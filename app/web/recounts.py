"""对账: stock counts that differ from the computed stock, each with the way to the days between."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.domain.facts import STOCK_COUNTS, Unit
from app.domain.roles import Action
from app.domain.tree import Tree
from app.i18n import say, short_range, show, t
from app.kept.given import Conf, Db, Who
from app.queries import recounts, units
from app.queries.recounts import Recount
from app.web.filters import Chosen, asked, range_filters
from app.web.guard import needs, pages
from app.web.render import shell

router = pages()

_STOCKS = tuple(measure.name for measure in STOCK_COUNTS.measures)


@router.get("/recounts", openapi_extra=needs(Action.READ))
def recounts_page(
    request: Request,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    range: str = "",  # noqa: A002 (the parameter's name in the address)
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
) -> Response:
    """List where a stock count disagrees with the adds and losses since the one before."""
    now = settings.now()
    chosen = Chosen(unit=unit, range=range, first=from_, last=to)
    with database.read() as session:
        tree = units.load_tree(session)
        found = asked(chosen, tree, viewer, now)
        node = units.readable(tree, viewer, found.unit)
        lines = [line(tree, one) for one in recounts.load(session, viewer, tree, node.id, found.period)]
    filters = range_filters("/recounts", chosen, found, tree, viewer, now)
    context = {
        "page_title": t("对账", "Recounts"),
        "subtitle": node.name,
        "filters": {**filters, "hidden": []},
        "lines": lines,
    }
    return shell(request, "recounts.html", "recounts", context)


def line(tree: Tree, recount: Recount) -> dict[str, Any]:
    """Return a row of the table: counted, computed, their difference, and links to the days between."""
    node, days = tree.nodes[recount.unit_id], recount.days
    first, last = days.first.isoformat(), days.last.isoformat()
    span = urlencode({"unit": node.code, "from": first, "to": last})
    return {
        "unit": node.name,
        "day": days.last,
        "stocks": [
            {
                "name": say(name),
                "counted": _count(counted),
                "computed": _count(computed),
                "difference": _signed(difference),
            }
            for name, counted, computed, difference in zip(
                _STOCKS, recount.counted, recount.computed, recount.difference, strict=True
            )
        ],
        "days": short_range(days),
        "growth_href": f"/growth?{span}",
        "history_href": f"/history?{span}&kind=friends",
        "entry_href": f"/entry/friends?{urlencode({'unit': node.code, 'day': first})}",
        "count_href": f"/entry/stock-counts?{urlencode({'unit': node.code, 'day': last})}",
    }


def _count(number: int) -> str:
    return show(number, Unit.COUNT)


def _signed(number: int) -> str:
    return show(number, Unit.COUNT, signed=True)
