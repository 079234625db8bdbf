"""C25 on a server of its own: after hostile requests its log holds JSON lines, no secret and no forged line."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.settings import Settings
from app.store import tokens
from app.store.users import Given
from app.web.guard import COOKIE
from tests.served import PASSWORD, UNIT, begin_session

WRONG = "hunter2-and-wrong"
DEMO_PASSWORD = "demo-pass-word"
SECRET = "a secret of at least thirty-two characters"
KEY = "sk-live-0123456789"
FAKE = '{"event": "request", "request_id": "forged", "status": 200}'

Line = dict[str, Any]


@dataclass
class Server:
    """A served Luopan, what was sent to it, and the lines it wrote once it has ended."""

    port: int
    token: str
    session_id: str
    answers: dict[str, str] = field(default_factory=dict)
    """The first lines of each answer, by the name of its request."""
    said: str = ""

    def send(self, name: str, start: str, *headers: str, body: str = "") -> None:
        """Send a request as it stands: a client library would refuse to."""
        head = [start, "Host: luopan.test", "Connection: close", f"Content-Length: {len(body)}", *headers]
        raw = "\r\n".join([*head, "", body]).encode("latin-1")
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(raw)
            parts = iter(lambda: connection.recv(65536), b"")
            self.answers[name] = b"".join(parts).decode(errors="replace").partition("\r\n\r\n")[0]

    def id_of(self, name: str) -> str:
        """Return the id that the answer to a request names."""
        found = re.search(r"^x-request-id: (\S+)", self.answers[name], re.MULTILINE)
        assert found, self.answers[name]
        return found[1]

    def lines(self) -> list[Line]:
        """Return the lines of the log; each must be one JSON object."""
        found = [json.loads(line) for line in self.said.splitlines()]
        assert all(isinstance(line, dict) for line in found)
        return found

    def line_of(self, name: str) -> Line:
        """Return the one line of a request."""
        (line,) = [
            line for line in self.lines() if (line["event"], line.get("request_id")) == ("request", self.id_of(name))
        ]
        return line


def hostile(server: Server) -> None:
    """Send everything that a log could give away or be fooled by."""
    form = ("Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
    bearer, cookie = f"Authorization: Bearer {server.token}", f"Cookie: {COOKIE}={server.session_id}"
    wrong = urlencode({"name": f"ada\n{FAKE}", "password": WRONG})
    right = urlencode({"name": "ada", "password": PASSWORD})
    save = urlencode({"unit": UNIT, "day": "2023-10-06", "video.adds": "5"})
    server.send("wrong login", "POST /login HTTP/1.1", *form, body=wrong)
    server.send("right login", "POST /login HTTP/1.1", *form, body=right)
    server.send("token", "GET /api/v1/units HTTP/1.1", bearer)
    server.send("token in address", f"GET /api/v1/units?token={server.token}&key={KEY} HTTP/1.1")
    server.send("token as unit", f"GET /growth?unit={server.token} HTTP/1.1", cookie)
    server.send("page", f"GET /growth?unit={UNIT}&key={KEY} HTTP/1.1", cookie)
    server.send("save", "POST /entry/friends HTTP/1.1", *form, cookie, body=save)
    server.send("line in path", f"GET /%0A{FAKE.replace(' ', '%20')}%0A%E2%80%A8%C2%85%1B%5B2J HTTP/1.1")
    server.send("line in agent", "GET /healthz HTTP/1.1", f"User-Agent: x {FAKE}", "Referer: /?key=" + KEY)
    server.send("raw line", f"GET /\n{FAKE} HTTP/1.1")
    server.send("odd method", "BREW /growth HTTP/1.1")
    server.send("own id", "GET /healthz HTTP/1.1", "X-Request-ID: proxy-17.a_B")
    for number, forged in enumerate((FAKE, "short", "x" * 65, "ok-but-ü-not", "")):
        server.send(f"forged id {number}", "GET /healthz HTTP/1.1", f"X-Request-ID: {forged}")
    server.send("two ids", "GET /healthz HTTP/1.1", "X-Request-ID: aaaaaaaa", "X-Request-ID: bbbbbbbb")
    server.send("other peer", "GET /healthz HTTP/1.1", "X-Forwarded-For: 203.0.113.9")


@pytest.fixture(scope="module")
def server(served_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that has been sent all of it and has ended."""
    directory = tmp_path_factory.mktemp("logs")
    (directory / "demo-login.txt").write_text(f"demo / {DEMO_PASSWORD}\n", encoding="utf-8")
    file = shutil.copy(served_file, directory / "served.db")
    with closing(Database(f"sqlite:///{file}")) as database, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        free.close()
        with database.write() as session:
            token = tokens.create(session, SYSTEM, "erp", Given(Role.VIEWER))
        made = Server(port, token, begin_session(database, Settings(), "ada"))
        url = database.url.render_as_string(hide_password=False)
        environment = {**os.environ, "LUOPAN_DATABASE_URL": url, "LUOPAN_LOG_LEVEL": "debug"}
        command = [
            sys.executable,
            "-W",
            "default",
            "-m",
            "app.cli",
            "serve",
            "--port",
            str(port),
            "--demo",
            "--migrate",
        ]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
            try:
                _wait(port)
                hostile(made)
                with database.write() as session:
                    session.execute(text("PRAGMA ignore_check_constraints=ON"))
                    session.execute(text("UPDATE user_grants SET role = 'boss'"))
                made.send("crash", f"GET /growth?key={KEY} HTTP/1.1", f"Cookie: {COOKIE}={made.session_id}")
            finally:
                process.send_signal(signal.SIGTERM)
                made.said = process.communicate(timeout=12)[1]
    return made


