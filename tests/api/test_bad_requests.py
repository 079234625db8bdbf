"""Requests that are no good as a whole: broken or hostile JSON, wrong types, wrong size; and nasty values anywhere."""

import json
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from app.domain.facts import TABLES
from tests.api.kit import KEYS, Api, Frozen, below, body, dumped, refused, routes, row

JSON = {"Content-Type": "application/json"}
WRITES = [
    (method, below(route))
    for route in routes()
    for method in sorted(route.methods or ())
    if method in {"PUT", "DELETE"}
]
SOME = [WRITES[0], *WRITES[2:4]]
"""A unit, and facts both ways."""
BROKEN = (
    b"",
    b"{",
    b'{"rows": [',
    b'{"rows": [{"day": 2023-05-04}]}',
    b"\xff\xfe\x00",
    b'{"rows": "\xe4\xbd"}',
    b"rows=1",
    b"[" * 100_000,
    b'{"rows":' * 50_000,
    b"[" * 3_000 + b"]" * 3_000,
    b'{"rows": [' + b"9" * 5_000 + b"]}",
)
WRONG = (
    b"null",
    b"[]",
    b'"rows"',
    b"1",
    b"{}",
    b'{"rows": null, "keys": null}',
    b'{"rows": {}, "keys": {}}',
    b'{"rows": [], "keys": []}',
    b'{"rows": [[]], "keys": [[]]}',
    b'{"rows": [null], "keys": [1]}',
    b'{"\\ud800": 1}',
    b'{"\\u0000": 1}',
)
NASTY: tuple[Any, ...] = ("", "x" * 50_000, "%s{0}{key}", "\u0000", "😀", 10**30, [[]], {"a": 1})
ALIKE = {f"/facts/{kind}" for kind in TABLES} - {"/facts/friends", "/facts/targets"}
"""Kinds of facts that are read by the same handler, and by day like friends."""


def path_of(template: str) -> str:
    return template.replace("{code}", "east")


@pytest.mark.parametrize(("method", "path"), SOME)
def test_broken_json_is_refused(kept: Api, method: str, path: str) -> None:
    for content in BROKEN:
        refused(kept.send(method, path_of(path), content=content, headers=JSON), (None, "body"))


@pytest.mark.parametrize(("method", "path"), SOME)
def test_json_of_another_shape_is_refused(kept: Api, method: str, path: str) -> None:
    for content in WRONG:
        if content == b"{}" and "{code}" in path:
            continue  # a unit or channel that nothing changes in
        response = kept.send(method, path_of(path), content=content, headers=JSON)
        assert response.status_code == 422, content
        assert body(response)["errors"]


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json5"]
)
def test_another_content_type_is_415(kept: Api, kind: str | None) -> None:
    for method, path in WRITES:
        headers = {"Content-Type": kind} if kind else {}
        assert kept.send(method, path_of(path), content=b"{}", headers=headers).status_code == 415


def test_json_with_a_charset_is_taken(api: Api) -> None:
    content = dumped({"rows": [row("friends")]})
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert api.send("PUT", "/facts/friends", content=content, headers=headers).status_code == 200


def test_a_body_above_the_limit_is_413_declared_or_not(api: Api, loop: BlockingPortal) -> None:
    small = Api.on(api.database, loop, Frozen(max_body_mb=1))
    blank = b" " * 1024
    rows = dumped({"rows": [row("friends")]})
    for content in (blank * 1024 + rows, (blank for _ in range(1025))):
        assert small.send("PUT", "/facts/friends", content=content, headers=JSON).status_code == 413
    assert small.facts("friends") == []
    assert small.send("PUT", "/facts/friends", content=blank * 1000 + rows, headers=JSON).status_code == 200


def test_an_unknown_address_or_method_is_a_problem_too(api: Api) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/facts/friend", 404),
        ("GET", "/facts/../../healthz", 404),
        ("POST", "/facts/friends", 405),
        ("PUT", "/metrics", 405),
        ("DELETE", "/units/east", 405),
    ):
        assert api.send(method, path).status_code == status, path


@pytest.mark.parametrize("kind", ["friends", "sales", "targets"])
def test_no_value_of_any_field_upsets_the_server(api: Api, kind: str) -> None:
    fields = [*row(kind), "revision", "surprise"]
    for field in fields:
        for value in NASTY:
            status = api.rows(kind, row(kind, **{field: value})).status_code
            assert status in {200, 409, 422}, (field, value)
    for item in api.facts(kind):
        assert item["unit"] == "east"


def test_no_value_of_any_parameter_upsets_the_server(article: Api) -> None:
    good = {"unit": "article", "from": "2023-05-01", "to": "2023-05-07", "month": "2023-09", "metrics": "gmv"}
    texts = [value for value in NASTY if isinstance(value, str)] + [
        "-1",
        "9" * 30,
        "NaN",
        "2199-12-31",
        "9999-99",
        "ａ",
    ]
    for route in routes():
        if "GET" not in (route.methods or ()) or below(route) in ALIKE:
            continue
        names = [param.alias for param in route.dependant.query_params]
        base = {name: good[name] for name in names if name in good}
        for name in names:
            for text in texts:
                status = article.send("GET", below(route), params={**base, name: text}).status_code
                assert status in {200, 422}, (route.path, name, text)


BAD_FIELDS = (
    *(("name", text) for text in ('""', '"   "', "1", "[]", f'"{"长" * 121}"', '"a\\u0000b"', '"a\\nb"', '"\\ud800"')),
    *(("kind", text) for text in ('"shop"', "1", '""')),
    *(("active", text) for text in ('"yes"', "1", '"false"')),
    *(("code", '"other"'), ("id", "1")),
)


def test_a_bad_field_of_a_unit_or_channel_is_named(any_api: Api) -> None:
    before = [any_api.read("/units"), any_api.read("/channels")]
    for field, text in BAD_FIELDS:
        for path in ("/units/east", "/channels/new"):
            fields = {"name": '"New"', "kind": '"team"' if "unit" in path else '"source"', field: text}
            content = "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"
            refused(any_api.send("PUT", path, content=content.encode(), headers=JSON), (None, field))
    assert [any_api.read("/units"), any_api.read("/channels")] == before


def test_a_code_is_made_of_small_letters_digits_and_dashes(api: Api) -> None:
    cases: tuple[str, ...] = (
        "East",
        "-east",
        "é",
        "a" * 41,
        "a%20b",
        "a%0A",
        "%00",
        "..%2fx",
        "a.b",
        "%F0%9F%98%80",
    )
    for code in cases:
        for path in ("/units/", "/channels/"):
            response = api.put(path + code, {"name": "N", "kind": "team" if path == "/units/" else "source"})
            assert response.status_code in {404, 405, 422}, code
        assert len(api.read("/units")["units"]) == 4


def test_a_channel_has_a_colour_slot_and_a_position(api: Api) -> None:
    cases: tuple[tuple[str, object], ...] = (
        ("color_slot", 9),
        ("color_slot", -1),
        ("color_slot", "1"),
        ("color_slot", True),
        ("position", 10_000),
        ("position", 1.5),
    )
    for field, value in cases:
        refused(api.put("/channels/parcel", {field: value}), (None, field))


def test_the_examples_of_this_file_cover_every_write() -> None:
    assert len(WRITES) == 2 * len(TABLES) + 2
    assert set(KEYS) == set(TABLES)
    assert json.loads(dumped(NASTY)) == list(NASTY)
