"""What a board costs on the way to a browser, and what its reader sees meanwhile: the numbers, and nothing moves."""

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.conftest import Windows
from tests.browser.test_pages import settle

pytestmark = pytest.mark.browser

WEEK = "?unit=article&from=2023-05-01&to=2023-05-07"
BOARDS = (f"/growth{WEEK}", "/sales?unit=article&from=2023-09-01&to=2023-09-30", "/targets?unit=article&month=2023-09")
FIRST_BYTES, LATER_BYTES = 1_400_000, 60_000

# Kept by the page from its first moment on: shifts that the reader did not ask for.
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (entry.hadRecentInput) continue;
    const what = entry.sources.map(({ node }) => node?.className || node?.nodeName);
    window.shifts.push(`${entry.value} ${what}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


class Traffic:
    """The bytes that a browser got over the network, headers included, as its own tools count them."""

    def __init__(self, page: Page) -> None:
        self.total = 0.0
        tools: CDPSession = page.context.new_cdp_session(page)
        tools.on("Network.loadingFinished", self._finished)
        tools.send("Network.enable")

    def _finished(self, event: dict[str, float]) -> None:
        self.total += event["encodedDataLength"]

    def taken(self) -> float:
        """Return what came since the last time."""
        total, self.total = self.total, 0.0
        return total


def test_a_cold_browser_loads_little_and_a_warm_one_almost_nothing(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    traffic = Traffic(window.page)
    settle(window.open(BOARDS[0]))
    assert 1_000_000 < traffic.taken() <= FIRST_BYTES
    for path in (*BOARDS, "/growth?unit=article", *BOARDS):
        settle(window.open(path))
        assert 1_000 < traffic.taken() <= LATER_BYTES, path
    assert window.problems == []


@pytest.mark.parametrize("width", [1440, 390])
def test_cards_and_tables_are_there_before_the_chart_script(windows: Windows, width: int) -> None:
    window = windows("ada", viewport={"width": width, "height": 900})
    held: list[Route] = []
    window.page.route("**/plotly.min.js", lambda route: held.append(route))  # noqa: PLW0108 (playwright marks it)
    window.page.goto(f"{window.address}{BOARDS[0]}", wait_until="commit")
    expect(window.page.locator("dl.kpis")).to_contain_text("1,440")
    expect(window.page.locator("section.card .tw:visible tbody tr").first).to_be_visible()
    window.page.locator("a", has_text="近7天").click(trial=True)
    assert held
    assert window.page.locator(".js-plotly-plot").count() == 0
    for route in held:
        route.continue_()
    settle(window.page)
    assert window.problems == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("board", BOARDS)
def test_nothing_moves_while_a_board_loads(windows: Windows, board: str, width: int) -> None:
    _stands_still(windows, board, width)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("board", [*BOARDS, "/", "/targets?unit=article&year=2023", "/entry?unit=article"])
def test_nothing_moves_while_a_page_arrives_piece_by_piece(slow_windows: Windows, board: str, width: int) -> None:
    _stands_still(slow_windows, board, width)


def _stands_still(windows: Windows, board: str, width: int) -> None:
    window = windows("ada", viewport={"width": width, "height": 900})
    window.page.add_init_script(SHIFTS)

    def late(route: Route) -> None:
        window.page.wait_for_timeout(300)
        route.continue_()

    window.page.route("**/plotly.min.js", late)
    for _ in ("cold", "warm"):
        settle(window.open(board))
        window.page.wait_for_timeout(300)
        assert window.page.evaluate("window.shifts") == []