def _wait(port: int) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            sleep(0.05)
        else:
            return
    raise TimeoutError


def test_c25_every_line_is_json_and_each_request_has_one(server: Server) -> None:
    requests = [line for line in server.lines() if line["event"] == "request"]
    named = {name: server.id_of(name) for name in server.answers if name != "raw line"}
    assert sorted(line["request_id"] for line in requests) == sorted(named.values())
    statuses = {name: int(server.answers[name].split()[1]) for name in named}
    assert {name: server.line_of(name)["status"] for name in named} == statuses
    assert all({"timestamp", "level", "logger", "method", "path", "ms", "peer"} <= line.keys() for line in requests)


def test_c25_no_line_holds_a_password_a_token_a_session_or_a_key(server: Server) -> None:
    secrets = (PASSWORD, WRONG, DEMO_PASSWORD, server.token, server.session_id, KEY, "key=", "Bearer", COOKIE)
    assert [secret for secret in secrets if secret in server.said or secret.replace(" ", "+") in server.said] == []
    assert "argon2" not in server.said


def test_c25_no_line_is_forged(server: Server) -> None:
    assert "\x1b" not in server.said
    assert [line for line in server.lines() if line.get("request_id") == "forged"] == []
    assert server.line_of("line in path")["path"] == f"/\n{FAKE}\n\u2028\u0085\x1b[2J"
    assert server.answers["raw line"].startswith("HTTP/1.1 400")
    assert server.id_of("own id") == "proxy-17.a_B"
    for name in server.answers:
        if name.startswith("forged id") or name == "two ids":
            assert re.fullmatch("[0-9a-f]{16}", server.id_of(name)), name
    assert {line["peer"] for line in server.lines() if "peer" in line} == {"127.0.0.1"}


def test_c25_a_failed_login_is_recorded_with_the_name_and_the_peer(server: Server) -> None:
    (failed,) = [line for line in server.lines() if line["event"] == "login_failed"]
    assert failed["actor"].startswith("ada\n{")
    assert (failed["peer"], failed["level"]) == ("127.0.0.1", "warning")
    assert failed["request_id"] == server.id_of("wrong login")


def test_a_line_says_who_asked_for_what_and_about_which_unit(server: Server) -> None:
    page, token, save = (server.line_of(name) for name in ("page", "token", "save"))
    assert (page["user"], page["origin"], page["unit"], page["route"]) == ("ada", "page", UNIT, "/growth")
    assert (token["user"], token["origin"], token["route"]) == ("erp", "token", "/api/v1/units")
    assert (save["user"], save["unit"], save["route"], save["status"]) == ("ada", UNIT, "/entry/{kind}", 303)
    assert "unit" not in server.line_of("token as unit")
    assert "user" not in server.line_of("token in address")
    assert "route" not in server.line_of("line in path")


def test_c25_a_handler_that_raised_has_one_error_line_with_the_id_of_the_answer(server: Server) -> None:
    (error,) = [line for line in server.lines() if line["level"] in ("error", "critical")]
    assert (error["request_id"], error["path"], error["status"]) == (server.id_of("crash"), "/growth", 500)
    assert error["exception"].endswith("ValueError: 'boss' is not a valid Role")
    assert server.line_of("crash")["status"] == 500


def test_the_start_names_the_address_and_the_file_of_the_demo_login(server: Server) -> None:
    events = [line["event"] for line in server.lines()]
    assert f"serving http://127.0.0.1:{server.port}" in events
    assert any(event.startswith("the login of the demo stands in ") for event in events)
