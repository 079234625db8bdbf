"""An import of 100,000 rows as a browser sends it: seconds to preview and to write, and what memory grows by."""

import csv
import io
import json
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from app.cli.bench.server import cpu, memory, served
from app.db import Database
from app.domain.facts import FIRST_DAY
from app.domain.period import DAY
from app.domain.roles import SYSTEM, Role
from app.settings import load
from app.store import sessions, users
from app.store.sessions import Browser
from app.store.users import Given
from app.web.guard import cookie_name

ROWS = 100_000
BOUNDARY = "luopan-bench-boundary"
PATIENCE = 120


UNITS = ("电商私域组", "门店私域组", "知识社群组", "会员中心")
SOURCES = ("视频号", "小程序商城", "包裹卡", "抖音", "小红书")


def import_figures(database: Database, url: str, rows: int = ROWS) -> dict[str, float]:
    """Return seconds for the preview and the commit of a csv, and how many MB the server grew at its peak."""
    with database.write() as session:
        user_id = users.add(session, SYSTEM, "bench", [Given(Role.ADMIN)])
        cookie = sessions.start(session, load().key, user_id, timedelta(days=1), Browser())
    data, figures = _csv(rows), dict[str, float]()
    with served(url) as (process, port):
        browser = _Browser(port, cookie, data)
        reading = json.dumps(browser.first_answer()["reading"])
        before = memory(process.pid)
        Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")
        start, spent = perf_counter(), cpu(process.pid)
        found = browser.ask("preview", {"reading": reading})["result"]
        figures[f"preview of {rows} rows, s"] = perf_counter() - start
        start = perf_counter()
        browser.ask("commit", {"reading": reading, "fingerprint": found["fingerprint"]})
        figures[f"import of {rows} rows, s"] = perf_counter() - start
        figures["both, CPU s"] = cpu(process.pid) - spent
        figures["memory an import takes, MB"] = memory(process.pid, "VmHWM") - before
    return figures


def _csv(rows: int) -> bytes:
    """Return friends rows long before the demo's own days: every one of them is new."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["日期", "单元", "引流渠道", "触达数", "新增好友", "流失好友"])
    kinds = [(unit, source) for unit in UNITS for source in SOURCES]
    for index in range(rows):
        day = FIRST_DAY + DAY * (index // len(kinds))
        writer.writerow([day, *kinds[index % len(kinds)], f"{1000 + index % 97:,}", 50, 20])
    return out.getvalue().encode()


class _Browser:
    """Sends one file again and again, as the import page does."""

    def __init__(self, port: int, cookie: str, data: bytes) -> None:
        self.port, self.data = port, data
        self.headers = {
            "Cookie": f"{cookie_name(load())}={cookie}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }

    def first_answer(self) -> dict[str, Any]:
        """Ask what the file holds, as soon as the server answers."""
        start = perf_counter()
        while perf_counter() - start < PATIENCE:
            try:
                return self.ask("inspect", {})
            except OSError:
                sleep(0.05)
        raise TimeoutError("the server did not start")

    def ask(self, what: str, fields: dict[str, str]) -> dict[str, Any]:
        """Send the file and return the last line of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST", f"/import/{what}", self._body(fields), self.headers)
        text = connection.getresponse().read()
        connection.close()
        last: dict[str, Any] = json.loads(text.splitlines()[-1])
        if "error" in last:
            raise RuntimeError(f"the import was refused: {last}")
        return last

    def _body(self, fields: dict[str, str]) -> bytes:
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()
        ]
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="bench.csv"\r\n\r\n')
        return "".join(parts).encode() + self.data + f"\r\n--{BOUNDARY}--\r\n".encode()
