"""WCAG 2.2 AA on every page, in both themes, as far as a program can tell."""

from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Windows
from tests.browser.test_pages import FILLED, settle
from tests.served import addresses

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """
async () => {
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values } });
  const told = (id, node) => `${id}: ${node.target.join(" ")} ${node.html.slice(0, 160)}`;
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => told(id, node)));
}
"""


def violations(page: Page) -> list[Any]:
    """Return what breaks a rule on a page: the rule, where, and what stands there."""
    page.evaluate(AXE)
    found: list[Any] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_breaks_a_rule_of_wcag(windows: Windows, scheme: Literal["light", "dark"]) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    paths = [path for path in addresses(window.site.app) if not path.endswith(".json") and path != "/entry"]
    found = {}
    for path in (*(f"{path}{FILLED}" for path in paths), "/units?edit=stores", "/channels?edit=video"):
        settle(window.open(path))
        if broken := violations(window.page):
            found[path] = broken
    assert not found, found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_breaks_none_either(windows: Windows, scheme: Literal["light", "dark"]) -> None:
    window = windows("", color_scheme=scheme)
    assert violations(window.open("/login")) == []


def test_the_rules_are_really_looked_at(windows: Windows) -> None:
    page = windows("", color_scheme="light").open("/login")
    page.evaluate("() => { document.body.insertAdjacentHTML('beforeend', '<button></button>'); }")
    assert any(line.startswith("button-name") for line in violations(page))
