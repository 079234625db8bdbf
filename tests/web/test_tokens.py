"""Tokens: shown once, stored as a hash, never more than their owner may, dead at once."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response
from sqlalchemy import select, text, update

from app.domain.roles import SYSTEM, Role
from app.models import ApiToken
from app.store import users
from tests.page import Node
from tests.served import OTHER, UNIT, Site, shown

WANTED = {"name": "仓库", "role": "operator", "unit": UNIT, "scope": "write-facts", "days": "30"}


def make(site: Site, **changes: str) -> tuple[Response, str]:
    """Make a token on the page; return the answer and the token, if there is one."""
    answer = site.post("/tokens", {**WANTED, **changes})
    page = shown(answer, answer.status_code)
    codes = page.all("code", id="once")
    return answer, codes[0].text if codes else ""


def call(site: Site, token: str, path: str = f"/facts/friends?unit={UNIT}", **body: object) -> int:
    """Return the status of a read, or of a write with a body."""
    headers = {"Authorization": f"Bearer {token}"}
    if not body:
        return site.client.get(f"/api/v1{path}", headers=headers).status_code
    return site.client.put(f"/api/v1{path.partition('?')[0]}", json=body, headers=headers).status_code


def row(unit: str = UNIT) -> dict[str, object]:
    return {"day": "2023-10-08", "unit": unit, "channel": "video", "adds": 5}


def line(site: Site, name: str) -> Node:
    """Return the row of a token in the list."""
    return next(tr for tr in site.page("/tokens").one("tbody").all("tr") if name in tr.text)


def test_c14_a_token_is_shown_once_and_stored_as_a_hash(site: Site) -> None:
    olga = site.of("olga")
    _, token = make(olga)
    assert token.startswith("lp_")
    assert token not in olga.get("/tokens").text
    with site.database.read() as session:
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        stored = [str(found) for table in tables for found in session.execute(text(f'SELECT * FROM "{table}"'))]  # noqa: S608
    assert not [found for found in stored if token in found]


def test_c14_a_token_is_used_listed_and_revoked_by_its_owner_and_is_dead_at_once(site: Site) -> None:
    olga = site.of("olga")
    _, token = make(olga)
    assert "从未" in line(olga, "仓库").text
    assert call(site, token, rows=[row()]) == 200
    assert "从未" not in line(olga, "仓库").text
    history = site.page("/history").one("tbody").text
    assert "仓库 · olga" in history
    action = line(olga, "仓库").one("form")["action"]
    assert olga.post(action, {}).headers["location"] == "/tokens?saved=1"
    assert call(site, token, rows=[row()]) == 401
    assert "已吊销" in line(olga, "仓库").text
    assert olga.post(action, {}).status_code == 303  # once more changes nothing


def test_c14_another_person_neither_sees_nor_revokes_it_but_an_admin_does(site: Site) -> None:
    olga, mo = site.of("olga"), site.of("mo")
    _, token = make(olga)
    action = line(olga, "仓库").one("form")["action"]
    assert "还没有令牌" in mo.page("/tokens").text
    assert mo.post(action, {}).status_code == 404
    assert mo.post("/tokens/999/revoke", {}).status_code == 404
    assert call(site, token, rows=[row()]) == 200
    assert "olga" in line(site, "仓库").text
    assert site.post(action, {}).status_code == 303
    assert call(site, token, rows=[row()]) == 401


def test_c14_a_token_in_an_address_opens_nothing(site: Site) -> None:
    _, token = make(site, role="admin", unit="", scope="read")
    assert call(site, token) == 200
    for name in ("token", "access_token", "key", "authorization", "Authorization"):
        assert site.client.get(f"/api/v1/units?{name}={token}").status_code == 401
        assert site.of("").client.get(f"/units?{name}={token}").status_code == 303
    nobody = site.of("")
    nobody.client.cookies.set("token", token)
    assert nobody.client.get("/api/v1/units").status_code == 401


def test_c14_an_expired_token_is_dead(site: Site) -> None:
    _, token = make(site.of("olga"))
    with site.database.write() as session:
        expires = session.execute(select(ApiToken.expires_at)).scalar_one()
        assert expires is not None
        assert timedelta(days=29) < expires - datetime.now(UTC) <= timedelta(days=30)
        session.execute(update(ApiToken).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert call(site, token, rows=[row()]) == 401
    assert "已过期" in line(site, "仓库").text


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": ""},
        {"unit": OTHER},
        {"unit": "luopan"},
        {"role": "manager", "scope": "write-targets"},
        {"role": "admin", "scope": "write-targets"},
        {"role": "admin", "scope": "admin", "unit": ""},
    ],
)
def test_c16_a_token_holds_no_more_than_its_maker(site: Site, changes: dict[str, str]) -> None:
    answer, token = make(site.of("olga"), **changes)
    assert (answer.status_code, token) == (403, "")
    with site.database.read() as session:
        assert session.execute(select(ApiToken.id)).all() == []


def test_c16_a_token_loses_what_its_owner_loses(site: Site) -> None:
    olga = site.of("olga")
    _, token = make(olga)
    assert call(site, token, rows=[row()]) == 200
    with site.database.write() as session:
        person = users.by_name(session, "olga")
        users.grant(session, SYSTEM, person, users.Given(Role.VIEWER, UNIT))
        held = users.held(session, person, users.Given(Role.OPERATOR, UNIT))
        assert held is not None
        users.revoke(session, SYSTEM, person, held)
    assert call(site, token, rows=[row()]) == 403
    with site.database.write() as session:
        users.set_active(session, SYSTEM, person, active=False)
    assert call(site, token, rows=[row()]) == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"role": "boss"}, "role"),
        ({"unit": "nowhere"}, "unit"),
        ({"scope": "everything"}, "scopes"),
        ({"scope": "admin"}, "scopes"),
        ({"days": "-1"}, "days"),
        ({"days": "1e3"}, "days"),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_what_was_typed_stays(
    site: Site, changes: dict[str, str], field: str
) -> None:
    answer, token = make(site, **changes)
    page = shown(answer, 422)
    assert token == ""
    assert page.one("p", id=f"f-{field}-err").text
    assert page.one("input", id="f-name")["value"] == changes.get("name", "仓库")
