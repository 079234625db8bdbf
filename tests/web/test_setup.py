"""The first admin comes by a link that works once; there is no other way in, and no login that everybody knows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from app.db import Database
from app.models import OneTimeLink
from app.store import links
from tests.served import PASSWORD, Site, shown

FIRST = {"name": "陈立", "password": PASSWORD, "again": PASSWORD}
DEFAULTS = (("admin", "admin"), ("admin", "password"), ("admin", "luopan"), ("demo", "demo"), ("root", ""), ("", ""))


@pytest.fixture
def bare(sqlite_database: Database) -> Site:
    """Somebody's browser on a Luopan without people."""
    return Site.on(sqlite_database, name="")


def new_key(site: Site) -> str:
    with site.database.write() as session:
        return links.for_first_admin(session)


def test_c11_the_link_makes_the_first_admin_once(bare: Site) -> None:
    key = new_key(bare)
    page = bare.page(f"/setup?key={key}")
    assert page.one("h1").text == "创建管理员"
    answer = bare.post("/setup", {"key": key, **FIRST})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "陈立 管理员" in bare.page("/people").text
    for again in (bare.get(f"/setup?key={key}"), bare.post("/setup", {"key": key, **FIRST, "name": "thief"})):
        assert again.status_code == 404
    assert "thief" not in bare.page("/people").text
    # Not even a link that was never used works once there is somebody.
    assert bare.get(f"/setup?key={new_key(bare)}").status_code == 404


def test_c11_two_who_use_the_link_at_one_moment_make_one_admin(database: Database) -> None:
    site = Site.on(database, name="")
    key = new_key(site)

    def use(number: int) -> int:
        return site.of("").post("/setup", {"key": key, **FIRST, "name": f"admin {number}"}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [303, 404, 404, 404]


@pytest.mark.parametrize("key", ["", "x", "' OR 1=1 --", "\0", "x" * 100])
def test_c11_without_a_live_key_there_is_no_page(bare: Site, key: str) -> None:
    live = new_key(bare)
    assert bare.get("/setup", params={"key": key}).status_code == 404
    assert bare.post("/setup", {"key": key, **FIRST}).status_code == 404
    newer = new_key(bare)  # a later start ends the link before
    assert bare.get(f"/setup?key={live}").status_code == 404
    with bare.database.write() as session:
        session.execute(update(OneTimeLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert bare.get(f"/setup?key={newer}").status_code == 404


def test_c11_no_login_that_everybody_knows_opens_anything(bare: Site, site: Site) -> None:
    for browser in (bare, site.of("")):
        for name, password in DEFAULTS:
            assert browser.post("/login", {"name": name, "password": password}).status_code == 401
        for path in ("/docs", "/docs/openapi.json"):
            assert browser.get(path).headers["location"].startswith("/login")
        assert browser.get("/api/v1/openapi.json").status_code == 401
        assert browser.get("/openapi.json").status_code == 404


def test_what_is_refused_is_said_beside_its_field_and_the_link_still_works(bare: Site) -> None:
    key = new_key(bare)
    for changes, field in (
        ({"name": " "}, "name"),
        ({"password": "12345678", "again": "12345678"}, "password"),
        ({"again": "other"}, "again"),
    ):
        page = shown(bare.post("/setup", {"key": key, **FIRST, **changes}), 422)
        assert page.one("p", id=f"f-{field}-err").text
        assert not [node for node in page.all("input", type="password") if node.attrs.get("value")]
    assert bare.post("/setup", {"key": key, **FIRST}).status_code == 303
