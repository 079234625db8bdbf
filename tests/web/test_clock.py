"""C10: today is the day in the workspace's time zone, at the edges of days, months, years and leap days.

The days are typed by hand. The clock of the machine stands in yet another zone.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from starlette.testclient import TestClient

from app.db import Database
from app.domain.roles import SYSTEM, Role
from app.main import create_app
from app.settings import ROOT, Settings
from app.store import tokens
from app.store.users import Given
from tests.served import UNIT, Site, copied

MACHINE = ZoneInfo("Asia/Kolkata")
ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati")
"""8 hours ahead, none, 8 behind (7 in summer), 14 ahead."""

EDGES = {
    "2023-02-28T16:00:00": ("2023-03-01", "2023-02-28", "2023-02-28", "2023-03-01"),
    "2023-12-31T15:59:59": ("2023-12-31", "2023-12-31", "2023-12-31", "2024-01-01"),
    "2024-01-01T07:59:59": ("2024-01-01", "2024-01-01", "2023-12-31", "2024-01-01"),
    "2024-02-28T16:00:00": ("2024-02-29", "2024-02-28", "2024-02-28", "2024-02-29"),
    "2024-02-29T10:00:00": ("2024-02-29", "2024-02-29", "2024-02-29", "2024-03-01"),
    "2024-03-01T00:00:00": ("2024-03-01", "2024-03-01", "2024-02-29", "2024-03-01"),
    "2024-04-01T06:59:59": ("2024-04-01", "2024-04-01", "2024-03-31", "2024-04-01"),
}
"""A moment in UTC, and which day it is then in each zone."""

MONTH_OF = {
    "2023-02-28": ("2023-02-01", "2023-02-28", "2023-02-27"),
    "2023-03-01": ("2023-02-01", "2023-02-28", "2023-02-28"),
    "2023-12-31": ("2023-12-01", "2023-12-31", "2023-12-30"),
    "2024-01-01": ("2023-12-01", "2023-12-31", "2023-12-31"),
    "2024-02-28": ("2024-02-01", "2024-02-28", "2024-02-27"),
    "2024-02-29": ("2024-02-01", "2024-02-29", "2024-02-28"),
    "2024-03-01": ("2024-02-01", "2024-02-29", "2024-02-29"),
    "2024-03-31": ("2024-03-01", "2024-03-31", "2024-03-30"),
    "2024-04-01": ("2024-03-01", "2024-03-31", "2024-03-31"),
}
"""On a day: the first and last day that boards show unasked, and the day that is entered."""


@pytest.fixture(scope="module")
def shared(served_file: Path) -> Iterator[Database]:
    """A Luopan that these tests share."""
    with copied(served_file) as made:
        yield made


@pytest.mark.parametrize("place", range(len(ZONES)), ids=ZONES)
def test_c10_today_is_the_day_of_the_workspace(shared: Database, place: int) -> None:
    settings = Settings(timezone=ZONES[place])
    app = create_app(settings, shared)
    with shared.write() as session:
        token = tokens.create(session, SYSTEM, ZONES[place], Given(Role.OPERATOR))
    seen: set[date] = set()
    for moment, days in EDGES.items():
        at = datetime.fromisoformat(f"{moment}+00:00").astimezone(MACHINE)
        with time_machine.travel(at, tick=False):
            today = date.fromisoformat(days[place])
            assert settings.today() == today, moment
            _check_api(TestClient(app, headers={"Authorization": f"Bearer {token}"}), today)
            if today not in seen:
                seen.add(today)
                _check_pages(Site(app, shared, settings, "ada"), today)


def _check_api(client: TestClient, today: date) -> None:
    """The last day that takes facts, and that can be looked back to, is today."""
    tomorrow = today + timedelta(days=1)
    key = {"unit": UNIT, "channel": "video", "adds": 1}
    answers = [
        client.put("/api/v1/facts/friends", json={"rows": [{"day": f"{day}", **key}]}) for day in (today, tomorrow)
    ]
    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json()["errors"][0]["field"] == "day"
    ask = f"/api/v1/boards/targets?unit={UNIT}&month={today:%Y-%m}&as_of="
    assert [client.get(f"{ask}{day}").status_code for day in (today, tomorrow)] == [200, 422]


def _check_pages(site: Site, today: date) -> None:
    """What pages show unasked begins and ends with the days of the workspace."""
    first, last, entered = MONTH_OF[f"{today}"]
    board = site.page(f"/growth?unit={UNIT}")
    assert [board.one("input", name=name)["value"] for name in ("from", "to")] == [first, last]
    entry = site.page(f"/entry/friends?unit={UNIT}")
    assert {node["value"] for node in entry.all("input", name="day")} == {entered}
    month = f"{entered[:4]}年{int(entered[5:7])}月"
    assert f"{month}还没有目标" in site.page(f"/targets?unit={UNIT}").text
    assert site.page(f"/plan?unit={UNIT}").one("input", name="month", type="month")["value"] == entered[:7]
    refused = site.post("/closing", {"month": f"{today}"[:7]})
    assert (refused.status_code, "还没有结束" in refused.text) == (422, True), "the month of today is not over"


def test_c10_only_the_settings_ask_for_a_day() -> None:
    asks = re.compile(r"\b(date|datetime)\.today\(|utcnow\(|localtime\(|datetime\.now\((?!UTC\))|now\(UTC\)\.date")
    files = sorted((ROOT / "app").rglob("*.py"))
    found = [path.relative_to(ROOT).as_posix() for path in files if asks.search(path.read_text(encoding="utf-8"))]
    assert found == ["app/settings.py"]
