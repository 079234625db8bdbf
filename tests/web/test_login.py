"""A login is a session on the server: it ends at once, and nothing stored opens it."""

from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy import select, text, update

from app.models import LoginSession, User
from app.store import passwords
from app.web.guard import COOKIE, cookie_name
from tests.page import parse
from tests.served import PASSWORD, Frozen, Site, begin_session, shown

SECRET = SecretStr("drawn 7f3a9c1e5b0d2846 and not typed")


def log_in(site: Site, name: str = "ada", password: str = PASSWORD, **more: str) -> Response:
    return site.post("/login", {"name": name, "password": password, **more})


def cookie(answer: Response) -> "SimpleCookie":
    """Return the cookies that an answer sets; there must be one only."""
    (header,) = answer.headers.get_list("set-cookie")
    return SimpleCookie(header)


def test_the_right_password_opens_a_session(site: Site) -> None:
    nobody = site.of("")
    answer = log_in(nobody, keep="true")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    morsel = cookie(answer)[COOKIE]
    assert len(morsel.value) >= 43
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "lax"
    assert (morsel["path"], morsel["domain"], morsel["secure"]) == ("/", "", "")
    assert int(morsel["max-age"]) == site.settings.session_days * 86400
    assert nobody.page("/units").all("span", "who-text")[0].text == "ada 管理员"


def test_c13_in_production_the_cookie_is_for_this_host_over_https_only(site: Site) -> None:
    live = Site.on(site.database, Frozen(env="production", secret=SECRET), name="")
    answer = log_in(live)
    morsel = cookie(answer)[f"__Host-{COOKIE}"]
    assert morsel["secure"]
    assert morsel["httponly"]
    assert (morsel["path"], morsel["domain"], morsel["samesite"].lower()) == ("/", "", "lax")
    assert live.get("/units").status_code == 200
    # Browsers refuse a __Host- cookie that is not Secure, and with it the word that it is to go.
    gone = cookie(live.post("/logout", {}))[f"__Host-{COOKIE}"]
    assert (gone["secure"], gone["path"], gone["max-age"]) == (True, "/", "0")


def test_a_session_of_another_secret_opens_nothing(site: Site) -> None:
    live = Site.on(site.database, Frozen(env="production", secret=SECRET))
    assert live.get("/units").status_code == 200
    renewed = Site.on(
        site.database, Frozen(env="production", secret=SecretStr("drawn 1b9e07d3c5f8a264 for another start")), name=""
    )
    renewed.client.cookies = live.client.cookies
    assert renewed.get("/units").status_code == 303


@pytest.mark.parametrize("name", ["ada", "nobody", "", "ADA'--", "<script>alert(1)</script>", "x" * 120])
def test_c12_a_wrong_password_is_answered_alike_for_known_and_unknown_people(site: Site, name: str) -> None:
    answer = log_in(site.of(""), name, "wrong horse")
    page = shown(answer, 401)
    assert "账号或密码不对" in page.text
    assert page.one("input", name="name")["value"] == name
    assert page.one("input", name="password").attrs.get("value", "") == ""
    assert "set-cookie" not in answer.headers
    reference = log_in(site.of(""), "mo", "wrong horse").text
    assert parse(reference).text == page.text


def test_c12_an_unknown_name_is_checked_as_slowly_as_a_known_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    hasher = passwords._HASHER  # noqa: SLF001 (what makes it slow)

    class Counted:
        hash = hasher.hash

        def verify(self, stored: str, given: str) -> bool:
            checked.append(stored)
            return bool(hasher.verify(stored, given))

    monkeypatch.setattr(passwords, "_HASHER", Counted())
    assert [log_in(site.of(""), name, "wrong").status_code for name in ("ada", "nobody")] == [401, 401]
    assert len(checked) == 2
    assert len({stored.rsplit("$", 2)[0] for stored in checked}) == 1  # the same parameters


def test_a_login_without_its_fields_is_refused_in_words(site: Site) -> None:
    nobody = site.of("")
    shown(nobody.post("/login", {}), 401)
    shown(nobody.post("/login", {"name": "x" * 121, "password": "y"}), 422)
    assert (
        nobody.client.post("/login", content=b"\xff\xfe", headers={"Content-Type": "multipart/form-data"}).status_code
        < 500
    )


def test_c13_logging_out_kills_the_session_at_once(site: Site) -> None:
    nobody = site.of("")
    log_in(nobody)
    kept = dict(nobody.client.cookies)
    page = nobody.page("/units")
    form = page.all("form", action="/logout")[0]
    assert form["method"] == "post"
    answer = nobody.post("/logout", form.fields())
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert nobody.client.cookies.get(COOKIE) is None
    thief = site.of("")
    thief.client.cookies.update(kept)
    assert thief.get("/units").headers["location"].startswith("/login")


def test_logging_out_ends_no_other_login_and_needs_none(site: Site) -> None:
    phone, desk = site.of("ada"), site.of("ada")
    assert phone.post("/logout", {}).status_code == 303
    assert phone.get("/units").status_code == 303
    assert desk.get("/units").status_code == 200
    assert site.of("").post("/logout", {}).headers["location"] == "/login"
    assert site.of("").get("/logout").status_code == 405


def test_c13_only_a_hash_of_the_session_id_is_stored(site: Site) -> None:
    nobody = site.of("")
    session_id = cookie(log_in(nobody))[COOKIE].value
    with site.database.read() as session:
        assert session.execute(select(LoginSession.id_hash)).scalars().all()
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        stored = [str(row) for table in tables for row in session.execute(text(f'SELECT * FROM "{table}"'))]  # noqa: S608
    assert len(tables) > 10
    assert not [row for row in stored if session_id in row or PASSWORD in row]
    thief = site.of("")
    with site.database.read() as session:
        for id_hash in session.execute(select(LoginSession.id_hash)).scalars():
            thief.client.cookies.set(COOKIE, id_hash)
            assert thief.get("/units").status_code == 303


def test_c13_an_id_that_was_planted_before_the_login_opens_nothing_after_it(site: Site) -> None:
    victim = site.of("")
    victim.client.cookies.set(COOKIE, "planted", domain="luopan.test")
    assert cookie(log_in(victim))[COOKIE].value != "planted"
    thief = site.of("")
    thief.client.cookies.set(COOKIE, "planted", domain="luopan.test")
    assert thief.get("/units").status_code == 303


def test_c13_a_person_who_is_switched_off_is_out_at_once(site: Site) -> None:
    mo = site.of("mo")
    assert mo.get("/growth").status_code == 200
    with site.database.write() as session:
        session.execute(update(User).where(User.name == "mo").values(active=False))
    assert mo.get("/growth").headers["location"].startswith("/login")
    assert mo.post("/entry/friends", {"unit": "ecommerce", "video.adds": "5"}).headers["location"] == "/login"
    shown(log_in(site.of(""), "mo"), 401)


def test_a_session_ends_when_its_time_is_over(site: Site) -> None:
    late = site.of("")
    ended = begin_session(site.database, site.settings, "ada", lives=timedelta(seconds=-1))
    late.client.cookies.set(cookie_name(site.settings), ended)
    assert late.get("/units").status_code == 303


def test_the_session_opens_the_pages_and_not_the_api(site: Site) -> None:
    assert site.get("/units").status_code == 200
    assert site.get("/api/v1/units").status_code == 401
