"""What fails is said in a page with a number to name it by, and the next request works again."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response

from app.db import Database
from app.domain.facts import FRIENDS
from app.domain.roles import Role
from app.queries import history
from app.web.middleware import HEADERS
from tests.served import UNIT, Frozen, Site, copied, shown

INTERNALS = re.compile(
    r"Traceback|sqlite|psycopg|sqlalchemy|SELECT |OperationalError|site-packages|127\.0\.0\.1", re.IGNORECASE
)


def failed(answer: Response, status: int, title: str) -> str:
    """Check the form of an error page; return the number it is named by."""
    page = shown(answer, status)
    assert title in page.one("h2").text
    assert title in page.one("title").text
    assert not INTERNALS.search(answer.text)
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
        assert answer.headers[name] == value
    found = re.search(rf"状态 {status}，编号 (\S{{8,64}})", page.text)
    assert found
    assert found[1] == answer.headers["x-request-id"]
    return found[1]


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Hold the write lock of a SQLite database, as a long write does."""
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_an_address_that_is_not_there(reading: Site) -> None:
    for site in (reading, reading.of("")):
        for path in ("/nowhere", "/growth/x", "/growth/", "/.env", "/app/main.py", "/index.php", "/%00", "/entry/a/b"):
            failed(site.get(path), 404, "没有这个页面")
    first, second = (failed(reading.get("/nowhere"), 404, "没有") for _ in range(2))
    assert first != second


def test_a_page_without_permission_says_who_can_grant_it(reading: Site) -> None:
    olga = reading.of("olga")
    failed(olga.get("/growth?unit=stores"), 403, "没有权限")
    page = olga.page("/growth?unit=stores", 403)
    assert "请联系管理员开通" in page.text
    assert page.one("nav", "side-nav")


def test_a_method_that_a_page_does_not_have(site: Site) -> None:
    assert site.client.delete("/units").status_code == 405
    assert site.client.put("/entry/friends").status_code == 405
    shown(site.post("/growth", {}), 405)


def test_a_form_that_is_too_large(site: Site) -> None:
    small = Site.on(site.database, Frozen(max_body_mb=1))
    before = site.stored(FRIENDS)
    big = {"unit": UNIT, "day": "2023-10-06", "video.adds": "5", "x": "x" * (1024 * 1024)}
    failed(small.post("/entry/friends", big), 413, "内容过大")
    assert site.stored(FRIENDS) == before
    del big["x"]
    assert small.post("/entry/friends", big).status_code == 303


def test_something_nobody_foresaw(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL, "luopan"):
        patch.setattr(history, "last_change", broken)
        answer = site.get("/growth")
        failed(answer, 500, "出错了")
        assert "secret" not in answer.text
        assert shown(answer, 500).one("div", "state").one("a")["href"] == "/growth"
    assert site.get("/growth").status_code == 200


def test_a_write_that_waits_too_long_is_said_and_works_again_later(site: Site) -> None:
    typed = {"unit": UNIT, "day": "2023-10-06", "video.adds": "5"}
    before = site.stored(FRIENDS)
    nobody = site.of("")
    with locked(site.database):
        for answer in (
            site.post("/entry/friends", typed),
            site.post("/plan", {"unit": UNIT, "month": "2023-10", "gmv.-.-.value": "5"}),
            site.post("/units", {"code": "north", "name": "北区", "kind": "store"}),
            nobody.post("/login", {"name": "ada", "password": "correct horse"}),
            site.post("/logout", {}),
        ):
            failed(answer, 503, "数据库暂时无法访问")
            assert answer.headers["retry-after"] == "2"
            assert "没有保存任何内容" in answer.text
        for path in ("/growth", "/entry/friends", "/plan", "/healthz"):
            assert site.get(path).status_code == 200
    assert site.stored(FRIENDS) == before
    assert site.post("/entry/friends", typed).status_code == 303
    assert len(site.stored(FRIENDS)) == len(before) + 1


def test_a_database_that_refuses_is_said_and_comes_back_without_a_restart(served_file: Path) -> None:
    with copied(served_file) as database:
        site = Site.on(database)
        away = Database("postgresql://nobody@127.0.0.1:1/luopan")
        site.app.state.database = away
        try:
            for path in ("/growth", "/entry/friends", "/units", "/docs"):
                answer = site.get(path)
                failed(answer, 503, "数据库暂时无法访问")
                assert answer.headers["retry-after"] == "2"
                assert shown(answer, 503).one("div", "state").one("a")["href"] == path
            failed(site.post("/entry/friends", {"unit": UNIT, "video.adds": "5"}), 503, "数据库暂时无法访问")
            assert site.get("/login").status_code == 200
            health = site.get("/healthz")
            assert (health.status_code, health.json()) == (503, {"status": "away"})
        finally:
            away.close()
        site.app.state.database = database
        assert site.get("/growth").status_code == 200
        assert site.get("/healthz").json() == {"status": "ok"}


def test_a_database_without_tables_is_no_page_of_internals(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'bare.db'}")
    try:
        site = Site.on(database, name="")
        site.client.cookies.set("luopan_session", "x")
        answer = site.get("/growth")
        assert answer.status_code in (500, 503)
        assert not INTERNALS.search(answer.text)
    finally:
        database.close()


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud7ff", "\U0010ffff", "\u202eabc", "a" * 120])
def test_odd_text_breaks_nothing_on_any_database(database: Database, text: str) -> None:
    site = Site.on(database, name="").add_person("ada", Role.ADMIN)
    assert site.of("").post("/login", {"name": text, "password": text}).status_code == 401
    assert site.post("/units", {"code": "odd", "name": text, "kind": "team", "active": "on"}).status_code in (303, 422)
    assert site.get("/units").status_code == 200
    for path in ("/units?edit=", "/growth?unit=", "/growth?channel=", "/entry/friends?day=", "/plan?month="):
        assert site.get(path + quote(text)).status_code in (200, 404, 422)
