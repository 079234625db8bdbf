"""The OpenAPI document: well-formed, complete, and true of the answers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.facts import TABLES
from tests.api.kit import MODELS, Api, Row, below, body, check, routes, row, without

REFUSALS = {"401", "403", "408", "409", "413", "415", "422", "429", "503", "507"}
METHODS = {"get", "put", "delete"}


@pytest.fixture(scope="module")
def document(article: Api) -> Row:
    return dict(article.read("/openapi.json"))


def operations(document: Row) -> Iterator[tuple[str, str, Row]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def inside(value: Any) -> Iterator[Row]:  # noqa: ANN401 (parsed JSON)
    """Yield every object of a document."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from inside(part)


def test_it_is_an_openapi_3_document_of_this_version(document: Row) -> None:
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version", "description"} <= document["info"].keys()
    scheme = document["components"]["securitySchemes"]["HTTPBearer"]
    assert without(scheme, "description") == {"type": "http", "scheme": "bearer"}
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    assert {method for method, _, _ in operations(document)} == METHODS


def test_it_is_the_same_for_every_application_of_a_process(document: Row, api: Api) -> None:
    assert api.read("/openapi.json") == document


def test_every_reference_leads_somewhere_and_every_schema_is_used(document: Row) -> None:
    used = {found["$ref"] for found in inside(document) if "$ref" in found}
    assert used == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_route_is_in_it(document: Row) -> None:
    built = {(method.lower(), route.path) for route in routes() for method in route.methods or ()}
    assert {(method, path) for method, path, _ in operations(document)} == built


def test_every_operation_is_described_and_named_once(document: Row) -> None:
    found = list(operations(document))
    assert len({operation["operationId"] for _, _, operation in found}) == len(found)
    for method, path, operation in found:
        assert all(operation.get(field) for field in ("summary", "description", "tags")), (method, path)


def test_every_parameter_is_described(document: Row) -> None:
    for method, path, operation in operations(document):
        parameters = operation.get("parameters", [])
        assert all(parameter["description"] and parameter["schema"] for parameter in parameters), (method, path)
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))


def test_the_parameters_are_those_of_the_contract(document: Row) -> None:
    def names(path: str) -> list[str]:
        return [parameter["name"] for parameter in document["paths"][f"/api/v1{path}"]["get"].get("parameters", [])]

    for kind in TABLES:
        assert names(f"/facts/{kind}") == ["unit", "from", "to", "channel", "cursor", "limit"]
    assert names("/metrics/query") == ["metrics", "unit", "from", "to", "grain", "by", "channel", "compare"]
    for board in ("growth", "sales"):
        added = ["grain", "by", "customer_kind"]
        assert names(f"/boards/{board}") == ["unit", "from", "to", "channel", "compare", "as_of", *added]
    assert names("/boards/targets") == ["unit", "month", "as_of"]
    assert [names(path) for path in ("/metrics", "/units", "/channels")] == [[], [], []]


def test_every_answer_has_a_schema(document: Row) -> None:
    for method, path, operation in operations(document):
        answers = operation["responses"]
        assert answers.keys() >= REFUSALS, (method, path)
        for status, answer in answers.items():
            if status != "304":
                kind = "application/problem+json" if status in REFUSALS else "application/json"
                assert "$ref" in answer["content"][kind]["schema"] or path.endswith("openapi.json"), (method, path)
        assert ("201" in answers) == ("{code}" in path)
        assert ("304" in answers) == ("/metrics" in path or "/boards" in path), path


def test_every_put_has_an_example_and_each_is_accepted(article: Api, document: Row, api: Api) -> None:
    for unit in article.read("/units")["units"]:
        api.put(f"/units/{unit['code']}", without(unit, "code", "active"))
    for channel in article.read("/channels")["channels"]:
        api.put(f"/channels/{channel['code']}", without(channel, "code", "active"))
    puts = [(path, operation) for method, path, operation in operations(document) if method == "put"]
    assert len(puts) == len(TABLES) + 2
    for path, operation in puts:
        examples = operation["requestBody"]["content"]["application/json"]["examples"]
        assert examples
        for example in examples.values():
            answer = api.put(path.removeprefix("/api/v1").replace("{code}", "example"), example["value"])
            assert answer.status_code in {200, 201}, answer.text
    for kind in TABLES:
        assert len(api.facts(kind)) == 1


def test_every_documented_shape_is_seen_in_a_real_answer(api: Api) -> None:
    """The client checks each answer; here each shape is met once, with something in it."""
    for kind in TABLES:
        api.save(kind, row(kind))
    good = {"unit": "co", "from": "2023-05-01", "to": "2023-05-31", "month": "2023-05", "metrics": "gmv,add_rate"}
    seen = 0
    for route in routes():
        if "GET" not in (route.methods or ()):
            continue
        path = below(route)
        names = [param.alias for param in route.dependant.query_params]
        content = body(api.send("GET", path, params={name: good[name] for name in names if name in good}))
        lists = [value for value in content.values() if isinstance(value, list)]
        assert any(lists) or not lists, path
        seen += any(method == "GET" and place.match(route.path) is not None for method, place, _, _ in MODELS)
    assert seen == len({model for method, _, _, model in MODELS if method == "GET"}) + 2


def test_the_check_of_shapes_is_no_empty_one(article: Api) -> None:
    answer = article.get("/units")
    answer._content = answer.content.replace(b'"kind"', b'"sort"')  # noqa: SLF001 (a wrong answer, made up)
    with pytest.raises(ValueError, match="kind"):
        check("GET", "/units", answer)


def test_the_document_itself_asks_for_a_token(api: Api) -> None:
    assert api.with_token("").get("/openapi.json").status_code == 401
    assert api.client.get("/openapi.json").status_code == 404
