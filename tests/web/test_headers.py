"""Every answer keeps browsers safe, and no page runs or loads anything that is not a file of this site."""

import json
import re
from urllib.parse import urlsplit

import pytest

from app.boards.catalog import BOARDS
from app.web.middleware import POLICY
from tests.page import Node, parse
from tests.served import NOW, Site, addresses

FILLED = "?unit=article&from=2023-05-01&to=2023-05-07&month=2023-09&day=2023-09-30"
REFERS = {"src", "href", "action", "formaction", "data", "poster", "srcset", "ping", "background"}


@pytest.fixture(scope="module")
def pages(reading: Site) -> dict[str, Node]:
    """Every page by its address: filled, as it opens, and as it fails."""
    site = reading
    paths = [path for path in addresses(site.app) if not path.endswith(".json")]
    found = {}
    for path in (
        *paths,
        *(f"{path}{FILLED}" for path in paths),
        "/login",
        "/units?edit=stores",
        "/channels?edit=video",
    ):
        answer = (site.of("") if path == "/login" else site).get(path)
        if answer.status_code == 200:
            found[path] = parse(answer.text)
    found["404"] = parse(site.get("/nowhere").text)
    found["422"] = parse(site.get("/growth?from=never").text)
    found["refused"] = parse(site.post("/entry/friends", {"unit": "stores", "video.adds": "-5"}).text)
    assert len(found) >= 28
    return found


def test_c19_every_answer_has_the_headers_that_keep_browsers_safe(reading: Site) -> None:
    nobody = reading.of("")
    answers = [reading.get(path) for path in (*addresses(reading.app), "/nowhere", "/growth?from=never", "/healthz")]
    answers += [
        nobody.get("/login"),
        nobody.get("/units"),
        nobody.post("/login", {"name": "x"}),
        nobody.get("/api/v1/units"),
    ]
    answers += [reading.client.delete("/units"), reading.client.head("/units"), reading.get("/static/x/css/base.css")]
    assert {answer.status_code for answer in answers} >= {200, 303, 401, 404, 405, 422}
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        kept = answer.headers["cache-control"]
        assert kept == ("no-cache" if "/static/" in str(answer.request.url) else "no-store")


def test_c19_the_policy_allows_scripts_and_connections_of_this_site_only() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_c19_no_page_holds_an_inline_script_a_handler_or_a_script_address(pages: dict[str, Node]) -> None:
    for path, page in pages.items():
        for script in page.all("script"):
            if script.attrs.get("type") == "application/json":
                json.loads(script.raw)
            else:
                assert script["src"].startswith("/static/"), path
                assert not script.raw.strip(), path
        for node in page.walk():
            assert not [name for name in node.attrs if name.startswith("on")], f"{path}: {node}"
            assert not [value for value in node.attrs.values() if value.strip().lower().startswith("javascript:")], path
            assert node.tag not in ("iframe", "object", "embed", "base", "style"), path


def test_c19_no_page_refers_to_another_host(pages: dict[str, Node]) -> None:
    for path, page in pages.items():
        for node in page.walk():
            for name in REFERS & node.attrs.keys():
                parts = urlsplit(node[name])
                assert (parts.scheme, parts.netloc) == ("", ""), f"{path}: {node}"
            assert "url(" not in node.attrs.get("style", ""), path


def test_c19_everything_a_page_loads_is_there(reading: Site, pages: dict[str, Node]) -> None:
    asked = {
        node.attrs.get("src") or node.attrs.get("href", "")
        for page in pages.values()
        for node in page.walk()
        if node.tag in ("script", "link", "img") and ("src" in node.attrs or "href" in node.attrs)
    }
    asked = {address for address in asked if not address.startswith("#")}  # of the page itself
    assert len(asked) >= 14
    for address in asked:
        answer = reading.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"], address
    for address in (a for a in asked if a.endswith(".css") or (a.endswith(".js") and "plotly" not in a)):
        text = re.sub(r"/\*.*?\*/", "", reading.get(address).text, flags=re.DOTALL)
        assert not re.search(r"https?://(?!www\.w3\.org/)|@import|url\((?!\"?data:)", text), address


def test_every_link_of_a_page_leads_somewhere(reading: Site, pages: dict[str, Node]) -> None:
    links = {node["href"] for page in pages.values() for node in page.all("a") if "href" in node.attrs}
    # Downloads are opened by the tests of exports.
    places = sorted({link.partition("#")[0] for link in links if not link.startswith("/export/")} - {""})
    assert len(places) >= 40
    # A page that is linked for every day and kind is opened for some of them.
    by_page = {place: place.partition("?")[0] for place in places}
    some = [place for page in set(by_page.values()) for place in [p for p in places if by_page[p] == page][:4]]
    for place in some:
        answer = reading.get(place)
        assert answer.status_code in (200, 303), place


def test_every_link_into_a_page_has_its_target(pages: dict[str, Node]) -> None:
    for path, page in pages.items():
        ids = {node["id"] for node in page.walk() if "id" in node.attrs}
        for node in page.walk():
            inside = [node["href"][1:]] if node.attrs.get("href", "").startswith("#") else []
            named = [
                *inside,
                *node.attrs.get("aria-labelledby", "").split(),
                *node.attrs.get("aria-describedby", "").split(),
            ]
            named += [node[name] for name in ("for", "aria-controls", "data-fig") if name in node.attrs]
            assert set(named) <= ids, f"{path}: {node}"


def test_every_field_has_a_name_that_can_be_read_out(pages: dict[str, Node]) -> None:
    for path, page in pages.items():
        labels = {label["for"] for label in page.all("label") if "for" in label.attrs}
        for field in page.walk():
            if field.tag not in ("input", "select", "textarea") or field.attrs.get("type") == "hidden":
                continue
            parents, at = [], field.parent
            while at:
                parents.append(at.tag)
                at = at.parent
            named = field.attrs.get("aria-label") or field.attrs.get("id") in labels or "label" in parents
            assert named, f"{path}: {field}"


@pytest.mark.parametrize("host", ["evil.test", "luopan.test@evil.test", "evil.test/growth?", "evil.test#", "<script>"])
def test_c20_a_forged_host_is_never_echoed(reading: Site, host: str) -> None:
    for path in (
        "/growth",
        "/growth/",
        "/static/x",
        "/login",
        "/nowhere",
        "/growth?from=never",
        "/docs",
        "/docs/openapi.json",
    ):
        answer = reading.get(path, headers={"Host": host})
        assert answer.status_code in (200, 400, 404, 422)
        assert "evil" not in answer.text + str(answer.headers)
        assert "<script>/" not in answer.text
    for path in ("/growth", "/plan?month=2023-09"):
        place = reading.of("").get(path, headers={"Host": host}).headers["location"]
        assert place.startswith("/login?next=%2F")
        assert "evil" not in place


def test_the_menu_names_every_board_and_marks_where_one_is(reading: Site) -> None:
    for key, board in BOARDS.items():
        menu = reading.page(f"/{key}?unit=article").one("nav", "side-nav")
        assert [link.text for link in menu.all("a", aria_current="page")] == [board.title.zh]
    assert f"{NOW:%Y}" in reading.get("/entry/friends").text
