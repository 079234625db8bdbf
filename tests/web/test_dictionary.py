"""指标口径 and 接口 come from the catalogue and from the OpenAPI document, whole."""

from app.metrics.catalog import CATALOG, DEFINED, DICTIONARY
from tests.served import Site


def test_the_dictionary_explains_all_41_metrics(reading: Site) -> None:
    page = reading.page("/dictionary")
    entries = {entry["id"]: entry for entry in page.all("article", "def")}
    assert len(CATALOG) == 41
    assert list(entries) == list(DEFINED)  # and what pushes returned
    for key, metric in CATALOG.items():
        text = entries[key].text
        for words in (metric.name.zh, metric.name.en, key, metric.about.zh):
            assert " ".join(words.split()) in text, key
        assert entries[key].all("a", href=f"#{key}")
        assert entries[key]["data-words"].split()[0] == key
        assert ("默认阈值" in text) == (metric.limit is not None), key


def test_the_dictionary_is_grouped_as_the_catalogue_is(reading: Site) -> None:
    sections = reading.page("/dictionary").all("section", data_group="")
    assert [section.one("h2").text for section in sections] == [title.zh for title, _ in DICTIONARY]
    assert [len(section.all("article")) for section in sections] == [len(metrics) for _, metrics in DICTIONARY]


def test_the_page_of_the_api_lists_every_route(reading: Site) -> None:
    document = reading.get("/docs/openapi.json").json()
    expected = [(method.upper(), path) for path, operations in document["paths"].items() for method in operations]
    page = reading.page("/docs")
    listed = [(op.one("span", "tag").text, op.one("h3").text) for op in page.all("article", "op")]
    assert listed == expected
    assert len(listed) >= 12
    assert all(path.startswith("/api/v1/") for _, path in listed)
    for op, (method, path) in zip(page.all("article", "op"), expected, strict=True):
        operation = document["paths"][path][method.lower()]
        assert operation["summary"] in op.text
        assert [node.text for node in op.all("dt")] == [
            parameter["name"] + (" 必填" if parameter.get("required") else "")
            for parameter in operation.get("parameters", [])
        ]


def test_the_document_is_the_same_for_every_application_of_a_process(reading: Site) -> None:
    again = Site.on(reading.database)
    assert again.get("/docs/openapi.json").json() == reading.get("/docs/openapi.json").json()
    document = again.get("/docs/openapi.json").text
    schemas = again.get("/docs/openapi.json").json()["components"]["schemas"]
    for name in {part.partition('"')[0] for part in document.split("#/components/schemas/")[1:]}:
        assert name in schemas
