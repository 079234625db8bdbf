"""The hands of the tests of the entry grid: cells by their names, keys, clipboard, and what is stored."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from app.domain.facts import FactTable
from tests.browser.conftest import Watched
from tests.served import UNIT

DAY = "2023-10-06"
WIDE = {"width": 1440, "height": 900}
PASTE = """([id, text]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const cell = document.getElementById(id);
    cell.focus();
    cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
COPY = """() => {
    const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
    return event.clipboardData.getData("text/plain");
}"""


def form(kind: str = "friends", day: str = DAY) -> str:
    return f"/entry/{kind}?unit={UNIT}&day={day}"


def cell(page: Page, name: str) -> Locator:
    return page.locator(f"[id='{name}']")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.name"))


def press(page: Page, *keys: str) -> None:
    """Press keys; what is no key is typed."""
    for key in keys:
        if re.fullmatch(r"[A-Z].*", key):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def texts(page: Page, *names: str) -> list[str]:
    return [cell(page, name).input_value() for name in names]


def stored(window: Watched, table: FactTable, day: str = DAY) -> list[dict[str, Any]]:
    return [row for row in window.site.stored(table) if str(row["day"]) == day]


def said(page: Page, text: str) -> None:
    expect(page.locator("[data-reason]")).to_contain_text(text)


def fine(window: Watched, *known: str) -> None:
    """Nothing went wrong that was not meant to, and nobody was asked anything."""
    assert [note for note in window.problems if not any(part in note for part in known)] == []
    assert window.dialogs == []
