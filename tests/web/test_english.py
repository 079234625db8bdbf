"""Whoever speaks English reads English on every page, and nobody else does for it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import literal, update

from app.models import Channel, OrgUnit
from tests.page import Node, parse
from tests.served import PASSWORD, PEOPLE, UNIT, Site, addresses, put, shown
from tests.web.test_wording import HAN

SAID = ("alt", "aria-label", "placeholder", "title", "value")
OPEN = ("/login", "/setup?key=none", "/nowhere")


def speaking(site: Site, name: str, language: str = "en") -> Site:
    """Return the browser of somebody who has chosen a language."""
    person = site.of(name)
    assert person.post("/account/language", {"language": language}).status_code == 303
    return person


def chinese(page: Node) -> list[str]:
    """Return what a page says in Chinese, beside the name of the language itself."""
    return [text for text in _said(page) if HAN.search(text)]


def _said(node: Node) -> Iterator[str]:
    if node.attrs.get("lang") == "zh-CN":
        return
    yield from (node[name] for name in SAID if name in node.attrs)
    for item in node.inside:
        if isinstance(item, str):
            yield item.strip()
        else:
            yield from _said(item)


@pytest.fixture
def plain(site: Site) -> Site:
    """A Luopan whose units and channels have English names, as those who speak English give them."""
    row = {"day": "2023-10-05", "unit": UNIT, "channel": "video", "adds": 40, "reach": 400, "losses": 1}
    put(site.database, "friends", [row])
    put(site.database, "stock-counts", [{"day": "2023-10-05", "unit": UNIT, "cumulative": 100, "current": 60}])
    with site.database.write() as session:
        for table in (OrgUnit, Channel):
            session.execute(update(table).values(name=literal("Name ") + table.code))
    return site


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_says_anything_in_chinese_to_whoever_speaks_english(plain: Site, name: str) -> None:
    person, seen = speaking(plain, name), 0
    batch = plain.page("/history").one("tbody").all("a")[0]["href"]  # the first one holds names of before
    asked = [path.replace("/history/1", batch) for path in addresses(plain.app)]
    asked = [f"{path}?unit={UNIT}&day=2023-10-05" if path.startswith("/entry/") else path for path in asked]
    for path in (*asked, "/units?edit=stores", "/channels?edit=video", "/entry/friends?cell=nothing", "/nowhere"):
        answer = person.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        page, seen = parse(answer.text), seen + 1
        assert page.one("html")["lang"] == "en", path
        assert chinese(page) == [], path
    assert seen > 20


def test_the_record_of_a_cell_speaks_english(plain: Site) -> None:
    path = f"/entry/friends?unit={UNIT}&day=2023-10-05&cell=video.adds"
    assert chinese(shown(speaking(plain, "ada").get(path))) == []


def test_what_is_refused_is_said_in_english(plain: Site) -> None:
    ada = speaking(plain, "ada")
    for path, form, changes, said in (
        (f"/entry/friends?unit={UNIT}&day=2023-10-05", "grid-form", {"video.adds": "-5"}, "Must be zero or more"),
        ("/units", "", {"code": "NOT A CODE", "name": ""}, "Only lower-case letters"),
        ("/people", "", {"name": "mo"}, "Taken"),
        ("/tokens", "", {"name": ""}, "Must have 1 to 120 characters"),
    ):
        page = shown(ada.fill_in(path, changes, form), 422)
        assert said in page.text
        assert chinese(page) == []


def test_pages_without_a_login_speak_what_their_address_asks_for(plain: Site) -> None:
    nobody = plain.of("")
    for path in OPEN:
        assert parse(nobody.get(path).text).one("html")["lang"] == "zh-CN"
        page = parse(nobody.get(f"{path}{'&' if '?' in path else '?'}lang=en").text)
        assert page.one("html")["lang"] == "en"
        assert chinese(page) == []
    assert nobody.get("/login?lang=fr").status_code == 200
    english = nobody.page("/login").one("a", lang="en")["href"]
    form = nobody.page(english).one("form")
    page = shown(nobody.post(form["action"], {"name": "mo", "password": "wrong"}), 401)
    assert page.one("p", id="login-error").text == "Wrong name or password; 7 attempts left"
    assert page.one("a", lang="zh-CN")["href"] == "/login?next=%2F"


def test_a_language_is_remembered_and_is_that_of_one_person(site: Site) -> None:
    mo, vic = speaking(site, "mo"), site.of("vic")
    paths = ("/growth?unit=article&from=2023-05-01&to=2023-05-07", "/dictionary", "/channels")
    for _ in range(2):  # what is kept too
        for path in paths:
            languages = [person.page(path).one("html")["lang"] for person in (mo, vic)]
            assert languages == ["en", "zh-CN"], path
    assert mo.post("/logout", {}).headers["location"] == "/login?lang=en"
    assert mo.post("/login", {"name": "mo", "password": PASSWORD}).status_code == 303
    assert mo.page("/account").one("input", value="en").attrs.keys() >= {"checked"}
    speaking(site, "mo", "zh")
    assert mo.page("/growth").one("html")["lang"] == "zh-CN"


def test_who_first_logs_in_in_english_goes_on_in_english_until_they_choose(site: Site) -> None:
    mo = site.of("")
    mo.post("/login?lang=en", {"name": "mo", "password": PASSWORD})
    assert mo.page("/account").one("html")["lang"] == "en"
    speaking(site, "mo", "zh")
    mo.post("/login?lang=en", {"name": "mo", "password": PASSWORD})
    assert mo.page("/account").one("html")["lang"] == "zh-CN"
