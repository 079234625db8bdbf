"""Every route with every role, generated from the list of pages and from the OpenAPI document."""

import re
from collections.abc import Callable, Iterator

import pytest
from httpx2 import Response

from app.domain.roles import SYSTEM, Role, TokenScope
from app.store import tokens
from app.store.users import Given
from tests.matrix import API, OPEN, PAGES
from tests.served import PEOPLE, Site, routes

PLACES = {
    "kind": "friends",
    "batch": "1",
    "note": "1",
    "person": "1",
    "token": "999",
    "code": "BAD CODE",
    "version": "0",
}
NAMES = {role: name for name, (role, _) in PEOPLE.items()}


def _pages(site: Site) -> Iterator[str]:
    for route in routes(site.app):
        yield from (f"{method} {route.path}" for method in route.methods or ())


def _api(site: Site) -> Iterator[str]:
    for path, item in site.app.openapi()["paths"].items():
        yield from (f"{method.upper()} {path.removeprefix('/api/v1')}" for method in item)


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)(:path)?\}", lambda found: PLACES.get(found[1], "x"), path)


def _send(site: Site, route: str, token: str | None = None) -> Response:
    """Send what no handler likes: what is wrong with it must not be said before who may is known."""
    method, path = route.split()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    prefix = "" if token is None else "/api/v1"
    if token is None and method == "POST":
        return site.post(_filled(path), {"unit": "nowhere", "day": "never", "month": "never", "code": "?"})
    return site.client.request(method, prefix + _filled(path), headers=headers)


def test_c15_the_table_names_every_route_and_no_other(reading: Site) -> None:
    assert sorted(_pages(reading)) == sorted(PAGES)
    assert sorted(_api(reading)) == sorted(API)


@pytest.mark.parametrize("role", Role)
def test_c15_every_page_is_open_to_exactly_the_roles_of_the_table(site: Site, role: Role) -> None:
    person = site.of(NAMES[role])
    for route, roles in PAGES.items():
        if roles == OPEN:
            continue
        answer = _send(person, route)
        assert (answer.status_code == 403) == (role not in roles.split()), (route, answer.status_code)
        assert answer.status_code < 500, route
        assert not answer.headers.get("location", "").startswith("/login"), route


@pytest.mark.parametrize("role", Role)
def test_c15_every_api_route_is_open_to_exactly_the_roles_of_the_table(site: Site, role: Role) -> None:
    with site.database.write() as session:
        token = tokens.create(session, SYSTEM, role, Given(role))
    for route, roles in API.items():
        answer = _send(site, route, token)
        assert (answer.status_code == 403) == (role not in roles.split()), (route, answer.status_code)
        assert answer.status_code not in (401, 500), route


def test_c15_nobody_reaches_anything_but_the_open_pages(site: Site) -> None:
    nobody = site.of("")
    for route, roles in PAGES.items():
        answer = _send(nobody, route)
        if roles == OPEN:
            assert answer.status_code in (200, 303, 401, 404, 422), route
        else:
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/login"), route
    for route in API:
        assert _send(nobody, route, "").status_code == 401, route


@pytest.mark.parametrize("scope", TokenScope)
def test_c15_a_scope_narrows_a_token_to_what_it_names(site: Site, scope: TokenScope) -> None:
    with site.database.write() as session:
        token = tokens.create(session, SYSTEM, "narrow", Given(Role.ADMIN), scopes=[scope])
    open_to: dict[TokenScope, Callable[[str], bool]] = {
        TokenScope.READ: lambda route: route.startswith("GET"),
        TokenScope.WRITE_FACTS: lambda route: "/facts/" in route and "GET" not in route and "targets" not in route,
        TokenScope.WRITE_TARGETS: lambda route: route in ("PUT /facts/targets", "DELETE /facts/targets"),
        TokenScope.ADMIN: lambda route: route in ("PUT /units/{code}", "PUT /channels/{code}"),
    }
    for route in API:
        assert (_send(site, route, token).status_code != 403) == open_to[scope](route), route
