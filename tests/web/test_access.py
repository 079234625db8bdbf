"""Nobody reaches a page without a login and a role that allows it, and a login leads back to where it was asked for."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.facts import FRIENDS
from app.domain.roles import Role
from app.web.guard import ACTION, GuardedPage
from app.web.login import safe_next
from tests.served import OPEN, OTHER, PASSWORD, UNIT, Site, addresses, routes, shown

HOSTILE = (
    "//evil.test",
    "///evil.test",
    "////evil.test/growth",
    "\\\\evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\t//evil.test",
    " //evil.test",
    "https://evil.test",
    "HTTPS:evil.test",
    "http:///evil.test",
    "//evil.test\\@luopan.test",
    "//[",
    "http://[evil",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "evil.test/growth",
    "/growth\r\nSet-Cookie: luopan_session=x",
)
"""Places to go after a login that are not on this site, or not what they look like."""


def test_every_page_behind_the_login_says_what_it_needs(reading: Site) -> None:
    found = routes(reading.app)
    assert {route.path for route in found} >= {"/growth", "/sales", "/targets", "/plan", "/units", "/docs", *OPEN}
    for route in found:
        declared = (route.openapi_extra or {}).get(ACTION)
        assert (declared is None) == (route.path in OPEN), route.path
        assert isinstance(route, GuardedPage) == (route.path not in OPEN), route.path


def test_without_a_login_every_page_leads_to_it_and_keeps_where_one_was_going(reading: Site) -> None:
    nobody = reading.of("")
    paths = addresses(reading.app)
    assert len(paths) >= 16
    for path in paths:
        asked = f"{path}?unit=article&month=2023-09&from=2023-05-01"
        answer = nobody.get(asked)
        assert answer.status_code == 303
        place = urlsplit(answer.headers["location"])
        assert (place.netloc, place.path) == ("", "/login")
        assert parse_qs(place.query) == {"next": [asked]}
    assert nobody.get("/").headers["location"] == "/login"


def test_without_a_login_no_form_is_taken(site: Site) -> None:
    nobody = site.of("")
    for path in addresses(site.app, "POST"):
        assert (
            nobody.post(path, {"unit": UNIT, "code": "new", "name": "新", "kind": "team"}).headers["location"]
            == "/login"
        )
    assert "new" not in site.get("/units").text


def test_the_login_goes_on_to_the_page_that_was_asked_for(site: Site) -> None:
    nobody = site.of("")
    asked = "/growth?unit=article&from=2023-05-01&to=2023-05-07"
    login = nobody.page(nobody.get(asked).headers["location"])
    answer = nobody.submit(login, {"name": "ada", "password": PASSWORD}, form="")
    assert (answer.status_code, answer.headers["location"]) == (303, asked)
    nobody.page(asked)


@pytest.mark.parametrize("target", HOSTILE)
def test_c20_a_hostile_place_to_go_stays_on_this_site(site: Site, target: str) -> None:
    nobody = site.of("")
    login = shown(nobody.get("/login", params={"next": target}))
    assert login.one("input", name="next")["value"] == "/"
    answer = nobody.post("/login", {"name": "ada", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert len(answer.headers.get_list("set-cookie")) == 1


def test_c20_there_are_19_hostile_places_and_good_ones_are_kept() -> None:
    assert len(set(HOSTILE)) == 19
    for target in ("/", "/growth", "/plan?unit=article&month=2023-09", "/growth?from=2023-05-01#daily"):
        assert safe_next(target) == target


def test_permission_is_checked_before_what_was_sent(site: Site) -> None:
    viewer = site.of("vic")
    for path in addresses(site.app, "POST"):
        if path.startswith(("/account", "/home", "/tokens", "/views")):
            continue  # everybody has these
        answer = viewer.post(path, {"unit": "nowhere", "day": "never", "month": "never", "code": "?", "kind": "?"})
        assert answer.status_code == 403
        assert "没有权限" in shown(answer, 403).text


def test_a_viewer_reads_forms_but_has_nothing_to_save_them_with(site: Site) -> None:
    viewer = site.of("vic")
    for path in (*(path for path in addresses(site.app) if path.startswith("/entry/")), "/plan"):
        page = viewer.page(f"{path}?unit={UNIT}")
        cells = page.one("form", id="grid-form").all("input", type="text")
        assert cells
        assert all("readonly" in cell.attrs for cell in cells)
        assert "只读" in page.one(cls="savebar").text
        assert not page.one("form", id="grid-form").all("button")
        assert not page.all("select", data_pick="")
    for path in ("/units", "/channels"):
        assert not viewer.page(path).one("main").all("form")
    shown(viewer.post("/entry/friends", {"unit": UNIT, "video.adds": "5"}), 403)
    assert not [row for row in site.stored(FRIENDS) if row["adds"] == 5]


def test_c16_an_operator_of_one_unit_opens_no_other(site: Site) -> None:
    olga = site.of("olga")
    query = "day=2023-10-08&month=2023-09"
    for path in ("/growth", "/sales", "/targets", "/plan", "/entry/friends", "/entry/stock-counts"):
        page = olga.page(f"{path}?{query}")
        assert [option["value"] for option in page.one("select", name="unit").all("option")] == [UNIT]
        for unit in (OTHER, "luopan", "article"):
            refused = olga.page(f"{path}?{query}&unit={unit}", 403)
            assert "没有这个单元的权限" in refused.text
    assert [row[0] for row in olga.page("/units").one("table").cells()[1:]] == ["电商私域组"]
    assert "罗盘示例品牌" not in olga.page("/units?edit=luopan").one("main").text


def test_c16_an_operator_of_one_unit_saves_in_no_other(site: Site) -> None:
    olga = site.of("olga")
    before = site.stored(FRIENDS)
    for unit in (OTHER, "luopan", "article"):
        shown(olga.post("/entry/friends", {"unit": unit, "day": "2023-10-08", "video.adds": "7"}), 403)
    page = olga.page(f"/entry/friends?unit={UNIT}&day=2023-10-08")
    shown(olga.submit(page, {"video.adds": "7", "unit": OTHER}), 403)
    assert site.stored(FRIENDS) == before
    assert olga.submit(page, {"video.adds": "7"}).status_code == 303
    assert len(site.stored(FRIENDS)) == len(before) + 1


def test_an_admin_of_one_unit_changes_neither_units_nor_channels(site: Site) -> None:
    ann = site.add_person("ann", Role.ADMIN, UNIT)
    for path in ("/units", "/channels"):
        assert not ann.page(path).one("main").all("form")
        shown(ann.post(path, {"code": UNIT, "name": "改名", "kind": "team", "active": "on"}), 403)
    assert "改名" not in site.get("/units").text
