"""成员: an admin adds people, gives and takes roles, and switches people off; each of it stands in the security log."""

import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models import User
from tests.page import Node
from tests.served import OTHER, PASSWORD, UNIT, Site, shown

NEW = {"name": "王芳", "role": "operator", "unit": UNIT}


def person(site: Site, name: str) -> str:
    """Return the address of somebody's page."""
    with site.database.read() as session:
        return f"/people/{session.execute(select(User.id).where(User.name == name)).scalar_one()}"


def events(site: Site) -> list[str]:
    """Return what the security log says of each event, newest first."""
    return [tr.text for tr in site.page("/security").one("tbody").all("tr")]


def link_of(page: Node) -> str:
    return page.one("code", id="once").text


def test_a_new_person_sets_a_password_by_the_link_once(site: Site) -> None:
    link = link_of(shown(site.post("/people", NEW)))
    assert "待设密码" in site.page("/people").text
    nobody = site.of("")
    page = nobody.page(link)
    assert page.one("h1").text == "设置密码"
    assert "王芳" in page.text
    key = link.partition("=")[2]
    done = nobody.post("/setup", {"key": key, "name": "ada", "password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 303
    assert nobody.page("/account").all("span", "who-text")[0].text == "王芳 运营"
    assert nobody.get(f"/entry/friends?unit={UNIT}").status_code == 200
    assert nobody.get(f"/growth?unit={OTHER}").status_code == 403
    assert site.of("").get(link).status_code == 404
    assert site.of("").post("/login", {"name": "王芳", "password": PASSWORD}).status_code == 303


def test_a_password_link_ends_the_logins_of_its_owner_and_the_link_before(site: Site) -> None:
    place, mo = person(site, "mo"), site.of("mo")
    first = link_of(shown(site.post(place, {"do": "link"})))
    second = link_of(shown(site.post(place, {"do": "link"})))
    assert site.of("").get(first).status_code == 404
    assert mo.get("/growth").status_code == 200
    key, new = second.partition("=")[2], "another battery"
    assert site.of("").post("/setup", {"key": key, "password": new, "again": new}).status_code == 303
    assert mo.get("/growth").headers["location"].startswith("/login")
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 401


def test_c13_whoever_is_switched_off_is_out_at_once_and_back_with_the_same_password(site: Site) -> None:
    place, mo = person(site, "mo"), site.of("mo")
    link = link_of(shown(site.post(place, {"do": "link"})))
    assert site.post(place, {"do": "disable"}).status_code == 303
    assert mo.get("/growth").headers["location"].startswith("/login")
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 401
    assert site.of("").get(link).status_code == 404
    assert site.post(place, {"do": "enable"}).status_code == 303
    assert mo.get("/growth").headers["location"].startswith("/login")
    assert site.of("").post("/login", {"name": "mo", "password": PASSWORD}).status_code == 303


def test_roles_add_up_and_go_at_once(site: Site) -> None:
    place, olga = person(site, "olga"), site.of("olga")
    assert olga.post("/plan", {"unit": OTHER}).status_code == 403
    assert site.post(place, {"do": "grant", "role": "manager", "unit": OTHER}).status_code == 303
    assert site.post(place, {"do": "grant", "role": "manager", "unit": OTHER}).status_code == 303  # changes nothing
    assert olga.get(f"/plan?unit={OTHER}").status_code == 200
    assert olga.get(f"/entry/friends?unit={UNIT}").status_code == 200
    rows = site.page(place).all("tbody")[0].all("tr")
    assert [row.text.split()[:2] for row in rows] == [["运营", "电商私域组"], ["主管", "门店私域组"]]
    assert site.post(place, rows[1].one("form").fields()).status_code == 303
    assert olga.get(f"/plan?unit={OTHER}").status_code == 403
    assert site.post(place, rows[1].one("form").fields()).status_code == 404


def test_the_last_admin_of_everything_stays(site: Site) -> None:
    place = person(site, "ada")
    grant = site.page(place).all("tbody")[0].one("form").fields()
    for fields in (grant, {"do": "disable"}):
        page = shown(site.post(place, fields), 409)
        assert "至少要留一位全公司的管理员" in page.text
    site.add_person("eva", Role.ADMIN, UNIT)  # an admin of one unit is not one
    assert site.post(place, grant).status_code == 409
    site.add_person("eve", Role.ADMIN)
    assert site.post(place, grant).status_code == 303
    assert site.get("/people").status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"name": "ada"}, "name"), ({"role": "god"}, "role"), ({"unit": "nowhere"}, "unit")],
)
def test_a_bad_new_person_is_refused_beside_the_field(site: Site, changes: dict[str, str], field: str) -> None:
    page = shown(site.post("/people", {**NEW, **changes}), 422)
    assert page.one("p", id=f"f-{field}-err").text
    assert len(page.one("tbody").all("tr")) == 4


def test_an_unknown_person_or_button_is_not_found(site: Site) -> None:
    assert site.get("/people/999").status_code == 404
    for fields in ({}, {"do": "promote"}, {"do": "revoke", "grant": "x"}, {"do": "revoke", "grant": "9" * 40}):
        assert site.post(person(site, "mo"), fields).status_code == 404
    for do in ("grant", "disable", "enable", "link"):
        assert site.post("/people/999", {"do": do, "role": "viewer"}).status_code == 404


def test_c16_what_a_form_was_not_asked_for_changes_nothing(site: Site) -> None:
    """Mass assignment: more fields than the form has."""
    more = {"active": "", "id": "1", "user_id": "1", "password_hash": "x", "admin": "1", "grants": "admin"}
    shown(site.post("/people", {**NEW, **more}))
    olga = site.of("olga")
    olga.post("/account/password", {"user_id": "1", "name": "ada", "role": "admin"})
    olga.post("/tokens", {"name": "t", "role": "viewer", "unit": UNIT, "scope": "read", "owner_id": "1", "token": "x"})
    with site.database.read() as session:
        people = {row.name: (row.active, row.password_hash) for row in session.execute(select(User)).scalars()}
    assert people["王芳"] == (True, "!")
    assert site.of("").post("/login", {"name": "ada", "password": PASSWORD}).status_code == 303
    assert "olga" in site.page("/tokens").one("tbody").text


def test_the_security_log_says_who_did_what_to_whom_and_from_where(site: Site) -> None:
    place = person(site, "mo")
    for fields in (
        {"do": "grant", "role": "viewer", "unit": UNIT},
        {"do": "disable"},
        {"do": "enable"},
        {"do": "link"},
    ):
        site.post(place, fields)
    site.of("").post("/login", {"name": "ada", "password": PASSWORD})
    said = events(site)
    for wanted in (
        "登录 ada",
        "发出密码链接 ada mo",
        "启用成员 ada mo",
        "停用成员 ada mo",
        f"授权 ada mo 只读 · {UNIT}",
        "新增成员 luopan vic",
    ):
        assert [line for line in said if wanted in line], (wanted, said)
    assert all("testclient" in line for line in said if "发出密码链接" in line)
    filtered = site.page("/security?event=user_disabled").one("tbody").all("tr")
    assert len(filtered) == 1
    assert "没有符合筛选的记录" in site.page("/security?actor=nobody").text
