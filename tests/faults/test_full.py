"""A disk without room: said as such, nothing that was acknowledged is lost, and room is all that it takes to go on."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from app.db import Database
from app.domain.errors import FULL
from tests import bed
from tests.faults.people import admitted, imported
from tests.faults.writers import batch, facts, sound
from tests.process import Served, served

SIZE = 400
READING: dict[str, Any] = {
    "kind": "friends",
    "header": 1,
    "columns": [{"field": "day"}, {"field": "adds"}],
    "constants": {"unit": "co", "channel": "parcel"},
}


@pytest.mark.disk
def test_c07_a_full_disk_is_507_and_keeps_what_was_acknowledged(small: Database, tmp_path: Path) -> None:
    token, cookie = admitted(small)
    with served(small.url.render_as_string(), tmp_path) as server:
        acked = _until_full(server, token)
        _told_in_a_page_and_in_json(server, cookie)
        _kept(server, token, acked)
        server.kill()
        bed.enlarge(Path(str(small.url.database)).parent, "12m")
        server.start()
        _kept(server, token, acked)
        with server.client(token) as client:
            answer = client.put("friends", *batch(1, 0, SIZE))
            assert answer.status == 200, answer.text
        _kept(server, token, [*acked, (1, 0)])
        assert server.stop() < 12
    sound(small.url.database)


def _until_full(server: Served, token: str) -> list[tuple[int, int]]:
    """Write until not even a row finds room, and return the batches that were acknowledged."""
    acked = []
    with server.client(token) as client:
        for number in range(100):
            answer = client.put("friends", *batch(0, number, SIZE))
            if answer.status != 200:
                assert (answer.status, answer.json["detail"]) == (507, FULL.en), answer.text
                break
            acked.append((0, number))
        for number in range(1000):
            unit = {"name": "北区" * 25, "kind": "company"}
            if client.ask(f"/api/v1/units/n{number}", "PUT", unit).status == 507:
                return acked
    raise AssertionError("the disk has no end")


def _told_in_a_page_and_in_json(server: Served, cookie: str) -> None:
    with server.client(cookie=cookie) as client:
        form = urlencode({"code": "new", "name": "北区" * 25, "kind": "company", "active": "on"}).encode()
        page = client.ask("/units", "POST", form, Content_Type="application/x-www-form-urlencoded")
        assert page.status == 507
        assert FULL.zh in page.text
        assert "磁盘已满" in page.text
        days = "".join(f"2023-{month:02}-{day:02},5\n" for month in range(1, 10) for day in range(1, 29))
        seen = imported(client, "preview", f"day,adds\n{days}", **READING)["result"]
        refused = imported(client, "commit", f"day,adds\n{days}", seen["fingerprint"], **READING)["error"]
        assert refused == {"status": 507, "message": FULL.zh}


def _kept(server: Served, token: str, acked: list[tuple[int, int]]) -> None:
    """Assert that exactly the acknowledged batches are stored."""
    with server.client(token) as client:
        stored = sorted((row["unit"], row["day"], row["adds"]) for row in facts(client))
    assert stored == sorted((row["unit"], row["day"], row["adds"]) for name in acked for row in batch(*name, SIZE))
