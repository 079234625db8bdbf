"""The stream of an import: progress, and what happens when whoever listens goes away."""

import asyncio
import threading
from typing import Any

import pytest

from app.connectors import plan, spreadsheet
from app.connectors.names import load as load_names
from app.domain.errors import LuopanError
from app.domain.facts import FRIENDS, TABLES
from app.domain.roles import SYSTEM
from app.domain.text import Text
from app.inputs.imports import Cancelled, Reading
from app.store import imports as store
from app.web import streams
from app.web.deadline import IMPORT, Deadline, Leaving
from tests import sheets
from tests.loops import awaited
from tests.served import TODAY, Site
from tests.uploads import File

ROWS = [("2023-10-02", "电商私域组", "包裹卡", 100, 5, 1), ("2023-10-03", "电商私域组", "包裹卡", 100, 5, 1)]


def run(work: streams.Work, *, leave: bool = False, deadline: Deadline | None = None) -> list[dict[str, Any]]:
    """Return what is sent to a listener, who may leave at once."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not leave:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:  # noqa: ANN401 (ASGI's own type)
        sent.append(message)

    def tell(error: LuopanError) -> streams.Line:
        return {"error": {"status": error.status, "message": error.message.zh}}

    answer = streams.JsonLines(work, tell, deadline or Deadline(60, IMPORT, Leaving()))
    awaited(answer, {}, receive, send)
    return sent


def test_progress_comes_first_and_an_early_end_has_its_own_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_progress: streams.Progress) -> streams.Line:
        raise Cancelled

    (start, line, end) = run(refuse)
    assert (start["status"], end["body"]) == (499, b"")
    assert Text("已取消，没有写入任何数据", "").zh in line["body"].decode()

    monkeypatch.setattr(streams, "QUIET", 0)
    monkeypatch.setattr(streams, "EVERY", 0)

    def work(progress: streams.Progress) -> streams.Line:
        progress.begin("preview", 10)
        progress.see(5)
        return {"result": {}}

    start, *lines, _ = run(work)
    assert start["status"] == 200
    assert [line["body"] for line in lines] == [
        b'{"stage": "preview", "done": 0, "total": 10}\n',
        b'{"stage": "preview", "done": 5, "total": 10}\n',
        b'{"result": {}}\n',
    ]


def test_what_nothing_foresaw_says_so_without_internals(caplog: pytest.LogCaptureFixture) -> None:
    def work(_progress: streams.Progress) -> streams.Line:
        raise ZeroDivisionError("secret")

    (start, line, _) = run(work)
    assert start["status"] == 500
    assert b"secret" not in line["body"]
    assert "secret" in caplog.text


def test_c03_whoever_leaves_while_it_is_written_leaves_nothing_behind(site: Site) -> None:
    file = File(site, sheets.text([sheets.FRIENDS, *ROWS]))
    before = site.stored(FRIENDS)
    ended = threading.Event()

    def work(progress: streams.Progress) -> streams.Line:
        def see(_row: int) -> None:
            # The rows have gone to the database by now, and the listener is away.
            progress.gone.wait(5)
            progress.see(1)

        try:
            with site.database.write() as session:
                table, viewer = TABLES["friends"], SYSTEM
                names = load_names(session, viewer, table)
                reader = plan.reader(spreadsheet.opened(file.data).table(None), Reading(**file.reading), names)
                store.write(session, viewer, table, reader.chunks(), TODAY, see)
            return {"result": {}}
        finally:
            ended.set()

    assert run(work, leave=True) == []
    assert ended.wait(5)
    assert site.stored(FRIENDS) == before
    assert file.commit().status_code == 200
    assert len(site.stored(FRIENDS)) == len(before) + 2
