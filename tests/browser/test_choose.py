"""The switch between all, new and old customers, with scripts and without."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

SALES = "/sales?unit=article&from=2023-09-01&to=2023-09-30"


@pytest.mark.parametrize("scripts", [True, False])
def test_one_kind_of_customer_is_chosen_by_mouse_and_keyboard(windows: Windows, *, scripts: bool) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, java_script_enabled=scripts)
    page = window.open(SALES)
    card = page.locator("section", has=page.locator("#title-touchpoint_days"))
    tables = card.locator("table:visible")
    expect(tables).to_have_count(1)
    expect(tables).to_have_id("data-touchpoint_days")
    card.get_by_text("老客", exact=True).first.click()
    expect(tables).to_have_id("data-touchpoint_days-old")
    page.keyboard.press("ArrowLeft")
    expect(tables).to_have_id("data-touchpoint_days-new")
    expect(card.get_by_role("radio", name="新客")).to_be_checked()
    assert window.problems == []
