"""A Luopan in a process of its own, as an administrator starts it: served, asked, killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple, Self

from app.settings import ROOT

START_SECONDS = 60
GONE = (OSError, HTTPException)
"""What a client meets when a server has died."""


class Answer(NamedTuple):
    """What a server said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 (parsed JSON)
        """Its body, parsed."""
        return json.loads(self.text)


class Client:
    """One connection that is kept open, with a token or a session."""

    def __init__(self, port: int, token: str = "", *, cookie: str = "", timeout: float = 30) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.headers |= {"Cookie": cookie} if cookie else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def ask(self, path: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:  # noqa: ANN401 (JSON, or bytes)
        """Send a request and return the answer; raises one of GONE when the server goes away meanwhile."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body, named = json.dumps(body).encode(), {"Content-Type": "application/json", **named}
        self.connection.request(method, path, body, {**self.headers, **named})
        answer = self.connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, told, answer.read().decode())

    def put(self, kind: str, *rows: dict[str, Any]) -> Answer:
        """Send a PUT of facts."""
        return self.ask(f"/api/v1/facts/{kind}", "PUT", {"rows": list(rows)})


class Served:
    """`luopan serve` on one database and one port; it may be started again after it ended."""

    def __init__(self, url: str, log: Path, *words: str, **settings: str) -> None:
        self.url, self.log, self._words = url, log, words
        self._environment = {**os.environ, "LUOPAN_DATABASE_URL": url}
        self._environment |= {f"LUOPAN_{name.upper()}": value for name, value in settings.items()}
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port: int = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self.process is not None
        return self.process.pid

    @property
    def said(self) -> str:
        """What all its processes wrote so far."""
        return self.log.read_text(encoding="utf-8")

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "app.cli", "serve", "--port", str(self.port), *self._words]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=log, stderr=log)
        end = monotonic() + START_SECONDS
        while True:
            try:
                with self.client() as client:
                    assert client.ask("/healthz").status == 200
                    return
            except GONE:
                assert self.process.poll() is None, self.said
                assert monotonic() < end, self.said
                sleep(0.05)

    def client(self, token: str = "", **options: Any) -> Client:  # noqa: ANN401 (options of Client)
        return Client(self.port, token, **options)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut of this process would."""
        self.signal(signal.SIGKILL)
        self._wait(10)

    def stop(self, seconds: float = 12) -> float:
        """Tell it to stop, and return the seconds it took; more than `seconds` are an error."""
        begun = monotonic()
        self.signal(signal.SIGTERM)
        self._wait(seconds)
        return monotonic() - begun

    def ended(self, seconds: float) -> None:
        """Wait until it has ended."""
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        assert self.process is not None
        self.process.wait(seconds)
        self.process = None

    def token(self, role: str = "admin") -> str:
        """Return a token made by the command."""
        command = [sys.executable, "-m", "app.cli", "token", "create", "--name", "probe", "--role", role]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True, check=True)
        found = re.fullmatch(r"lp_\S+", done.stdout.splitlines()[-1])
        assert found
        return found[0]


@contextmanager
def served(url: str, directory: Path, *words: str, **settings: str) -> Iterator[Served]:
    """Give a running server; whatever still runs afterwards is killed."""
    made = Served(url, directory / "server.log", *words, **settings)
    made.start()
    try:
        yield made
    finally:
        if made.process is not None:
            made.process.kill()
            made.process.wait()
