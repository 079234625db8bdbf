"""A request that is sent again and again to a server of this machine, and what each answer costs it."""

import subprocess
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter, sleep

from app.cli.bench.server import PATIENCE, cpu
from app.domain.period import Period

UNIT = "luopan"
"""The company of the demo."""
SLICE = 0.4
"""Seconds of CPU that a turn takes at least: the system counts them in hundredths."""
OPEN = {"LUOPAN_API_RATE": "0"}
"""Nobody is told to wait."""
UNCACHED = {**OPEN, "LUOPAN_CACHE_MB": "0"}


@dataclass(frozen=True, slots=True)
class Question:
    """One request that is sent again and again over one connection, and the process that answers it."""

    process: subprocess.Popen[bytes]
    connection: HTTPConnection
    method: str
    path: str
    headers: dict[str, str]
    body: str | None = None

    def ask(self) -> bytes:
        """Return the answer."""
        self.connection.request(self.method, self.path, self.body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != 200:  # noqa: PLR2004 (the only good answer)
            raise RuntimeError(f"{self.path} answered {answer.status}: {content[:200]!r}")
        return content

    def milliseconds(self) -> float:
        """Return what an answer takes of the CPU, the mean over as many as fill a turn."""
        start, asked, spent = cpu(self.process.pid), 0, 0.0
        while spent < SLICE:
            self.ask()
            asked += 1
            spent = cpu(self.process.pid) - start
        return spent / asked * 1000


def board_question(
    process: subprocess.Popen[bytes], port: int, token: str, period: Period, unit: str = UNIT
) -> Question:
    """Return what asks for the growth board of the company, as a program that keeps its connection."""
    connection = connected(process, port, "/livez")
    connection.getresponse().read()
    path = f"/api/v1/boards/growth?unit={unit}&from={period.first}&to={period.last}"
    return Question(process, connection, "GET", path, {"Authorization": f"Bearer {token}"})


def connected(process: subprocess.Popen[bytes], port: int, path: str) -> HTTPConnection:
    """Return a connection, with a first question sent, as soon as the server takes it."""
    start = perf_counter()
    while perf_counter() - start < PATIENCE and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
        except OSError:
            sleep(0.05)
        else:
            return connection
    raise TimeoutError("the server did not start")
