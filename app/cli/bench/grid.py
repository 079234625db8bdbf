"""The entry grid: what a keystroke costs until it is painted, and what saving a day costs over HTTP."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import urlencode

import click

from app.cli.bench.server import served
from app.db import Database
from app.domain.facts import SALES, CustomerKind
from app.domain.period import DAY
from app.domain.roles import SYSTEM, Role
from app.inputs.facts import SalesRow
from app.inputs.master import ChannelInput
from app.store import channels, facts, passwords, users
from app.web.guard import COOKIE

UNIT, NAME, PASSWORD = "ecommerce", "bench-grid", "bench-grid-only"
SOURCES = 12
KEYS = 28
"""Keystrokes that are measured in a round."""
P95 = 0.95

# The handling of a key, and the frame that shows what it did. The wait between them, for the beat of
# the screen, is no work and is left out.
MEASURE = """() => {
  let start = 0;
  addEventListener("keydown", () => (start = performance.now()), { capture: true });
  addEventListener("input", () => {
    const handled = performance.now() - start;
    window.painted = new Promise((done) => requestAnimationFrame(() => {
      const frame = performance.now();
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(handled + performance.now() - frame);
      channel.port2.postMessage(0);
    }));
  });
}"""

Taken = list[tuple[float, float]]
"""For each key the milliseconds by the clock, and those that the page's main thread worked."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the grid is measured: a served address, a session, and the day."""

    port: int
    cookie: str
    day: date

    @property
    def path(self) -> str:
        """The address of the form."""
        return f"/entry/sales?unit={UNIT}&day={self.day.isoformat()}"


def grid_figures(database: Database, url: str, today: date, rounds: int) -> dict[str, float]:
    """Return the time from a key to its paint, where Chromium is, and that of saving a day."""
    day = today - DAY
    _prepare(database, day, today)
    with served(url) as (_process, port):
        place = Place(port, _logged_in(port), day)
        return _typing(place, rounds) | _saving(place, rounds)


def _prepare(database: Database, day: date, today: date) -> None:
    """Make somebody who enters, and enough sources that a day of sales has more than 80 rows."""
    with database.write() as session:
        users.add(session, SYSTEM, NAME, [users.Given(Role.ADMIN)], passwords.hashed(PASSWORD, NAME))
        for index in range(SOURCES):
            given = ChannelInput(name=f"渠道 {index + 1}", kind="source")
            channels.put(session, SYSTEM, f"bench-{index}", given)
        rows = [
            SalesRow(day=day, unit=UNIT, touchpoint="official", source="video", customer_kind=kind, gmv="99999.00")
            for kind in CustomerKind
        ]
        facts.put(session, SYSTEM, SALES, rows, today)


def _logged_in(port: int) -> str:
    deadline = time.perf_counter() + 30
    while True:
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            body = urlencode({"name": NAME, "password": PASSWORD})
            connection.request("POST", "/login", body, {"Content-Type": "application/x-www-form-urlencoded"})
            return str(connection.getresponse().headers["Set-Cookie"]).partition(";")[0].partition("=")[2]
        if time.perf_counter() > deadline:
            raise TimeoutError("the server did not start")
        time.sleep(0.05)


def _saving(place: Place, rounds: int) -> dict[str, float]:
    """Save a day of sales, 24 rows of 6 cells, with other numbers each time."""
    touchpoints = ("official", "mini_program", "one_to_one", "community", "moments", "sms")
    taken = []
    for turn in range(rounds + 1):
        fields = {"unit": UNIT, "day": place.day.isoformat()}
        for number, (touchpoint, kind) in enumerate((t, k) for t in touchpoints for k in CustomerKind):
            prefix = f"{touchpoint}.unattributed_source.{kind.value}"
            measures = {"gmv": 1000 + number + turn, "orders": 10 + turn, "buyers": 5 + turn, "refunds": turn}
            measures |= {"member_gmv": 100 + turn, "member_orders": 1 + turn}
            fields |= {f"{prefix}.{key}": str(value) for key, value in measures.items()}
        taken.append(_post(place, fields))
    return {"save of a day, 24 rows x 6 cells over HTTP, p50 ms": median(taken[1:])}


def _post(place: Place, fields: dict[str, str]) -> float:
    headers = {"Cookie": f"{COOKIE}={place.cookie}", "Accept": "application/json"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = HTTPConnection("127.0.0.1", place.port, timeout=30)
    start = time.perf_counter()
    connection.request("POST", "/entry/sales", urlencode(fields), headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:  # noqa: PLR2004 (the only good answer)
        raise RuntimeError(f"the save answered {answer.status}: {text[:200]!r}")
    return (time.perf_counter() - start) * 1000


def _typing(place: Place, rounds: int) -> dict[str, float]:
    chromium = _chromium()
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (a tool of development)
    except ImportError:
        chromium = None
    if chromium is None:
        click.echo("left out, no Chromium or playwright here: typing to paint", err=True)
        return {}
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        address = f"http://127.0.0.1:{place.port}"
        context.add_cookies([{"name": COOKIE, "value": place.cookie, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/login")
        alone = _typed(page, "input[name=name]", rounds)
        page.goto(address + place.path)
        rows = page.locator("table.g tbody tr:has(td.in)").count()
        taken = _typed(page, "table.g input[tabindex='0']", rounds)
        browser.close()
    grid = f"a key to its paint, sales day of {rows} rows x 6 cells"
    lone = "a key to its paint, a lone text field"
    return _figures(grid, taken) | _figures(lone, alone)


def _figures(name: str, taken: Taken) -> dict[str, float]:
    """Return medians and 95th percentiles: as the clock ran, and as the page's main thread worked."""
    found = {}
    for kind, values in zip(("", ", main thread"), zip(*taken, strict=True), strict=True):
        ordered = sorted(values)
        found[f"{name}{kind}, p50 ms"] = median(ordered)
        found[f"{name}{kind}, p95 ms"] = ordered[int(len(ordered) * P95)]
    return found


def _typed(page: Any, field: str, rounds: int) -> Taken:  # noqa: ANN401 (of a package that need not be there)
    """Type numbers of four digits, going on to the next cell after each; time every digit."""
    page.locator(field).focus()
    page.wait_for_timeout(500)
    page.evaluate(MEASURE)
    thread = page.context.new_cdp_session(page)
    # Time that the thread ran: others on the machine do not count.
    thread.send("Performance.enable", {"timeDomain": "threadTicks"})
    found = []
    for index in range(KEYS * rounds):
        before = _worked(thread)
        page.keyboard.press("123456789"[index % 9])
        clock = page.evaluate("() => window.painted")
        found.append((clock, (_worked(thread) - before) * 1000))
        if index % 4 == 3 and "table" in field:  # noqa: PLR2004 (four digits)
            page.keyboard.press("Tab")
            page.wait_for_timeout(20)
    return found


def _worked(thread: Any) -> float:  # noqa: ANN401 (of a package that need not be there)
    metrics = thread.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
