"""What the tests in a browser are given: Chromium, and pages of a Luopan that is served on a free port."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright
from starlette.types import ASGIApp

from app.main import create_app
from app.web.guard import COOKIE
from tests.browser.trickle import Trickle
from tests.served import Site, begin_session, copied, frozen

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_MS = 15_000


class Watched:
    """A browser window of somebody, which notes what must not happen: errors, and requests to other hosts."""

    def __init__(self, page: Page, site: Site, address: str) -> None:
        self.page, self.site, self.address = page, site, address
        self.problems: list[str] = []
        self.dialogs: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._note(f"error: {error}"))
        page.on("request", self._sent)
        page.on("requestfailed", self._failed)
        page.on("dialog", self._dialog)

    def _note(self, what: str) -> None:
        self.problems.append(f"{self.page.url} {what}")

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self._note(f"console: {said.text}")

    def _sent(self, sent: Request) -> None:
        if not sent.url.startswith((f"{self.address}/", "data:", "blob:")):
            self._note(f"request: {sent.url}")

    def _failed(self, sent: Request) -> None:
        # Whoever leaves a page before it is whole aborts what was still on its way.
        if sent.failure != "net::ERR_ABORTED":
            self._note(f"failed: {sent.url} {sent.failure}")

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.type)
        dialog.accept()

    def open(self, path: str) -> Page:
        """Open a page of this site; it must answer."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page


Windows = Callable[..., Watched]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
        yield browser
        browser.close()


@contextmanager
def _serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application from a thread of its own; give its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _windows(chromium: Browser, served_file: Path, line: Callable[[ASGIApp], ASGIApp]) -> Iterator[Windows]:
    contexts: list[BrowserContext] = []
    with copied(served_file) as database:
        settings = frozen()
        site = Site(create_app(settings, database), database, settings)
        with _serving(line(site.app)) as address:

            def opened(name: str = "ada", **options: Any) -> Watched:  # noqa: ANN401 (options of playwright)
                context = chromium.new_context(locale="zh-CN", **options)
                contexts.append(context)
                if name:
                    session_id = begin_session(database, settings, name)
                    context.add_cookies([{"name": COOKIE, "value": session_id, "url": address}])
                return Watched(context.new_page(), site, address)

            yield opened
            for context in contexts:
                context.close()


@pytest.fixture
def windows(chromium: Browser, served_file: Path) -> Iterator[Windows]:
    """Open windows on a Luopan of the test's own: of somebody, with the options of a browser's context."""
    with _windows(chromium, served_file, lambda app: app) as opened:
        yield opened


@pytest.fixture
def slow_windows(chromium: Browser, served_file: Path) -> Iterator[Windows]:
    """Open such windows at the end of a thin line, on which a page comes piece by piece."""
    with _windows(chromium, served_file, Trickle) as opened:
        yield opened
