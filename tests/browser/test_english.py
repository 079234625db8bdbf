"""A day in English: from the login page to a saved grid, errors and warnings included."""

import pytest
from playwright.sync_api import expect

from app.domain.facts import FRIENDS
from tests.browser.conftest import Windows
from tests.browser.hands import WIDE, cell, fine, form, press, said, stored
from tests.served import PASSWORD, UNIT, put

pytestmark = pytest.mark.browser


def test_somebody_logs_in_and_enters_a_day_in_english(windows: Windows) -> None:
    window = windows("", viewport=WIDE)
    week = [{"day": f"2023-10-0{n}", "unit": UNIT, "channel": "video", "adds": 40, "reach": 400} for n in range(1, 6)]
    put(window.site.database, "friends", week)
    page = window.open("/login")
    page.get_by_role("link", name="English").click()
    page.get_by_label("Name").fill("olga")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#login-error")).to_contain_text("Wrong name or password; 7 attempts left")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page = window.open(form())
    cell(page, "video.adds").focus()
    press(page, "-5")
    expect(page.locator("#grid-pop")).to_have_text("Must be zero or more")
    expect(page.locator("#grid-check")).to_contain_text("1 error: 视频号 Friends added")
    said(page, "Correct 1 error to save")
    press(page, "Escape", "168", "Tab")
    expect(page.locator("#grid-check")).to_contain_text("2 warnings: ")
    expect(page.locator("#grid-check")).to_contain_text("Friends added +320.00% against the 7-day mean, please check")
    press(page, "Control+s")
    expect(page.locator("[data-save]")).to_contain_text("Confirm and save")
    press(page, "Control+s")
    said(page, "1 cell saved")
    assert [row["adds"] for row in stored(window, FRIENDS)] == [168]
    expect(page.locator("#cell-panel")).to_contain_text("Cell record")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    fine(window, "401")
