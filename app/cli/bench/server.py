"""The same board over HTTP, beside a bare response of the same server; its start, memory and a large write."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from app.cli.demo.patterns import demo_days
from app.db import Database
from app.domain.period import DAY
from app.domain.roles import SYSTEM, Role
from app.store import tokens
from app.store.users import Given

BATCH = 50_000
PATIENCE = 30.0


def server_figures(database: Database, url: str, today: date, rounds: int) -> dict[str, float]:
    """Return start, memory, response times, CPU per response and the time of a PUT of 50,000 rows."""
    with database.write() as session:
        token = tokens.create(session, SYSTEM, "bench", Given(Role.ADMIN))
    days = demo_days(today)
    board = f"/api/v1/boards/growth?unit=luopan&from={days.first}&to={days.last}"
    figures: dict[str, float] = {}
    start = perf_counter()
    with served(url) as (process, port):
        http = _Client(port, token)
        figures["start to the first answer, s"] = http.first_answer(start)
        figures["memory at rest, MB"] = memory(process.pid)
        paths = {"growth board over HTTP": board, "bare response (/healthz)": "/healthz"}
        times: dict[str, list[float]] = {name: [] for name in paths}
        spent: dict[str, float] = dict.fromkeys(paths, 0.0)
        for _ in range(rounds):
            for name, path in paths.items():
                before, since = cpu(process.pid), perf_counter()
                http.get(path)
                times[name].append((perf_counter() - since) * 1000)
                spent[name] += (cpu(process.pid) - before) * 1000
        for name, taken in times.items():
            figures[f"{name}, p50 ms"] = median(taken)
            figures[f"{name}, CPU ms"] = spent[name] / rounds
        figures[f"PUT of {BATCH} friends rows, s"] = http.put(_rows(today))
    return figures


def _rows(today: date) -> bytes:
    """Return rows far before the demo's own days: every one of them is new."""
    sources = ("video", "mini_mall", "parcel_card", "douyin", "xiaohongshu")
    units = ("ecommerce", "knowledge")
    first = today - DAY * 8000
    rows = [
        {
            "day": (first + DAY * (index // 10)).isoformat(),
            "unit": units[index % 10 // 5],
            "channel": sources[index % 5],
            "reach": 1000 + index % 97,
            "adds": 50,
            "losses": 20,
        }
        for index in range(BATCH)
    ]
    return json.dumps({"rows": rows}).encode()


class _Client:
    """Asks one server, as one program would."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def get(self, path: str) -> None:
        """Read an answer to its end."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:  # noqa: PLR2004 (the only good answer)
            raise RuntimeError(f"{path} answered {answer.status}")

    def put(self, body: bytes) -> float:
        """Send rows and return the seconds until they are acknowledged."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        start = perf_counter()
        connection.request("PUT", "/api/v1/facts/friends", body, self.headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:  # noqa: PLR2004 (the only good answer)
            raise RuntimeError(f"the write answered {answer.status}: {text[:200]!r}")
        return perf_counter() - start

    def first_answer(self, start: float) -> float:
        """Wait until the server answers and return the seconds since `start`."""
        while perf_counter() - start < PATIENCE:
            try:
                self.get("/healthz")
            except OSError:
                sleep(0.01)
            else:
                return perf_counter() - start
        raise TimeoutError("the server did not start")


@contextmanager
def served(url: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve a database in a process of its own, with settings that differ; give the process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--migrate"]
    with running(command, {"LUOPAN_DATABASE_URL": url, **settings}) as process:
        yield process, port


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that runs until it is left."""
    environment = {**os.environ, **environment}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603 (ourselves)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def memory(pid: int, name: str = "VmRSS") -> float:
    """Return MB that a process holds, or with VmHWM the most it ever held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
