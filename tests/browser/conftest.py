"""One browser for the session, one context for each test, and the pages with a canned service."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .axe import Axe
from .pages import served
from .service import Service
from .visitor import Visitor

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the pages."""
    with served() as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor with a phone, a Chinese browser and no past."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", reduced_motion="reduce"
    )
    context.set_default_timeout(5_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any script error or blocked resource fails the test."""
    page = context.new_page()
    defects: list[str] = []
    page.on("pageerror", lambda error: defects.append(str(error)))
    page.on(
        "console",
        lambda message: (
            defects.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    assert defects == []


@pytest.fixture
def service(page: Page) -> Service:
    """The canned service behind the page."""
    return Service(page)


@pytest.fixture
def visitor(page: Page, site: str, service: Service) -> Visitor:
    """Somebody in front of the page."""
    return Visitor(page, site, service)


@pytest.fixture(scope="session")
def axe() -> Axe:
    """The accessibility engine."""
    return Axe.found()
