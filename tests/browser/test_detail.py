"""Beside the numbers of a board: what they are made of, notes, saved views, pictures and paper."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, Windows
from tests.browser.test_pages import settle
from tests.served import UNIT, put

pytestmark = pytest.mark.browser

WEEK = "unit=article&from=2023-05-01&to=2023-05-07"
A4 = (595, 842)


def test_a_number_opens_what_is_behind_it_by_keyboard_and_gives_the_focus_back(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = window.open(f"/growth?{WEEK}")
    settle(page)
    card = page.locator("dl.kpis a.num-link").first
    card.focus()
    page.keyboard.press("Enter")
    drawer = page.locator("dialog.drawer[open]")
    expect(drawer.locator("#explain-title")).to_have_text("新增好友")
    expect(drawer.locator("#explain-title")).to_be_focused()
    expect(drawer.locator("[data-term]")).to_have_text("1,440")
    assert drawer.locator("table tbody tr").count() >= 7
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(card).to_be_focused()
    cells = page.locator("#data-daily a.num-link")
    assert cells.count() > 50
    assert page.locator("#data-daily a.num-link[tabindex='0']").count() == 1
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(drawer.locator("#explain-title")).to_have_text("流失好友")
    expect(drawer.locator(".explain-head")).to_contain_text("2023/5/2")
    assert window.problems == []


def note(window: Watched, path: str, day: str, words: str) -> Page:
    """Pin a note to a day of a board."""
    page = window.open(path)
    page.locator("summary", has_text="加备注").click()
    page.locator(".note-form [name=day]").fill(day)
    page.locator(".note-form [name=kind]").select_option("promo")
    page.locator(".note-form [name=text]").fill(words)
    page.locator(".note-form button").click()
    page.wait_for_url(re.compile("saved=1"))
    return page


def test_a_sign_of_a_note_leaves_the_label_of_the_limit_free_on_a_phone(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 390, "height": 844})
    at = "/growth?unit=article&from=2023-05-01&to=2023-05-03"
    page = note(window, at, "2023-05-01", "周年庆")
    settle(page)
    texts = page.locator("#fig-churn .annotation")
    sign, label = (texts.filter(has_text=words).first.bounding_box() for words in ("促", "阈值"))
    assert sign is not None
    assert label is not None
    assert sign["x"] < label["x"] + label["width"]  # they stand over each other
    assert sign["y"] + sign["height"] <= label["y"]
    assert window.problems == []


def test_a_note_stands_on_the_charts_and_in_the_table_and_can_be_brought_back(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = note(window, f"/growth?{WEEK}", "2023-05-04", "<b>周年庆</b>")
    settle(page)
    expect(page.locator("#fig-adds_losses .annotation-text", has_text="促")).to_have_count(1)
    expect(page.locator("#data-daily tr", has_text="5月4日")).to_contain_text("5/4 大促：<b>周年庆</b>")
    page.get_by_role("link", name="全部备注").click()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("备注已删除")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("td.wrap")).to_have_text("<b>周年庆</b>")
    assert window.problems == []


def test_a_view_is_saved_shared_and_opened_by_somebody_else(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 390, "height": 844})
    page = window.open(f"/growth?{WEEK}")
    page.locator("summary", has_text="视图").click()
    page.locator(".views [name=name]").fill("五月第一周")
    page.locator(".views button").click()
    page.wait_for_url(re.compile("saved=1"))
    window.open("/views")
    page.get_by_role("button", name="分享").click()
    expect(page.locator("[data-path]")).to_have_text(re.compile(f"^{window.address}"))
    link = page.locator("[data-path]").inner_text()
    other = windows("vic")
    assert other.open(link.removeprefix(window.address)).url.startswith(f"{window.address}/growth?unit=article")
    expect(other.page.locator("dl.kpis")).to_contain_text("1,440")
    page.get_by_role("button", name="取消分享").click()
    answer = other.page.goto(link)
    assert answer is not None
    assert answer.status == 404
    assert window.problems == []


def test_a_chart_is_saved_as_a_picture_and_tells_of_clicks_and_is_drawn_again(windows: Windows, tmp_path: Path) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = window.open(f"/growth?{WEEK}")
    settle(page)
    with page.expect_download() as waiting:
        page.locator("[data-save-picture=fig-churn]").click()
    waiting.value.save_as(tmp_path / "churn.png")
    picture = (tmp_path / "churn.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
    assert "2023-5-1" in waiting.value.suggested_filename
    page.evaluate("() => document.addEventListener('luopan:drill', (e) => { window.drilled = e.detail; })")
    bar = page.locator("#fig-adds_losses .barlayer .point path").nth(2).bounding_box()
    assert bar is not None
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.wait_for_function("() => window.drilled")
    assert page.evaluate("() => [window.drilled.figure, window.drilled.day]") == ["fig-adds_losses", "2023-05-03"]
    page.evaluate(
        """() => {
          const card = document.querySelector("#box-stocks");
          const copy = new DOMParser().parseFromString(card.outerHTML, "text/html").body.firstChild;
          copy.querySelector(".plot").replaceChildren();
          copy.querySelector(".plot").className = "plot";
          card.replaceWith(copy);
          document.dispatchEvent(new CustomEvent("luopan:redraw", { detail: { root: copy } }));
        }"""
    )
    expect(page.locator("#fig-stocks svg.main-svg").first).to_be_visible()
    assert window.problems == []


def test_a_board_on_paper_is_a4_without_what_only_a_screen_needs(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = window.open(f"/growth?{WEEK}")
    settle(page)
    made = page.pdf(prefer_css_page_size=True)
    boxes = {tuple(round(float(n)) for n in box.split()[2:]) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", made)}
    assert boxes == {A4}
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    said = page.locator("body").inner_text()
    assert "每日填报" not in said
    assert "导出" not in said
    for word in ("用户增长", "2023/5/1 至 5/7", "对比", "1,440", "5月7日"):
        assert word in said
    assert page.evaluate("() => document.documentElement.dataset.theme") == "light"
    widest = (
        "() => Math.max(...[...document.querySelectorAll('.card')].map((card) => card.getBoundingClientRect().right))"
    )
    assert page.evaluate(widest) <= 704
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("() => document.documentElement.dataset.theme") is None
    assert window.problems == []


def test_a_noted_day_on_paper_leaves_the_table_in_its_card_and_the_clock_is_the_workspaces(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    amounts = {"gmv": 1234567, "orders": 12345, "buyers": 12345, "refunds": 234567, "member_gmv": 1034567}
    sold = {"unit": UNIT, "source": "video", "touchpoint": "official", **amounts}
    days = [f"2023-09-{day:02}" for day in range(1, 31)]
    kinds = ("new", "loyal")
    put(window.site.database, "sales", [{**sold, "day": day, "customer_kind": kind} for day in days for kind in kinds])
    words = "周年庆首日，直播间满减叠加会员券，物流延迟两天，客服加班处理"
    note(window, f"/sales?unit={UNIT}&from=2023-09-01&to=2023-09-30", "2023-09-04", words)
    page = window.open(f"/sales?unit={UNIT}&from=2023-09-01&to=2023-09-30")
    settle(page)
    page.emulate_media(media="print")
    clock = ZoneInfo("Asia/Shanghai")
    before = datetime.now(clock)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    said = page.locator("[data-printed]").inner_text()
    assert any(f"{moment:%H:%M}" in said for moment in (before, datetime.now(clock)))
    expect(page.locator("#data-daily td.notes", has_text=words)).to_have_count(1)
    ends = "(table) => [table, table.closest('.card')].map((one) => one.getBoundingClientRect().right)"
    table, card = page.locator("#data-daily").evaluate(ends)
    assert table <= card
    assert window.problems == []
