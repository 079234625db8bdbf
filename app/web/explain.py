"""What stands behind a number: a page of its own, and a fragment that boards show in a drawer."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.boards import explain as board
from app.boards import words
from app.boards.explain import Explained, Rows, Share
from app.domain.facts import STOCK_COUNTS, CustomerKind, Unit
from app.domain.number import half_up
from app.domain.period import Period
from app.domain.roles import Action
from app.i18n import day_label, month_label, range_label, say, t
from app.kept.given import Conf, Db, Who
from app.metrics.catalog import CATALOG, DEFINED
from app.metrics.describe import formula_text
from app.queries import channels, units
from app.queries.channels import ChannelRow
from app.web.filters import Chosen, asked, kind_param, metric_param
from app.web.guard import KeptPage, needs, pages
from app.web.render import page, shell, show
from app.web.targets import PATH, month_href

router = pages(KeptPage)

USUAL = "friends_added"


@router.get("/explain", openapi_extra=needs(Action.READ))
def explain(
    request: Request,
    database: Db,
    settings: Conf,
    viewer: Who,
    metric: str = USUAL,
    kind: str = "",
    unit: str = "",
    channel: str = "",
    compare: str = "",
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
    as_of: str = "",
    fragment: str = "",
) -> Response:
    """Show what a number means, what it is made of, and the rows behind it."""
    now, about, customers = settings.now(), metric_param(metric, DEFINED), kind_param("kind", kind)
    with database.read() as session:
        chosen = Chosen(unit=unit, channel=channel, compare=compare, first=from_, last=to, as_of=as_of)
        found = asked(chosen, units.load_tree(session), viewer, now)
        made = board.read(session, viewer, found, about, customers, now.date())
        maker = _Maker({**params(request), "unit": found.unit}, channels.load(session), units.load_tree(session).nodes)
    shown = maker.view(made, customers)
    if fragment:
        return page("parts/explain.html", {"shown": shown, "here": ""})
    context = {"page_title": say(about.name), "subtitle": made.unit.name, "shown": shown}
    return shell(request, "explain.html", "", context)


def params(request: Request) -> dict[str, str]:
    """Return the parameters of an address that links from here go on with."""
    kept = ("metric", "kind", "unit", "channel", "compare", "from", "to", "as_of")
    return {name: request.query_params[name] for name in kept if request.query_params.get(name)}


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes what the template shows."""

    asked: dict[str, str]
    channels: dict[str, ChannelRow]
    nodes: Any

    def view(self, made: Explained, kind: CustomerKind | None) -> dict[str, Any]:
        """Return a number with its words and links."""
        channel = self.channels.get(self.asked.get("channel", ""))
        narrowed = [channel.name if channel else "", say(kind.text) if kind else ""]
        between, behind = words.signs(made.metric.formula)
        return {
            "made": made,
            "scope": " · ".join(part for part in (made.unit.name, *narrowed, range_label(made.period)) if part),
            "between": between,
            "behind": behind,
            "formula": formula_text(made.metric.formula),
            "totalled": words.totalled(made.metric.formula),
            "heads": [part.name for part in made.parts],
            "shares": [self._share(made, share) for share in made.shares],
            "rows": [self._rows(made, rows) for rows in made.rows],
            "plannable": made.metric.key in CATALOG,
            "passed": show(half_up(made.goal.progress.share, 10), Unit.RATE)
            if made.goal and made.goal.progress
            else "",
            "months": [self._month(made, line.month) for line in made.goal.months] if made.goal else [],
            "href": f"/explain?{urlencode(self.asked)}",
        }

    def _share(self, made: Explained, share: Share) -> dict[str, Any]:
        terms = [show(value, part.unit) for value, part in zip(share.terms, made.parts, strict=True)]
        href = None if share.is_self else f"/explain?{urlencode({**self.asked, 'unit': share.unit.code})}"
        name = share.unit.name
        if share.is_self:
            name = t(f"{name}（直接填报）", f"{name} (entered here)")
        return {"name": name, "href": href, "terms": terms, "value": show(share.value, made.metric.unit)}

    def _month(self, made: Explained, month: Period | None) -> dict[str, str]:
        """Return the name of a month with targets, and where they stand."""
        if month is None:
            return {}
        unit, past = made.unit.code, self.asked.get("as_of", "")
        named = {"plan": month_href("/plan", unit, month.first), "targets": month_href(PATH, unit, month.first, past)}
        return {"name": month_label(month.first), **named}

    def _rows(self, made: Explained, rows: Rows) -> dict[str, Any]:
        span = {"unit": made.unit.code, "from": rows.days.first, "to": rows.days.last, **self._narrowed(rows)}
        return {
            "title": rows.table.name,
            "key": rows.table.kind,
            "days": range_label(rows.days),
            "dims": [dim.name for dim in rows.table.dims],
            "measures": [measure.name for measure in rows.measures],
            "lines": [self._line(rows, row) for row in rows.rows],
            "more": rows.more,
            "export": f"/export/facts/{rows.table.kind}?{urlencode({**span, 'format': 'xlsx'})}",
        }

    def _narrowed(self, rows: Rows) -> dict[str, str]:
        """Return the channel and kinds of customers that rows are of; counts of friends know neither."""
        kinds = self.asked.get("kind") or ",".join(kind for kind in CustomerKind if kind in rows.kinds)
        given = {"channel": self.asked.get("channel", ""), "customer_kind": kinds}
        return {name: value for name, value in given.items() if value and rows.table is not STOCK_COUNTS}

    def _line(self, rows: Rows, row: Any) -> dict[str, Any]:  # noqa: ANN401 (a row of a table known at run time)
        code, table = self.nodes[row.unit_id].code, rows.table
        entered = row.day + timedelta(row.day_n) if "day_n" in (dim.key for dim in table.dims) else row.day
        return {
            "day": day_label(row.day),
            "date": row.day.isoformat(),
            "unit": self.nodes[row.unit_id].name,
            "dims": [self._dim(dim.column, getattr(row, dim.column)) for dim in table.dims],
            "values": [_written(getattr(row, measure.key), measure.unit) for measure in rows.measures],
            "entry": f"/entry/{table.kind}?{urlencode({'unit': code, 'day': entered})}",
            "history": f"/history?{urlencode({'unit': code, 'kind': table.kind, 'from': row.day, 'to': row.day})}",
        }

    def _dim(self, column: str, stored: Any) -> str:  # noqa: ANN401 (an id, a kind, a number)
        if column == "customer_kind":
            return say(CustomerKind(stored).text) if stored else "—"
        if column == "day_n":
            return t(f"第 {stored} 日", f"day {stored}")
        return next((row.name for row in self.channels.values() if row.id == stored), "—")


def _written(stored: int | None, unit: Unit) -> str:
    if stored is None:
        return t("未填", "not entered")
    return show(Decimal(stored).scaleb(-2) if unit is Unit.YUAN else stored, unit)
