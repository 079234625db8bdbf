"""Fact tables as spreadsheets, templates for import, and the page that offers both."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.connectors import export_xlsx
from app.connectors.export import Format, file_name
from app.connectors.export_facts import sheet as fact_sheet
from app.connectors.export_notes import fact_notes, measures_of, template_notes
from app.connectors.export_templates import template
from app.domain.errors import Invalid, NotFound
from app.domain.facts import FIRST_DAY, LAST_DAY, TABLES, TARGETS, CustomerKind, FactTable
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action
from app.domain.text import Text
from app.i18n import range_label, say, t
from app.kept.given import Conf, Db, Who
from app.queries import channels, facts, units
from app.queries.channels import ChannelRow
from app.web.account import ALL_UNITS
from app.web.deadline import EXPORT, Deadline
from app.web.download import COUNTED, days_part, exported, format_param, spreadsheet
from app.web.exported import made
from app.web.filters import day_param, default_unit, kind_param
from app.web.guard import needs, pages
from app.web.pick import unit_options
from app.web.places import FACT_EXPORTS
from app.web.render import shell

router = pages()

From = Annotated[str, Query(alias="from")]


@router.get("/export/facts/{kind}", openapi_extra=needs(Action.READ), dependencies=[COUNTED])
def export_facts(
    request: Request,
    kind: str,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    from_: From = "",
    to: str = "",
    channel: str = "",
    customer_kind: str = "",
    format: str = "xlsx",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    """Download the rows of a kind of fact: of a unit with all below it, or all that may be read."""
    table, wanted, period = _table(kind), format_param(format), _period(from_, to)
    kinds = [kind_param("customer_kind", word) for word in customer_kind.split(",")]
    customers = frozenset(kind for kind in kinds if kind)
    deadline = Deadline.of(request, EXPORT)
    with FACT_EXPORTS.taken(), database.read() as session:
        tree, known = units.load_tree(session), channels.load(session)
        top = units.readable(tree, viewer, unit) if unit else None
        ref = channels.find(known, channel or None)
        filter_ = facts.Filter(top.id if top else None, *_bounds(table, period), ref, customer_kinds=customers)
        if wanted is Format.XLSX:
            export_xlsx.refuse_many(facts.count(session, viewer, tree, table, filter_))
        pages_ = deadline.through(facts.pages(session, viewer, tree, table, filter_))
        sheet = fact_sheet(table, tree, known.values(), pages_)
        name = top.name if top else say(ALL_UNITS)
        days = range_label(period) if period else t("全部", "All")
        narrowed = _narrowed(known.get(channel), customers)
        pairs = [(t("单元", "Unit"), name), (t("日期", "Days"), days), *narrowed, *made(viewer, settings.now())]
        parts = [say(table.name), name, *(word for _, word in narrowed), days_part(period) if period else ""]
        file = file_name(parts, wanted)
        return exported(request, file, wanted, [sheet], fact_notes(table, pairs))


def _narrowed(channel: ChannelRow | None, customers: frozenset[CustomerKind]) -> list[tuple[str, str]]:
    """Say to which channel and kinds of customers rows are narrowed."""
    found = (
        (t("渠道", "Channel"), channel.name if channel else ""),
        (t("客户类型", "Customers"), t("、", ", ").join(say(kind.text) for kind in CustomerKind if kind in customers)),
    )
    return [(head, word) for head, word in found if word]


@router.get("/export/templates/{kind}", openapi_extra=needs(Action.READ))
def export_template(
    kind: str,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    format: str = "xlsx",  # noqa: A002 (as above)
) -> Response:
    """Download an empty table for import; with a unit, the keys of its running month stand in it."""
    table, wanted, now = _table(kind), format_param(format), settings.now()
    with database.read() as session:
        tree, known = units.load_tree(session), channels.load(session)
        top = units.readable(tree, viewer, unit) if unit else None
    action = Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS
    writable = [node for node in units.visible(tree, viewer, action) if node.active]
    notes = template_notes(table, writable, known.values(), [*made(viewer, now)])
    name = file_name(
        [t("{kind}导入模板", "{kind} template").format(kind=say(table.name)), top.name if top else ""], wanted
    )
    return spreadsheet(name, wanted, [template(table, top, month_of(now.date() - DAY), [*known.values()])], notes)


@router.get("/export", openapi_extra=needs(Action.READ))
def export_page(
    request: Request, database: Db, settings: Conf, viewer: Who, unit: str = "", from_: From = "", to: str = ""
) -> Response:
    """Show what can be downloaded, for a unit and a range."""
    yesterday = settings.today() - DAY
    period = _period(from_, to) or Period(month_of(yesterday).first, yesterday)
    with database.read() as session:
        tree = units.load_tree(session)
    top = units.readable(tree, viewer, unit) if unit else default_unit(tree, viewer)
    params = {"unit": top.code, "from": f"{period.first}", "to": f"{period.last}"}
    context = {
        "page_title": t("导出", "Export"),
        "subtitle": top.name,
        "units": unit_options(tree, viewer, top.code),
        "first": params["from"],
        "last": params["to"],
        "range_label": range_label(period),
        "kinds": [_offer(table, params) for table in TABLES.values()],
    }
    return shell(request, "export.html", "export", context)


def _offer(table: FactTable, params: dict[str, str]) -> dict[str, Any]:
    """Return the links of one kind of fact: by format, its rows and its template."""
    paths = {"facts": params, "templates": {"unit": params["unit"]}}
    links = {
        name: {
            format_.value: f"/export/{name}/{table.kind}?{urlencode({**given, 'format': format_})}"
            for format_ in Format
        }
        for name, given in paths.items()
    }
    return {"name": say(table.name), "measures": measures_of(table), **links}


def _table(kind: str) -> FactTable:
    if kind not in TABLES:
        raise NotFound(Text("没有这类数据", "There is no such kind of fact"))
    return TABLES[kind]


def _period(first: str, last: str) -> Period | None:
    """Read a range of which an end may be left out; None for all days."""
    if not first and not last:
        return None
    start = day_param("from", first) if first else FIRST_DAY
    end = day_param("to", last) if last else LAST_DAY
    if start > end:
        raise Invalid.one("from", Text("开始日期晚于结束日期", "must not be after to"))
    return Period(start, end)


def _bounds(table: FactTable, period: Period | None) -> tuple[date | None, date | None]:
    """Return the bounds in what a table is keyed by: months that the range touches, or its days."""
    if period is None:
        return None, None
    return (period.first.replace(day=1) if table.day_key == "month" else period.first), period.last
