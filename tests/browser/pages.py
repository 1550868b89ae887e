"""Serves web/ as the insurer's site would: static files under a strict content security policy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, expect

WEB = Path(__file__).parents[2] / "web"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


# Swagger UI draws icons from data: addresses and writes HTML by itself; scripts stay our own.
VIEWERS_POLICY = POLICY.replace("img-src 'self'", "img-src 'self' data:").replace(
    "; require-trusted-types-for 'script'", ""
)
VIEWER = WEB.parent / ".cache" / "viewer"


class _Pages(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        if path.startswith("/docs/viewer/"):
            return str(VIEWER / Path(path).name)
        return super().translate_path(path)

    def end_headers(self) -> None:
        viewer = getattr(self, "path", "").startswith("/docs/")
        self.send_header("Content-Security-Policy", VIEWERS_POLICY if viewer else POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the parent's name
        """Says nothing: the tests tell what went wrong."""


@contextmanager
def served() -> Iterator[str]:
    """The address of web/ on a port of its own, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(WEB)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def reads_in(page: Page, language: str) -> None:
    """Chooses a language by its own name, and waits until all of the page is drawn in it."""
    expect(page.locator("html[data-ready]")).to_have_count(1)
    link = page.locator(".languages").get_by_role("link", name=language)
    if not link.get_attribute("aria-current"):
        link.click()
        expect(link).to_have_attribute("aria-current", "true")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
