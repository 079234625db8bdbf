"""Boards over HTTP: made anew beside their own SQL, and kept ones beside a bare response of the same server."""

import socket
from datetime import date
from statistics import median
from time import perf_counter

from app.boards.read import Asked
from app.cli.bench.asking import OPEN, UNCACHED, board_question
from app.cli.bench.board import REPEAT, board_call, periods
from app.cli.bench.company import ROOT, say
from app.cli.bench.server import PATIENCE, cpu, served
from app.cli.bench.turns import alternate, asking, heard, p50, ratio
from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.store import tokens
from app.store.users import Given

CONNECTIONS = 8
TURN = 1.0
"""Seconds of a turn: CPU is counted in hundredths."""
Figures = dict[str, float]


def answer_figures(database: Database, url: str, today: date, rounds: int) -> Figures:
    """Return response times, requests per second and CPU time per request."""
    say("asking over HTTP ...")
    with database.write() as session:
        token = tokens.create(session, SYSTEM, "bench-answers", Given(Role.ADMIN))
    return _uncached(database, url, token, today, rounds) | _cached(url, token, today, rounds)


def _uncached(database: Database, url: str, token: str, today: date, rounds: int) -> Figures:
    found: Figures = {}
    with served(url, **UNCACHED) as (process, port):
        for name, period in periods(today).items():
            question = board_question(process, port, token, period, ROOT)
            question.ask()
            with heard(database) as statements:
                board_call(database, "growth", Asked(ROOT, period), today)()
            turns = alternate({"http": question.ask, "sql": asking(database, statements)}, rounds, REPEAT)
            found[f"board over HTTP, company, {name}, uncached, p50 ms"] = p50(turns, "http")
            found[f"board over HTTP, company, {name}, uncached, CPU ms"] = question.milliseconds()
            found[f"board over HTTP / its own SQL, company, {name}"] = ratio(turns, "http", "sql")
            question.connection.close()
    return found


def _cached(url: str, token: str, today: date, rounds: int) -> Figures:
    period = periods(today)["18 months"]
    path = f"/api/v1/boards/growth?unit={ROOT}&from={period.first}&to={period.last}"
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "br"}
    with served(url, **OPEN) as (process, port):
        question = board_question(process, port, token, period, ROOT)
        question.ask()
        question.connection.request("GET", path, headers=headers)
        answer = question.connection.getresponse()
        answer.read()
        question.connection.close()
        asked = {
            "bare": Crowd(port, "/livez", {}),
            "cached": Crowd(port, path, headers),
            "304": Crowd(port, path, headers | {"If-None-Match": str(answer.headers["ETag"])}),
        }
        turns = [{name: crowd.turn(process.pid) for name, crowd in asked.items()} for _ in range(rounds + 1)][1:]
        for crowd in asked.values():
            crowd.close()
    found: Figures = {"cached board, bytes sent": float(asked["cached"].size)}
    for name, label in {"bare": "bare response", "cached": "cached board", "304": "304"}.items():
        found[f"{label}, requests per second"] = median(turn[name][0] for turn in turns)
        found[f"{label}, CPU ms"] = median(turn[name][1] for turn in turns)
    for name, label in {"cached": "cached board", "304": "304"}.items():
        found[f"{label} / bare response, requests per second"] = median(t[name][0] / t["bare"][0] for t in turns)
        found[f"{label} / bare response, CPU"] = median(t[name][1] / t["bare"][1] for t in turns)
    return found


class Crowd:
    """Connections that all ask at once, in bytes made beforehand: the server never waits for its client."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
        self.request = "\r\n".join([*lines, "", ""]).encode()
        self.connections = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(CONNECTIONS)]
        self.size = self._first(self.connections[0])
        """Bytes of an answer; the first one says it, and all others are the same."""

    def turn(self, pid: int) -> tuple[float, float]:
        """Return requests per second, and CPU milliseconds of the server for each."""
        start, spent, asked = perf_counter(), cpu(pid), 0
        while perf_counter() - start < TURN:
            for connection in self.connections:
                connection.sendall(self.request)
            for connection in self.connections:
                self._read(connection)
            asked += len(self.connections)
        return asked / (perf_counter() - start), (cpu(pid) - spent) / asked * 1000

    def close(self) -> None:
        """Leave."""
        for connection in self.connections:
            connection.close()

    def _first(self, connection: socket.socket) -> int:
        connection.sendall(self.request)
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._some(connection)
        lines, _, body = head.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in lines.split(b"\r\n")[1:])
        left = 0 if b" 304 " in lines[:14] else int(fields[b"content-length"]) - len(body)
        size = len(head) + left
        while left > 0:
            left -= len(self._some(connection))
        return size

    def _read(self, connection: socket.socket) -> None:
        left = self.size
        while left > 0:
            left -= len(self._some(connection))

    def _some(self, connection: socket.socket) -> bytes:
        some = connection.recv(1 << 18)
        if not some:
            raise ConnectionError("the server closed a connection")
        return some
