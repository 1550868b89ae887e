"""The native libraries that WeasyPrint loads, and the programs that only tests and benches use."""

import ctypes
import shutil
from pathlib import Path

from infra.setup.machine import CACHE, PYTHON, SetupError, install, run, say

LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    # Without it a Chinese page takes 7.7 s instead of 0.25 s, and nothing says why.
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
PROGRAMS = {"pdftotext": "poppler-utils", "qpdf": "qpdf"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = CACHE / "bin" / "chromium"
NOTO_CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def ensure_libraries() -> None:
    """Installs the missing ones; SetupError with the command where that needs rights."""
    missing = [package for name, package in LIBRARIES.items() if not _loads(name)]
    if missing:
        install(missing, reason="policy documents need them")


def ensure_test_programs() -> None:
    """A browser, PDF readers of other makers, and the font that the benches compare with."""
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if not NOTO_CJK.exists():
        missing.append("fonts-noto-cjk")
    if _browser() is None and _is_debian():
        missing.append("chromium")
    if missing:
        install(missing, reason="the tests use them")
    if (browser := _browser()) is None:
        browser = _browser_from_playwright()
    link(CHROMIUM, browser)


def link(name: Path, target: str | Path) -> None:
    """Points our name for a program at where this machine has it."""
    if name.is_symlink() and name.readlink() == Path(target):
        return
    name.parent.mkdir(parents=True, exist_ok=True)
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name)) and _real(path)), None)


def _real(program: str) -> bool:
    """Ubuntu's `chromium-browser` is a script that wants a snap, which no container has."""
    with Path(program).open("rb") as file:
        return b"/snap/" not in file.read(4096)


def _is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def _browser_from_playwright() -> str:
    say("no Chromium package on this system; fetching Playwright's own")
    try:
        run(
            [PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"],
            doing="fetching Chromium",
        )
    except SetupError as error:
        raise SetupError(f"the browser tests need Chromium on the path. {error}") from error
    found = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    if not found:
        raise SetupError("the browser tests need Chromium on the path: install it and start again")
    return str(found[-1])
