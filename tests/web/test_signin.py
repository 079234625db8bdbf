"""A login elsewhere on the pages: from the button to the first page, against a stand-in that speaks real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy import select, update

from app.connectors.signin import providers
from app.models import User, UserIdentity
from tests.served import UNIT, Frozen, Site, copied, shown
from tests.signin import SECRET, Fault, Issuer
from tests.signin_apps import FeishuStandIn, WecomStandIn, feishu_of, wecom_of
from tests.standin import follow

PUBLIC = "http://luopan.test"
GRANTS = f'{{"groups": {{"admins": "admin", "ops": "operator:{UNIT}", "gone": "viewer:nowhere"}}}}'


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as started:
        started.person = {"sub": "f3b1", "name": "张三", "groups": ["ops"]}
        yield started


@pytest.fixture
def site(served_file: Path, issuer: Issuer) -> Iterator[Site]:
    """Somebody's browser on a Luopan that people log in to by an issuer."""
    settings = Frozen(
        public_url="https://luopan.test",
        oidc_issuer=issuer.issuer,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=SecretStr(SECRET),
        oidc_name="公司账号",
        oidc_grants=GRANTS,
        oidc_inside=True,
    )
    with copied(served_file) as database:
        yield Site.on(database, settings, name="")


def log_in(site: Site, way: str = "oidc", after: str = "/growth?range=yesterday", **changes: str) -> Response:
    """Press the button, go through the page of the stand-in, and come back."""
    begun = site.get(f"/login/{way}", params={"next": after})
    assert begun.status_code == 303, begun.text
    back, query = follow(begun.headers["location"])
    assert urlsplit(back).path == f"/login/{way}/back"
    return site.get(f"/login/{way}/back", params={**query, **changes})


def people(site: Site) -> list[str]:
    with site.database.read() as session:
        return list(session.execute(select(User.name).order_by(User.id)).scalars())


def test_the_button_leads_there_and_back_to_the_page_that_was_asked_for(site: Site) -> None:
    page = site.page("/login?next=/targets")
    (button,) = page.all("a", "other")
    assert (button.text, button["href"]) == ("用公司账号登录", "/login/oidc?next=%2Ftargets")
    answer = log_in(site)
    assert (answer.status_code, answer.headers["location"]) == (303, "/growth?range=yesterday")
    assert site.page("/account").all("span", "who-text")[0].text == "张三 运营"
    assert "这个账号用单点登录，没有密码" in site.page("/account").text
    assert "luopan_signin" not in site.client.cookies


def test_roles_follow_the_claims_of_each_login_and_those_of_an_admin_stay(site: Site, issuer: Issuer) -> None:
    log_in(site)
    assert site.get(f"/entry/friends?unit={UNIT}").status_code == 200
    assert site.get("/people").status_code == 403
    issuer.person["groups"] = ["admins", "gone"]
    log_in(site.of(""))
    assert site.get("/people").status_code == 200  # the same person, at once
    place = next(link["href"] for link in site.page("/people").all("a") if link.text == "张三")
    assert site.post(place, {"do": "grant", "role": "manager", "unit": UNIT}).status_code == 303
    issuer.person["groups"] = []
    log_in(site.of(""))
    assert site.get("/people").status_code == 403
    assert "主管 · 电商私域组" in site.page("/account").text
    assert people(site).count("张三") == 1


def test_a_name_makes_nobody_the_person_who_has_it(site: Site, issuer: Issuer) -> None:
    issuer.person = {"sub": "other", "name": "ada", "groups": []}
    log_in(site)
    assert people(site)[-1] == "ada (2)"
    assert site.get("/people").status_code == 403
    issuer.person["sub"] = "third"
    log_in(site.of(""))
    assert people(site)[-1] == "ada (3)"


def test_who_is_switched_off_stays_out(site: Site) -> None:
    log_in(site)
    with site.database.write() as session:
        session.execute(update(User).where(User.name == "张三").values(active=False))
    assert site.get("/account").status_code == 303
    page = shown(log_in(site.of("")), 403)
    assert "这个账号已停用" in page.text


@pytest.mark.parametrize("changes", [{"state": "forged"}, {"state": ""}, {"code": ""}, {"code": "made up"}])
def test_a_forged_way_back_logs_nobody_in(site: Site, changes: dict[str, str]) -> None:
    page = shown(log_in(site, **changes), 403)
    assert page.one("h1").text == "登录罗盘"
    assert page.one("p", id="login-error").text
    assert site.get("/growth").status_code == 303
    assert "张三" not in people(site)


def test_a_way_back_without_the_cookie_or_with_a_forged_one_logs_nobody_in(site: Site) -> None:
    begun = site.get("/login/oidc")
    _, query = follow(begun.headers["location"])
    sealed = site.client.cookies["luopan_signin"]
    for cookie in ("", "x", ".", "e30=.x", sealed[:-1], "é", f"x{sealed}"):
        thief = site.of("")
        if cookie.isascii():
            thief.client.cookies.set("luopan_signin", cookie)
        shown(thief.get("/login/oidc/back", params=query), 403)
    assert site.get("/login/oidc/back", params=query).status_code == 303
    shown(site.get("/login/oidc/back", params=query), 403)  # a second time


@pytest.mark.parametrize("fault", [Fault.NONCE, Fault.AUDIENCE, Fault.UNSIGNED, Fault.PUBLIC_KEY_AS_SECRET])
def test_an_answer_that_must_not_be_believed_logs_nobody_in(site: Site, issuer: Issuer, fault: Fault) -> None:
    issuer.fault = fault
    assert "登录没有完成" in shown(log_in(site), 403).text
    assert "张三" not in people(site)


def test_an_issuer_that_is_away_is_said_on_the_login_page(site: Site, issuer: Issuer) -> None:
    issuer.__exit__(None, None, None)
    page = shown(site.get("/login/oidc"), 502)
    assert page.one("p", id="login-error").text
    assert site.get("/login/nobody").status_code == 404
    assert site.get("/login/wecom/back").status_code == 404


def test_wecom_and_feishu_people_wait_for_the_roles_that_an_admin_gives(served_file: Path) -> None:
    stand_ins: list[tuple[Any, Any, str]] = [(WecomStandIn, wecom_of, "wecom"), (FeishuStandIn, feishu_of, "feishu")]
    with copied(served_file) as database:
        site = Site.on(database, Frozen(public_url=PUBLIC.replace("http:", "https:")), name="")
        assert providers(site.settings) == {}
        for make, provider_of, way in stand_ins:
            with make() as started:
                site.app.state.providers = {way: provider_of(started)}
                browser = site.of("")
                answer = log_in(browser, way, "/")
                assert (answer.status_code, answer.headers["location"]) == (303, "/")
                assert "没有权限" in browser.page("/growth", 403).text
        with database.read() as session:
            issuers = session.execute(select(UserIdentity.issuer)).scalars().all()
    assert len(set(issuers)) == 2
