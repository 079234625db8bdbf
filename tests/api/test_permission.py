"""Who may do what: each role on each route of the document, and units out of reach."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from app.api.guard import ACTION, GuardedRoute
from app.domain.facts import TABLES
from app.domain.roles import Role
from app.models import ApiToken
from tests.api.kit import KEYS, Api, Row, body, row

WRITERS = {"facts": {"admin", "operator"}, "targets": {"admin", "manager"}, "master": {"admin"}}
RANGE = {"from": "2023-05-01", "to": "2023-05-31"}
JSON = {"Content-Type": "application/json"}


def allowed(method: str, path: str) -> set[str]:
    """Return the roles that may use a route."""
    if method == "GET":
        return set(Role)
    if path == "/facts/targets":
        return WRITERS["targets"]
    return WRITERS["facts" if path.startswith("/facts/") else "master"]


def operations(api: Api) -> list[tuple[str, str, Row]]:
    """Return method, path and description of every route of the document."""
    paths = api.read("/openapi.json")["paths"]
    return [
        (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, item in paths.items()
        for method, operation in item.items()
    ]


def test_every_route_names_the_action_it_needs(api: Api) -> None:
    found = operations(api)
    assert len(found) == 4 + 3 * len(TABLES) + 2 + 3 + 1
    actions = {"GET": "read", "/facts/targets": "write_targets", "facts": "write_facts", "master": "manage"}
    for method, path, operation in found:
        kind = "facts" if path.startswith("/facts/") else "master"
        wanted = actions["GET"] if method == "GET" else actions.get(path, actions[kind])
        assert operation[ACTION] == wanted, path
        assert {"401", "403"} <= operation["responses"].keys()
        assert operation["security"] == [{"HTTPBearer": []}]


def test_a_route_without_an_action_cannot_be_made() -> None:
    with pytest.raises(KeyError, match=ACTION):
        GuardedRoute("/open", lambda: None)


@pytest.mark.parametrize("token", ["", "lp_unknown", "dead"])
def test_c15_without_a_live_token_every_route_is_401_before_anything_else(api: Api, token: str) -> None:
    if token == "dead":
        dead = api.of(Role.ADMIN)
        with api.database.write() as session:
            last = update(ApiToken).where(ApiToken.id == 2).values(revoked_at=datetime.now(UTC))
            assert session.execute(last).rowcount == 1  # type: ignore[attr-defined]
        token = dead.token
    header = {"Authorization": f"Bearer {token}".encode()} if token else {}
    for method, path, _ in operations(api):
        place = path.replace("{code}", "BAD CODE")
        response = api.with_token("").send(method, place, content=b"{", headers={**header, "Content-Type": "x/y"})
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer"), path


@pytest.mark.parametrize(
    "header",
    ["Basic {}", "{}", "Bearer", "Token {}", "Bearer {} x", "Bearer ｔ", "Bearer \0", f"Bearer {'x' * 10_000}"],
)
def test_only_a_bearer_token_counts(api: Api, header: str) -> None:
    sent = {"Authorization": header.format(api.token).encode()}
    assert api.with_token("").send("GET", "/units", headers=sent).status_code == 401


@pytest.mark.parametrize("role", Role)
def test_each_role_reaches_what_its_table_says_and_403_comes_before_422(api: Api, role: Role) -> None:
    caller = api.of(role)
    for method, path, operation in operations(api):
        code = path.replace("{code}", "BAD CODE")
        response = caller.send(method, code, content=b"{" if method != "GET" else None, headers=JSON)
        may = role in allowed(method, path)
        required = any(parameter.get("required") for parameter in operation.get("parameters", []))
        expected = 403 if not may else 422 if method != "GET" or required else 200
        assert response.status_code == expected, (method, path)
        if method != "GET":
            plain = caller.send(method, code, headers={"Content-Type": "text/plain"})
            assert plain.status_code == (415 if may else 403), (method, path)


@pytest.mark.parametrize("role", Role)
def test_each_role_writes_what_it_may(api: Api, role: Role) -> None:
    caller = api.of(role)
    for kind in TABLES:
        may = role in allowed("PUT", f"/facts/{kind}")
        assert caller.rows(kind, row(kind)).status_code == (200 if may else 403), kind
        assert len(caller.facts(kind)) == may
        assert caller.remove(kind, KEYS[kind]).status_code == (200 if may else 403), kind
    for path, kind in (("/units/new", "team"), ("/channels/new", "source")):
        made = caller.put(path, {"name": "New", "kind": kind})
        assert made.status_code == (201 if role is Role.ADMIN else 403)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OPERATOR])
@pytest.mark.parametrize("kind", TABLES)
def test_c16_nobody_of_one_unit_writes_another(filled: Api, kind: str, role: Role) -> None:
    caller, before = filled.of(role, "east"), filled.tables()
    changed: Row = {"revision": 1}
    for unit in ("west", "co"):
        mixed = (row(kind, **changed), row(kind, unit=unit, **changed))
        assert caller.rows(kind, {**KEYS[kind], "unit": unit}).status_code == 403
        assert caller.rows(kind, *mixed).status_code == 403
        assert caller.rows(kind, *mixed[::-1]).status_code == 403
        assert caller.remove(kind, KEYS[kind], {**KEYS[kind], "unit": unit}).status_code == 403
    assert filled.tables() == before
    own = caller.rows(kind, row(kind), row(kind, unit="corner"))
    assert own.status_code == (403 if kind == "targets" and role is Role.OPERATOR else 200)


def test_c16_a_unit_out_of_reach_is_403_before_what_is_wrong_with_its_row(filled: Api) -> None:
    caller = filled.of(Role.OPERATOR, "east")
    for changes in ({"channel": "nowhere"}, {"day": "2023-10-10"}, {"revision": 5}, {"adds": 0}):
        assert caller.rows("friends", row("friends", unit="west", **changes)).status_code == 403, changes
    twice = row("friends", unit="west")
    assert caller.rows("friends", twice, twice).status_code == 403
    assert caller.remove("friends", {**KEYS["friends"], "unit": "west", "channel": "nowhere"}).status_code == 403


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_c16_nobody_of_one_unit_reads_another(filled: Api, role: Role) -> None:
    caller = filled.of(role, "east")
    for unit, status in (("west", 403), ("co", 403), ("east", 200), ("corner", 200), ("nowhere", 422)):
        questions: list[tuple[str, dict[str, Any]]] = [(f"/facts/{kind}", {"unit": unit}) for kind in TABLES]
        questions += [(f"/boards/{board}", {"unit": unit, **RANGE}) for board in ("growth", "sales")]
        questions += [("/boards/targets", {"unit": unit, "month": "2023-05"})]
        questions += [("/metrics/query", {"unit": unit, "metrics": "gmv", "by": "unit", **RANGE})]
        for path, params in questions:
            assert caller.send("GET", path, params=params).status_code == status, (path, unit)


def test_c16_without_a_unit_only_what_is_in_reach_is_read(filled: Api) -> None:
    caller = filled.of(Role.VIEWER, "east")
    for kind in TABLES:
        assert {item["unit"] for item in caller.facts(kind)} == {"east", "corner"}
        page = filled.read(f"/facts/{kind}", limit=1)
        rest = caller.read(f"/facts/{kind}", cursor=page["next"])
        assert {item["unit"] for item in rest["rows"]} <= {"east", "corner"}
    assert [(unit["code"], unit["parent"]) for unit in caller.read("/units")["units"]] == [
        ("east", None),
        ("corner", "east"),
    ]


def test_an_admin_of_one_unit_manages_nothing(filled: Api) -> None:
    caller = filled.of(Role.ADMIN, "east")
    for path in ("/units/east", "/units/corner", "/units/new", "/channels/parcel"):
        assert caller.put(path, {"name": "Mine", "kind": "team"}).status_code == 403
        assert caller.put(path, {"name": 1}).status_code == 403
    assert "Mine" not in {unit["name"] for unit in filled.read("/units")["units"]}


def test_c16_a_known_etag_opens_no_door(filled: Api) -> None:
    params = {"unit": "east", "metrics": "gmv", **RANGE}
    answer = filled.send("GET", "/metrics/query", params=params)
    assert answer.headers["Vary"].startswith("Authorization,")
    headers = {"If-None-Match": answer.headers["ETag"]}
    stranger = filled.of(Role.VIEWER, "west").send("GET", "/metrics/query", params=params, headers=headers)
    nobody = filled.with_token("").send("GET", "/metrics/query", params=params, headers=headers)
    assert (stranger.status_code, nobody.status_code) == (403, 401)
    assert "values" not in body(stranger)


def test_the_rights_of_a_token_follow_its_unit_when_it_moves(filled: Api) -> None:
    caller = filled.of(Role.OPERATOR, "east")
    assert caller.get("/facts/friends", unit="corner").status_code == 200
    filled.put("/units/corner", {"parent": "west"})
    assert caller.get("/facts/friends", unit="corner").status_code == 403
    assert caller.rows("friends", row("friends", unit="corner")).status_code == 403
