"""One's own account: a new password ends every other login, and logins are seen and ended by their owner alone."""

import pytest
from sqlalchemy import select

from app.models import LoginSession, User
from app.web.agents import browser_name
from tests.served import PASSWORD, Site, shown

NEW = "another battery"
CHANGE = {"current": PASSWORD, "password": NEW, "again": NEW}


def hashes(site: Site, name: str) -> list[str]:
    """Return what is stored of somebody's logins."""
    with site.database.read() as session:
        query = select(LoginSession.id_hash).join(User, User.id == LoginSession.user_id).where(User.name == name)
        return list(session.execute(query.order_by(LoginSession.created_at)).scalars())


def test_c13_a_new_password_ends_all_logins_but_the_one_that_set_it(site: Site) -> None:
    desk, phone, other = site.of("mo"), site.of("mo"), site.of("vic")
    assert desk.post("/account/password", CHANGE).headers["location"] == "/account?saved=1"
    assert phone.get("/growth").headers["location"].startswith("/login")
    assert (desk.get("/growth").status_code, other.get("/growth").status_code) == (200, 200)
    nobody = site.of("")
    assert nobody.post("/login", {"name": "mo", "password": PASSWORD}).status_code == 401
    assert nobody.post("/login", {"name": "mo", "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"current": "wrong"}, "current", "当前密码不对"),
        ({"again": "something else"}, "again", "两次输入的密码不一致"),
        ({"password": "short", "again": "short"}, "password", "密码至少 8 位"),
        *(
            ({"password": weak, "again": weak}, "password", "太容易猜到")
            for weak in ("password1", "12345678", "aaaaaaaa", "qwerty123", "Passw0rd!", "mo mo mo", "luopan2026")
        ),
    ],
)
def test_c13_a_weak_or_wrong_password_is_refused_beside_its_field(
    site: Site, changes: dict[str, str], field: str, said: str
) -> None:
    mo = site.of("mo")
    page = shown(mo.post("/account/password", {**CHANGE, **changes}), 422)
    assert said in page.one("p", id=f"f-{field}-err").text
    assert page.one("input", id=f"f-{field}")["aria-invalid"] == "true"
    assert not [node for node in page.all("input", type="password") if node.attrs.get("value")]
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 303


def test_c13_guessing_the_present_password_is_held_back_too(site: Site) -> None:
    mo = site.of("mo")
    answers = [mo.post("/account/password", {**CHANGE, "current": "wrong"}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [422] * 8 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert mo.post("/account/password", CHANGE).status_code == 429


def test_c13_one_sees_and_ends_ones_own_logins_and_nobody_elses(site: Site) -> None:
    desk, phone, vic = site.of("mo"), site.of("mo"), site.of("vic")
    rows = desk.page("/account").one("tbody").all("tr")
    assert len(rows) == 2
    own, theirs = hashes(site, "mo"), hashes(site, "vic")
    assert desk.post("/account/sessions", {"login": theirs[0]}).status_code == 404
    assert vic.get("/growth").status_code == 200
    assert desk.post("/account/sessions", {"login": own[1]}).status_code == 303
    assert phone.get("/growth").status_code == 303
    tablet = site.of("mo")
    assert desk.post("/account/sessions", {}).status_code == 303
    assert (tablet.get("/growth").status_code, desk.get("/growth").status_code) == (303, 200)
    assert desk.post("/account/sessions", {"login": own[1]}).status_code == 404


def test_a_login_shows_where_it_comes_from_and_when_it_was_used(site: Site) -> None:
    nobody = site.of("")
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) MicroMessenger/8.0 Safari/604.1\0<script>"
    headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": agent}
    nobody.client.post("/login", data={"name": "vic", "password": PASSWORD}, headers=headers)
    row = nobody.page("/account").one("tbody").all("tr")[0]
    assert row.text.startswith("微信 · iPhone testclient")
    assert "当前" in row.text


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537 Edg/150", "Edge · Windows"),
        ("Mozilla/5.0 (Macintosh; Mac OS X 14) Version/17 Safari/605", "Safari · Mac"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/150 wxwork/4.1 MicroMessenger/7", "企业微信 · Android"),
        ("curl/8.5", "其他程序"),
        (None, "其他程序"),
    ],
)
def test_a_browser_has_a_name_that_its_owner_knows(agent: str | None, name: str) -> None:
    assert browser_name(agent) == name
