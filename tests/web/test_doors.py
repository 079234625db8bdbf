"""What a sceptical reader tried on the doors: races, what outlives what, and bad input, on every database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.cli.migrate import downgrade, upgrade
from app.db import Database
from app.domain.errors import Invalid
from app.domain.roles import SYSTEM, Role, TokenScope
from app.models import ApiToken, User, UserGrant
from app.queries.access import by_token
from app.store import identities, links, passwords, tokens, users
from app.store.secrets import token_hash
from app.store.users import Given
from tests.served import PASSWORD, Site, stored_password

NEW = "another battery"


@pytest.fixture
def any_site(database: Database) -> Site:
    """An admin on a Luopan of each kind of database, with somebody beside."""
    site = Site.on(database, name="")
    admin = site.add_person("ada", Role.ADMIN)
    site.add_person("mo", Role.MANAGER)
    return admin


def user_id(site: Site, name: str) -> int:
    with site.database.read() as session:
        return users.by_name(session, name)


def reset(site: Site, name: str) -> None:
    """Give somebody a new password, as the command does."""
    hashed = passwords.hashed(NEW, name)
    with site.database.write() as session:
        users.set_password(session, SYSTEM, users.by_name(session, name), hashed)


def test_tokens_are_made_after_an_upgrade_and_narrow_ones_are_dead_after_a_downgrade(
    bare_database: Database,
) -> None:
    upgrade(bare_database)
    with bare_database.write() as session:
        for number, scopes in enumerate((None, None, [TokenScope.READ])):
            tokens.create(session, SYSTEM, f"t{number}", Given(Role.ADMIN), scopes=scopes)
    downgrade(bare_database, "0003")
    upgrade(bare_database)
    with bare_database.write() as session:
        made = tokens.create(session, SYSTEM, "after", Given(Role.VIEWER))
    with bare_database.read() as session:
        dead = session.execute(select(ApiToken.name).where(ApiToken.revoked_at.is_not(None))).scalars().all()
        assert by_token(session, token_hash(made)) is not None
    assert list(dead) == ["t2"]


@pytest.mark.parametrize("password", ["a" * 1000, "1234567890" * 100, "x" * 1001])
def test_a_very_long_password_is_judged_as_quickly_as_a_short_one(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.hashed(password, "n" * 120)  # it took minutes once


def test_c13_a_reset_ends_the_link_that_was_sent_before(site: Site) -> None:
    with site.database.write() as session:
        key = links.for_password(session, SYSTEM, users.by_name(session, "mo"))
    reset(site, "mo")
    assert site.of("").get(f"/setup?key={key}").status_code == 404


def test_c13_a_login_under_way_does_not_outlive_a_reset(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    fits = passwords.fits

    def slow(stored: str | None, password: str) -> bool:
        right = fits(stored, password)
        reset(site, "mo")
        return right

    monkeypatch.setattr(passwords, "fits", slow)
    nobody = site.of("")
    assert nobody.post("/login", {"name": "mo", "password": PASSWORD}).status_code == 401
    assert nobody.get("/growth").status_code == 303


def test_c13_who_switches_off_themself_stays_out_when_switched_on_again(site: Site) -> None:
    site.add_person("eve", Role.ADMIN)
    ada = user_id(site, "ada")
    assert site.post(f"/people/{ada}", {"do": "disable"}).status_code == 303
    with site.database.write() as session:
        users.set_active(session, SYSTEM, ada, active=True)
    assert site.get("/account").status_code == 303


def test_somebody_without_roles_still_changes_the_password_and_ends_logins(site: Site) -> None:
    with site.database.write() as session:
        users.add(session, SYSTEM, "new", [], stored_password())
    new = site.of("new")
    assert "还没有授权" in new.page("/account").text
    assert new.get("/growth").status_code == 403
    changed = new.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    assert changed.status_code == 303


def test_the_first_admin_is_made_though_others_came_by_single_sign_on(any_site: Site) -> None:
    with any_site.database.write() as session:
        session.execute(UserGrant.__table__.delete())  # type: ignore[attr-defined]
        identities.user_of(session, identities.Vouched("issuer", "one", "张三"), None)
        key = links.for_first_admin(session)
    answer = any_site.of("").post("/setup", {"key": key, "name": "boss", "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 303
    assert any_site.of("").get(f"/setup?key={key}").status_code == 404


def test_claims_never_take_the_last_admin_away(any_site: Site) -> None:
    who = identities.Vouched("issuer", "one", "张三")
    with any_site.database.write() as session:
        person = identities.user_of(session, who, {(Role.ADMIN, None)})
        users.set_active(session, SYSTEM, users.by_name(session, "ada"), active=False)
    with any_site.database.write() as session:
        assert identities.user_of(session, who, set()) == person
    with any_site.database.read() as session:
        held = session.execute(select(UserGrant.role).where(UserGrant.user_id == person)).scalars().all()
    assert list(held) == ["admin"]


def test_one_name_or_role_given_four_times_at_one_moment_is_there_once(any_site: Site) -> None:
    mo = user_id(any_site, "mo")

    def post(path: str, fields: dict[str, str]) -> list[int]:
        with ThreadPoolExecutor(4) as pool:
            return sorted(pool.map(lambda _: Site.post(any_site, path, fields).status_code, range(4)))

    assert post("/people", {"name": "王芳", "role": "viewer"}) == [200, 422, 422, 422]
    assert post(f"/people/{mo}", {"do": "grant", "role": "viewer"}) == [303] * 4
    with any_site.database.read() as session:
        assert len(session.execute(select(User.id).where(User.name == "王芳")).all()) == 1
        given = (UserGrant.user_id == mo, UserGrant.role == "viewer")
        assert len(session.execute(select(UserGrant.id).where(*given)).all()) == 1


def test_c24_large_numbers_and_nul_are_no_error_of_the_server(any_site: Site) -> None:
    huge = 2**63
    for path in (f"/people/{huge}", f"/history/{huge}", "/security?actor=%00", "/history?actor=%00&origin=%00"):
        assert any_site.get(path).status_code in (200, 404, 422), path
    for path in (f"/people/{huge}", f"/tokens/{huge}/revoke", f"/history/{huge}/undo", "/people", "/account/sessions"):
        fields = {"do": "enable", "name": "x", "role": "viewer", "unit": "\0", "login": "\0"}
        assert any_site.post(path, fields).status_code in (404, 422), path


def test_a_weak_new_password_is_no_guess_and_a_wrong_present_one_stands_in_the_log(site: Site) -> None:
    mo = site.of("mo")
    for _ in range(12):
        fields = {"current": PASSWORD, "password": "short", "again": "short"}
        assert mo.post("/account/password", fields).status_code == 422
    assert mo.post("/account/password", {**fields, "current": "wrong"}).status_code == 422
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 303
    assert len(site.page("/security?event=login_failed&actor=mo").one("tbody").all("tr")) == 1
