"""People and keys by hand: an admin adds somebody, who sets a password, makes a token, and is switched off again."""

from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.served import UNIT

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"


def _calls(address: str, token: str) -> int:
    asked = Request(f"{address}/api/v1/units", headers={"Authorization": f"Bearer {token}"})  # noqa: S310 (this test's)
    with urlopen(asked, timeout=5) as answer:  # noqa: S310 (an address of this test)
        return int(answer.status)


def test_somebody_is_added_comes_in_by_the_link_and_is_out_when_switched_off(windows: Windows) -> None:
    boss, guest = windows("ada"), windows("", viewport={"width": 390, "height": 800})
    page = boss.open("/people")
    page.get_by_label("账号", exact=True).fill("王芳")
    page.get_by_label("角色").select_option("operator")
    page.get_by_label("单元").select_option(UNIT)
    page.get_by_role("button", name="新增").click()
    once = page.locator("#once")
    expect(once).to_contain_text(f"{boss.address}/setup?key=")  # the whole address, ready to be sent
    link = once.inner_text()

    theirs = guest.page
    theirs.goto(link)
    theirs.get_by_label("密码", exact=True).fill("12345678")
    theirs.get_by_label("再输一次密码").fill("12345678")
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_text("密码太容易猜到")).to_be_visible()
    theirs.get_by_label("密码", exact=True).fill(PASSWORD)
    theirs.get_by_label("再输一次密码").fill(PASSWORD)
    theirs.keyboard.press("Enter")
    expect(theirs.get_by_role("heading", name="今日")).to_be_visible()

    theirs.goto(f"{guest.address}/tokens")
    theirs.get_by_label("用途").fill("仓库系统")
    theirs.get_by_role("button", name="新建").click()
    token = theirs.locator("#once").inner_text()
    assert _calls(guest.address, token) == 200

    page.get_by_role("button", name="停用").click()
    expect(page.get_by_role("button", name="启用")).to_be_visible()
    theirs.goto(f"{guest.address}/growth")
    expect(theirs.get_by_role("heading", name="登录罗盘")).to_be_visible()
    with pytest.raises(OSError, match="401"):
        _calls(guest.address, token)
    refused = [problem for problem in guest.problems if "422" not in problem]  # the weak password
    assert (boss.problems, refused) == ([], [])


def test_a_wrong_password_is_told_by_words_and_the_right_one_keeps_the_page_one_asked_for(windows: Windows) -> None:
    nobody = windows("")
    page = nobody.page
    page.goto(f"{nobody.address}/targets")
    page.get_by_label("账号").fill("ada")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("还可尝试 7 次")
    expect(page.get_by_label("密码")).to_be_focused()
    page.keyboard.type("correct horse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="目标完成").first).to_be_visible()
    assert page.url.endswith("/targets")
