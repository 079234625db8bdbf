"""Files that a browser downloads: made whole on disk, then sent piece by piece."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse

from app.connectors import export_csv, export_xlsx
from app.connectors.export import Format, Notes, Sheet, disposition
from app.domain.errors import Invalid
from app.domain.period import Period
from app.domain.security import Event
from app.domain.text import Text
from app.kept.given import database_of, viewer_of
from app.observe.figures import Figures
from app.store import security

PIECE = 256 * 1024


async def _counted(request: Request) -> AsyncIterator[None]:
    with Figures.of(request.app).job("export"):
        yield


COUNTED = Depends(_counted)
"""Counts a route as an export, from its guard until the file has been sent."""


def format_param(text: str) -> Format:
    """Read the format that an address asks for."""
    try:
        return Format(text)
    except ValueError:
        raise Invalid.one("format", Text("格式只能是 xlsx 或 csv", "must be xlsx or csv")) from None


def days_part(period: Period) -> str:
    """Return a range as part of a file's name."""
    return f"{period.first:%Y%m%d}-{period.last:%Y%m%d}"


def spreadsheet(name: str, format_: Format, sheets: Sequence[Sheet], notes: Notes) -> Response:
    """Return sheets as a file; a csv holds one of them and nothing about it."""
    if format_ is Format.CSV and len(sheets) > 1:
        raise Invalid.one("panel", Text("csv 一次只能导出一张表", "a csv holds one table; name its panel"))
    if format_ is Format.CSV:
        return send(name, format_, lambda file: export_csv.write(file, sheets[0]))
    return send(name, format_, lambda file: export_xlsx.write(file, sheets, notes))


def exported(request: Request, name: str, format_: Format, sheets: Sequence[Sheet], notes: Notes) -> Response:
    """Return sheets as a file that takes numbers out of the house: the security log keeps who took which."""
    made, viewer = spreadsheet(name, format_, sheets, notes), viewer_of(request)
    database_of(request).transact(lambda session: security.record(session, Event.EXPORT, viewer, detail=name))
    return made


def send(name: str, format_: Format, write: Callable[[IO[bytes]], None]) -> Response:
    """Return the file that `write` makes; an error in it is answered as an error, not as half a file."""
    file = TemporaryFile()  # noqa: SIM115 (closed when it has been sent)
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    headers = {"Content-Disposition": disposition(name), "Content-Length": str(size)}
    return StreamingResponse(_pieces(file), media_type=format_.media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
