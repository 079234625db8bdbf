"""What the lines of the log look like, as JSON and as text, wherever they come from."""

import io
import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import structlog
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from starlette.testclient import TestClient

from app.kept.given import Db
from app.observe import logs
from app.web import import_work
from app.web.requests import HEADER
from tests.served import Site, copied
from tests.uploads import send

HIDDEN = "a-value-of-a-statement"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where lines are written; the loggers are afterwards what they were."""
    changed = [logging.getLogger(name) for name in ("", logs.OWN, *logs.TALKATIVE)]
    before = [(logger, logger.level, logger.handlers[:]) for logger in changed]
    yield io.StringIO()
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers
    logging.captureWarnings(capture=False)


@pytest.fixture
def written(stream: io.StringIO) -> Lines:
    """The lines written since the test began, as JSON."""
    logs.configure("json", "info", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(scope="module")
def crashing(served_file: Path) -> Iterator[Site]:
    """A Luopan with pages that fail."""
    with copied(served_file) as database:
        site = Site.on(database)

        def crash() -> None:
            raise RuntimeError("first\n{}\x1b[2J")

        def half() -> StreamingResponse:
            def parts() -> Iterator[bytes]:
                yield b"x"
                raise RuntimeError("half way")

            return StreamingResponse(parts())

        def refused(given: Db) -> None:
            with given.write() as session:
                session.execute(text("INSERT INTO users (password_hash) VALUES (:hash)"), {"hash": HIDDEN})

        for path, handler in (("/crash", crash), ("/half", half), ("/refused", refused)):
            site.app.add_api_route(path, handler, include_in_schema=False)
        yield site


def test_c25_a_handler_that_raised_gives_one_error_line_with_the_number_of_its_page(
    crashing: Site, written: Lines
) -> None:
    answer = crashing.get("/crash")
    error, request = written()
    assert (answer.status_code, request["status"], error["level"]) == (500, 500, "error")
    assert answer.headers[HEADER] == error["request_id"] == request["request_id"]
    assert f"编号 {request['request_id']}" in answer.text
    assert error["exception"].startswith("Traceback")
    assert error["exception"].endswith("RuntimeError: first\n{}\x1b[2J")


def test_an_answer_that_breaks_off_is_left_to_the_server_to_tell(crashing: Site, written: Lines) -> None:
    client = TestClient(crashing.app, base_url="http://luopan.test")
    with pytest.raises(RuntimeError, match="half way"):
        client.get("/half")
    (request,) = written()
    assert (request["event"], request["status"], request["unfinished"]) == ("request", 200, True)


def test_c25_the_values_of_a_statement_stay_out_of_the_log(crashing: Site, written: Lines) -> None:
    assert crashing.get("/refused").status_code == 500
    error, _ = written()
    assert "INSERT INTO users" in error["exception"]
    assert HIDDEN not in json.dumps(error)


def test_a_database_that_is_busy_is_a_warning_with_its_reason(site: Site, written: Lines) -> None:
    with site.database.engine.connect() as other:
        other.execution_options(luopan_write=True).execute(text("SELECT 1"))
        assert site.post("/units", {"code": "north", "name": "北区", "kind": "store"}).status_code == 503
    warning, request = written()
    assert (warning["level"], warning["reason"]) == ("warning", "database is locked")
    assert (request["status"], request["user"]) == (503, "ada")


def test_an_import_that_fails_is_told_with_the_id_of_its_request(
    site: Site, written: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("of the inside")

    monkeypatch.setattr(import_work, "Job", broken)
    answer = send(site, "preview", b"x")
    error, request = written()
    assert error["exception"].endswith("RuntimeError: of the inside")
    assert answer.headers[HEADER] == error["request_id"] == request["request_id"]


def test_lines_of_every_origin_are_json(written: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    structlog.get_logger("luopan.security").warning("login_failed", user="eve\n{}", peer="192.0.2.1", level="forged")
    logging.getLogger("uvicorn.error").error("of a library: %s", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("sys.unraisablehook", None)
    monkeypatch.setattr("threading.excepthook", None)
    logs.catch()
    _end_a_thread()
    security, library, warning, thread = written()
    assert (security["event"], security["user"], security["level"]) == ("login_failed", "eve\n{}", "warning")
    assert (library["logger"], library["event"]) == ("uvicorn.error", "of a library: x")
    assert (warning["logger"], "DeprecationWarning: old" in warning["event"]) == ("py.warnings", True)
    assert thread["exception"].endswith("ZeroDivisionError: division by zero")


def _end_a_thread() -> None:
    import threading  # noqa: PLC0415 (its hook is the one that was set)

    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()


def test_c25_libraries_tell_no_addresses_at_any_level(stream: io.StringIO) -> None:
    logs.configure("json", "debug", stream)
    with pytest.raises(httpx.ConnectError):
        httpx.get("http://127.0.0.1:1/?key=secret")
    for name in logs.TALKATIVE:
        logging.getLogger(f"{name}.part").info("secret")
    assert stream.getvalue() == ""


def test_a_line_that_cannot_be_written_is_replaced(written: Lines) -> None:
    (handler,) = [handler for handler in logging.getLogger().handlers if isinstance(handler, logs.Lines)]
    handler.handle(logging.LogRecord("luopan", logging.ERROR, "", 0, "%d", ("secret",), None))
    (line,) = written()
    assert line["event"] == "a log line of luopan could not be written"


def test_in_text_a_request_is_a_short_line_and_a_traceback_is_indented(crashing: Site, stream: io.StringIO) -> None:
    logs.configure("text", "info", stream)
    crashing.get("/growth?unit=ecommerce")
    crashing.get(quote('/a b"\n12:00:00 GET / 200'))
    crashing.get("/crash")
    first, second, error, *trace, last = stream.getvalue().splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /growth 200 \d+ms ada", first)
    assert re.fullmatch(r'\d\d:\d\d:\d\d GET "/a b\\"\\n12:00:00 GET / 200" 404 \d+ms', second)
    assert re.fullmatch(r"\d\d:\d\d:\d\d error failed .*path=/crash.* request_id=\w+", error)
    assert all(line.startswith("    ") for line in trace)
    assert trace[-1] == "    {}\\u001b[2J"
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /crash 500 \d+ms", last)
