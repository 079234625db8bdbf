"""Bounds on what one request may take: bytes, time to send them, and time to work on them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.errors import Busy
from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM, Role
from app.domain.text import Text
from app.store import tokens
from app.store.users import Given
from app.web import deadline, middleware, streams
from app.web.deadline import IMPORT, Deadline, Leaving
from app.web.middleware import MIB, bound_of
from app.web.places import Places
from tests import sheets
from tests.loops import awaited
from tests.served import Frozen, Site, shown
from tests.uploads import File, last, send

ROWS = [("2023-10-02", "电商私域组", "包裹卡", 100, 5, 1), ("2023-10-03", "电商私域组", "包裹卡", 100, 5, 1)]


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/import/preview", 32 * MIB),
        ("/api/v1/facts/friends", 32 * MIB),
        ("/api/v1/units/east", MIB),
        ("/entry/friends", 8 * MIB),
        ("/plan", 8 * MIB),
        ("/login", 64 * 1024),
        ("/units", 64 * 1024),
        ("*", 64 * 1024),
    ],
)
def test_each_edge_has_its_own_bound_and_none_is_above_the_setting(path: str, size: int) -> None:
    assert bound_of(path, 32 * MIB).size == size
    assert bound_of(path, 1000).size == 1000


def test_a_form_of_an_account_takes_no_megabytes(site: Site) -> None:
    page = shown(site.of("").post("/login", {"name": "x" * 70_000, "password": "x"}), 413)
    assert "内容过大" in page.text


def sent(site: Site, path: str, parts: Iterator[bytes], **headers: str) -> tuple[int, dict[bytes, bytes], str]:
    """Send a body that stops coming, as a server hears it; return status, headers and text."""
    told: list[Any] = []
    cookie = "; ".join(f"{name}={value}" for name, value in site.client.cookies.items())
    named = {"host": "luopan.test", "cookie": cookie, "sec-fetch-site": "same-origin", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "PUT" if path.startswith("/api/") else "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
        "client": ("127.0.0.1", 1),
        "server": ("luopan.test", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        for part in parts:
            return {"type": "http.request", "body": part, "more_body": True}
        await asyncio.Event().wait()
        raise AssertionError

    async def send_(message: Any) -> None:  # noqa: ANN401 (ASGI's own type)
        told.append(message)

    awaited(site.app, scope, receive, send_)
    body = b"".join(message.get("body", b"") for message in told[1:])
    return told[0]["status"], dict(told[0]["headers"]), body.decode()


def test_a_body_that_stops_coming_is_408_in_the_form_of_its_edge(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PAUSE_SECONDS", 0.05)
    form = {"content_type": "application/x-www-form-urlencoded"}
    status, headers, text = sent(site, "/units", iter([b"code=", b"new"]), **form)
    assert (status, headers[b"connection"]) == (408, b"close")
    assert "上传太慢" in text
    upload = {"content_type": "multipart/form-data; boundary=x"}
    status, _, text = sent(site, "/import/inspect", iter([b"--x\r\n"]), **upload)
    assert (status, json.loads(text)["error"]["status"]) == (408, 408)
    token = {"authorization": f"Bearer {_token(site)}", "content_type": "application/json"}
    status, _, text = sent(site, "/api/v1/facts/friends", iter([b'{"rows": [']), **token)
    assert (status, json.loads(text)["detail"]) == (408, "The body came too slowly")


def test_a_body_that_drips_is_408_after_all_its_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BOUNDS", (("/", middleware.Bound(1000 * MIB, 0.1)),))

    def drops() -> Iterator[bytes]:
        while True:
            yield b"x"

    status, _, _ = sent(site, "/units", drops(), content_type="application/x-www-form-urlencoded")
    assert status == 408


def _token(site: Site) -> str:
    with site.database.write() as session:
        return tokens.create(session, SYSTEM, "probe", Given(Role.ADMIN))


def test_work_that_takes_too_long_ends_with_a_sentence_and_writes_nothing(site: Site) -> None:
    file = File(site, sheets.text([sheets.FRIENDS, *ROWS]))
    before = site.stored(FRIENDS)
    seen = file.preview()["fingerprint"]
    hasty = Site.on(site.database, Frozen(job_seconds=1e-9))
    for what in ("preview", "commit", "bad"):
        answer = send(hasty, what, file.data, **file.fields, fingerprint=seen)
        assert answer.status_code == 503
        assert "没有写入任何数据；请把文件拆小后再试" in last(answer)["error"]["message"]
        assert answer.headers["retry-after"] == "2"
    assert site.stored(FRIENDS) == before
    for path in ("facts/friends", "growth", "targets?unit=article&month=2023-09"):
        page = shown(hasty.get(f"/export/{path}"), 503)
        assert "请缩小日期范围或单元后再试" in page.text


def test_work_has_some_seconds_once_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    leaving = Leaving()
    work = Deadline(60, IMPORT, leaving)
    work.check()
    leaving.begin()
    assert list(work.through([1, 2])) == [1, 2]
    monkeypatch.setattr(deadline, "LAST_SECONDS", -1)
    with pytest.raises(Busy, match="stopping"):
        work.check()


def test_places_refuse_at_once_or_after_a_wait() -> None:
    places = Places(1, Text("满", "full"))

    async def waited(seconds: float) -> None:
        async with places.waited(seconds):
            pass

    with places.taken():
        with pytest.raises(Busy, match="full"), places.taken():
            pass
        with pytest.raises(Busy, match="full"):
            awaited(waited, 0.05)
    awaited(waited, 0)
    with places.taken():
        pass


def test_what_nothing_foresaw_a_full_disk_and_a_busy_database_are_told_apart() -> None:
    full = streams.fault(OSError(28, "No space left on device"))
    assert (full["error"]["status"], streams.fault(ValueError())["error"]["status"]) == (507, 500)
