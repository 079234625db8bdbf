"""What people type as names is shown as they typed it: nothing of it runs, in pages or in the JSON of figures."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from app.domain.facts import ChannelKind
from app.domain.scope import UnitKind
from tests.page import Node
from tests.served import Site, addresses, put, shown

NAMES = (
    '<script>alert(1)</script>{{7*7}}{% raw %}${7*7}"onmouseover="alert(1)" x=\'><img src=x onerror=alert(1)>',
    '</script><!--<script>=HYPERLINK("http://evil.test")&lt;b>\u2028{# x #}',
)
"""Script, markup, templates and formulas; as long as a name may be."""
SPAN = "unit=named&from=2023-05-01&to=2023-05-07&month=2023-05&day=2023-05-04"


def name_everything(site: Site, name: str) -> None:
    """Give a unit and both kinds of channel a name, and facts under it."""
    unit = {"code": "named", "name": name, "kind": UnitKind.TEAM, "parent": "luopan", "active": "on"}
    assert site.post("/units", unit).status_code == 303
    for code, kind in (("named-source", ChannelKind.SOURCE), ("named-touch", ChannelKind.TOUCHPOINT)):
        channel = {"code": code, "name": name, "kind": kind, "color_slot": "1", "position": "1", "active": "on"}
        assert site.post("/channels", channel).status_code == 303
    person = {"name": name, "role": "viewer", "unit": "named"}
    check(shown(site.post("/people", person)))
    check(shown(site.post("/tokens", {**person, "scope": "read", "days": ""})))
    shown(site.of("").post("/login", {"name": name, "password": name}), 401)
    day = {"day": "2023-05-04", "unit": "named"}
    put(site.database, "friends", [{**day, "channel": "named-source", "reach": 50, "adds": 20, "losses": 1}])
    sale = {**day, "touchpoint": "named-touch", "source": "named-source", "customer_kind": "new"}
    put(site.database, "sales", [{**sale, "gmv": "100.00", "orders": 4, "buyers": 3}])
    put(site.database, "pushes", [{**day, "touchpoint": "named-touch", "pushes": 100, "push_losses": 1}])
    put(site.database, "stock-counts", [{**day, "cumulative": 500, "current": 300}])
    target = {"month": "2023-05", "unit": "named", "metric": "add_rate", "channel": "named-source", "value": "0.2"}
    put(site.database, "targets", [target])


def texts(value: object) -> Iterator[str]:
    """Yield every text inside of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def figures(page: Node) -> list[str]:
    """Return the texts of a page's figures."""
    return [
        text for script in page.all("script") if "data-fig" in script.attrs for text in texts(json.loads(script.raw))
    ]


def check(page: Node) -> None:
    """Assert that nothing in a page runs but the files of this site."""
    assert not page.all("img")
    for node in page.walk():
        assert not [key for key in node.attrs if key.startswith("on")], node
        if node.tag == "script" and node.attrs.get("type") != "application/json":
            assert node["src"].startswith("/static/")


@pytest.mark.parametrize("name", NAMES)
def test_c18_a_name_is_shown_as_it_is_and_never_lives(site: Site, name: str) -> None:
    plain = " ".join(name.split())
    name_everything(site, name)
    seen = 0
    for path in addresses(site.app):
        answer = site.get(f"{path}?{SPAN}&edit=named&edit=named-source")
        if answer.status_code == 303 or path.endswith(".json"):
            continue
        page = shown(answer)
        seen += page.text.count(plain)
        check(page)
        raw = [script.raw for script in page.all("script") if "data-fig" in script.attrs]
        assert not [text for text in raw if "<" in text or "\u2028" in text], path
        if path in ("/growth", "/sales"):
            assert len(raw) >= 3
            assert name in figures(page)
    assert seen >= 20


@pytest.mark.parametrize("name", NAMES)
def test_c18_a_name_is_the_same_again_in_the_form_that_changes_it(site: Site, name: str) -> None:
    name_everything(site, name)
    for path, code in (("/units", "named"), ("/channels", "named-source"), ("/channels", "named-touch")):
        form = site.page(f"{path}?edit={code}").one("form", method="post", action=path)
        assert (form.one("input", name="name")["value"], form.one("input", name="edit")["value"]) == (name, code)
        check(shown(site.post(path, {**form.fields(), "kind": name}), 422))


@pytest.mark.parametrize("text", NAMES)
def test_c18_a_parameter_is_reflected_as_text_only(reading: Site, text: str) -> None:
    for path, parameters in {
        "/growth": ("unit", "channel", "compare", "range", "from", "to", "saved"),
        "/targets": ("unit", "month"),
        "/plan": ("unit", "month"),
        "/entry/friends": ("unit", "day"),
        "/login": ("next",),
        "/units": ("edit",),
        "/security": ("event", "actor", "before"),
        "/setup": ("key",),
        f"/{quote(text)}": ("x",),
    }.items():
        for parameter in parameters:
            answer = reading.get(path, params={parameter: text})
            assert answer.status_code in (200, 404, 422)
            check(shown(answer, answer.status_code))
