"""What the import page asks for, from the file it sends each time: nothing is kept between two requests."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from app.connectors import bad_csv, mapping, names, plan, spreadsheet
from app.connectors.rows import Reader
from app.connectors.table import Table
from app.domain.errors import Invalid
from app.domain.facts import TABLES
from app.domain.text import Text
from app.inputs.imports import Reading
from app.kept.given import database_of, settings_of, viewer_of
from app.observe.figures import Figures
from app.queries import mappings as remembered
from app.store import imports as store
from app.store import mappings
from app.web import import_view as view
from app.web.deadline import IMPORT, Deadline
from app.web.guard import storable
from app.web.places import IMPORTS
from app.web.streams import JsonLines, Line, Progress

MAX_FIELDS = 20

_UNSAID = Text("没有说明如何读取这个文件", "It is not said how to read this file")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, its name, and the fields beside it."""

    data: bytes
    name: str
    fields: dict[str, str]

    @property
    def reading(self) -> Reading:
        """How the file is to be read; Invalid when it does not say so."""
        try:
            return Reading.model_validate_json(self.fields.get("reading", ""))
        except ValidationError:
            raise Invalid.one("file", _UNSAID) from None


async def uploaded(request: Request) -> Upload:
    """Read the form of a request."""
    async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid.one("file", Text("请选择文件", "Choose a file"))
        fields = {name: storable(text) for name, text in form.items() if isinstance(text, str)}
        return Upload(await file.read(), storable(file.filename or ""), fields)


def inspected(request: Request, upload: Upload) -> Response:
    """Say what a file seems to hold, and how its owner read its shape before."""
    viewer = viewer_of(request)
    book = spreadsheet.opened(upload.data)
    table = book.table(upload.fields.get("sheet"))
    asked = upload.fields.get("kind", "")
    with database_of(request).read() as session:
        known = {
            kind: names.load(session, viewer, facts)
            for kind, facts in TABLES.items()
            if viewer.may(view.action_of(facts))
        }
        found = mapping.head(table, _header(upload.fields) or mapping.header_row(table, known))
        before = remembered.recall(session, viewer, found.hash, asked)
    ranked = mapping.ranked(found.texts, known)
    if before is not None and before.kind in known:
        reading = mapping.still_known(before, known[before.kind])
        reading = reading.model_copy(update={"sheet": table.sheet, "header": found.row})
    else:
        before, kind = None, asked if asked in known else ranked[0] if ranked else next(iter(known))
        reading = mapping.suggest(kind, table.sheet, found, known[kind])
    year = mapping.year_of(found) or mapping.year_wanted(reading, found, settings_of(request).today())
    reading.constants.update({"year": year} if year else {})
    return JSONResponse(
        {
            "sheets": book.sheets,
            "rows": table.height - found.row,
            "headers": found.texts,
            "samples": found.samples[:3],
            "reading": reading.model_dump(),
            "beside": mapping.beside(reading, found.texts, known),
            "remembered": before is not None,
        }
    )


def _header(fields: dict[str, str]) -> int | None:
    text = fields.get("header", "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,2}", text) else None


def streamed(request: Request, upload: Upload, name: str, work: Callable[["Job", Progress], Line]) -> Response:
    """Return the stream of some work on a file, counted by its name; errors name the rows of its table."""
    job = Job(request, upload)

    def run(progress: Progress) -> Line:
        with Figures.of(request.app).job(name), IMPORTS.taken():
            return work(job, progress)

    return JsonLines(run, lambda error: view.told(error, job.table), Deadline.of(request, IMPORT))


class Job:
    """A file, opened and read by the mapping that was sent with it."""

    def __init__(self, request: Request, upload: Upload) -> None:
        self.viewer, self.today = viewer_of(request), settings_of(request).today()
        self.database, self.upload = database_of(request), upload
        self.table: Table | None = None

    def reader(self, session: Session) -> tuple[Reader, dict[str, names.Names]]:
        """Open the file; Invalid and Forbidden say why it cannot be read or written."""
        reading = self.upload.reading
        facts = TABLES[reading.kind]
        self.viewer.require(view.action_of(facts))
        self.table = spreadsheet.opened(self.upload.data).table(reading.sheet)
        known = names.load(session, self.viewer, facts)
        return plan.reader(self.table, reading, known), known


def preview(job: Job, progress: Progress) -> dict[str, Any]:
    """Say what writing the file would do."""
    with job.database.read() as session:
        reader, known = job.reader(session)
        progress.begin("preview", reader.total)
        found = store.preview(
            session, job.viewer, reader.facts, reader.chunks(), job.today, view.SHOWN, _from(reader, progress)
        )
        return {"result": view.previewed(reader, found, known)}


def write(job: Job, progress: Progress) -> dict[str, Any]:
    """Write the file as it was previewed."""
    fields = job.upload.fields

    def work(session: Session) -> dict[str, Any]:
        # Whatever falls to a deadlock is read again from the file, row by row.
        reader, _ = job.reader(session)
        progress.begin("commit", reader.total)
        done = store.write(
            session,
            job.viewer,
            reader.facts,
            reader.chunks(),
            job.today,
            _from(reader, progress),
            fingerprint=fields.get("fingerprint", ""),
            skip_bad="skip" in fields,
            reason=fields.get("reason", "").strip() or job.upload.name,
        )
        head = mapping.head(reader.table, reader.header)
        mappings.remember(session, job.viewer, head.hash, job.upload.reading)
        progress.see(reader.total)
        return {"result": view.written(reader, done)}

    return job.database.transact(work)


def bad(request: Request, upload: Upload) -> Response:
    """Return the rows with problems as a csv."""
    job, deadline = Job(request, upload), Deadline.of(request, IMPORT)
    with job.database.read() as session:
        reader, _ = job.reader(session)
        chunks = deadline.through(reader.chunks())
        rows = store.bad_rows(session, job.viewer, reader.facts, chunks, job.today)
        text = bad_csv.made(reader.table, reader.header, rows)
    headers = {"Content-Disposition": 'attachment; filename="bad-rows.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _from(reader: Reader, progress: Progress) -> Callable[[int], None]:
    return lambda row: progress.see(row - reader.header)
