"""Facts: write, read page by page, remove; one shape for all six kinds."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query, Response

from app.api.examples import FACTS as EXAMPLES
from app.api.guard import needs
from app.api.params import Channel, Limit, OptionalDay, OptionalUnit, day_or_month
from app.api.resource import resource
from app.api.respond import answer
from app.api.schemas import FACTS_PAGES, RemovedOut, WrittenOut
from app.domain.facts import TABLES, TARGETS, FactTable
from app.domain.number import plain
from app.domain.roles import Action
from app.inputs.facts import KEYS, ROWS, KeysOf, RowsOf
from app.kept.given import Conf, Db, Who
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.queries import channels, units
from app.queries import facts as fact_rows
from app.store import facts as store

router = resource("/facts", "facts")

Handler = Callable[..., Response]


def _put(table: FactTable) -> Handler:
    def put(body: RowsOf[Any], database: Db, settings: Conf, viewer: Who) -> Response:
        today = settings.today()
        written = database.transact(lambda session: store.put(session, viewer, table, body.rows, today))
        return answer({key: value for key, value in asdict(written).items() if key != "batch"})

    put.__annotations__["body"] = RowsOf.__class_getitem__(ROWS[table.kind])
    return put


def _delete(table: FactTable) -> Handler:
    def delete(body: KeysOf[Any], database: Db, viewer: Who) -> Response:
        return answer(asdict(database.transact(lambda session: store.remove(session, viewer, table, body.keys))))

    delete.__annotations__["body"] = KeysOf.__class_getitem__(KEYS[table.kind])
    return delete


def _get(table: FactTable) -> Handler:
    def get(
        database: Db,
        viewer: Who,
        unit: OptionalUnit = None,
        from_: Annotated[str | None, Query(alias="from", description=OptionalDay)] = None,
        to: Annotated[str | None, Query(description=OptionalDay)] = None,
        channel: Channel = None,
        cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=40)] = None,
        limit: Limit = 1000,
    ) -> Response:
        with database.read() as session:
            tree, known = units.load_tree(session), channels.load(session)
            asked = fact_rows.Filter(
                None if unit is None else units.readable(tree, viewer, unit).id,
                day_or_month(table, "from", from_),
                day_or_month(table, "to", to),
                channels.find(known, channel),
                None if cursor is None else fact_rows.Cursor.parse(cursor),
            )
            rows = fact_rows.page(session, viewer, tree, table, asked, limit + 1)
        codes = fact_rows.Codes(tree, known)
        following = None
        if len(rows) > limit:
            last = rows[limit - 1]
            following = str(fact_rows.Cursor(getattr(last, table.day_key), last.id))
        return answer({"rows": [_record(codes, table, row) for row in rows[:limit]], "next": following})

    return get


def _record(codes: fact_rows.Codes, table: FactTable, row: Any) -> fact_rows.FactRecord:  # noqa: ANN401 (a database row)
    record = codes.record(table, row)
    if table is TARGETS:
        metric = CATALOG[row.metric]
        record["value"] = plain(from_steps(metric, row.value), metric.unit)
    return record


def _register(table: FactTable) -> None:
    kind, name = table.kind, table.name.en.lower()
    action = Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS
    router.put(
        f"/{kind}",
        operation_id=f"put_{kind}",
        summary=f"Write {name}",
        description="Insert or overwrite rows by their key: all of them or none. A measure left out keeps its value, "
        "null clears it. A row may carry the `revision` last seen (0: it must not exist yet); a different one is 409.",
        openapi_extra={**needs(action), **EXAMPLES[kind]},
        responses={200: {"model": WrittenOut}},
    )(_put(table))
    router.get(
        f"/{kind}",
        operation_id=f"get_{kind}",
        summary=f"Read {name}",
        description="Rows of a unit's subtree in the order of their day, page by page; each carries its `revision`.",
        openapi_extra=needs(Action.READ),
        responses={200: {"model": FACTS_PAGES[kind]}},
    )(_get(table))
    router.delete(
        f"/{kind}",
        operation_id=f"delete_{kind}",
        summary=f"Remove {name}",
        description="Remove rows by their key; an unknown key is no error. What was there stays in the history.",
        openapi_extra=needs(action),
        responses={200: {"model": RemovedOut}},
    )(_delete(table))


for _table in TABLES.values():
    _register(_table)
