"""The public pages as a deployment serves them: `python -m infra.site FOLDER API`.

The pages of web/ with the address of the API in them, and the viewer of the API reference. A
distribution in front of a bucket serves files by their whole name: /docs/index.html.
"""

import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from infra.setup.machine import CACHE, ROOT

PAGES = ROOT / "web"
VIEWER = CACHE / "viewer"
ADDRESS = '<meta name="chabao-api" content="{}">'


class AddressError(ValueError):
    """When what is given is no address that pages could call."""


def write(folder: Path, api: str) -> None:
    """Fills a folder that is not there yet; every page calls the API at that address."""
    parts = urlsplit(api)
    if parts.scheme not in ("https", "http") or not parts.netloc or '"' in api:
        raise AddressError(f"the API's address begins with https://, not {api!r}")
    shutil.copytree(PAGES, folder, ignore=shutil.ignore_patterns(".*"))
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        named = text.replace(ADDRESS.format(""), ADDRESS.format(api.rstrip("/")))
        page.write_text(named, "utf-8")
    if VIEWER.is_dir():
        shutil.copytree(VIEWER, folder / "docs" / "viewer")


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2])
    print(f"{sys.argv[1]}: pages that call {sys.argv[2]}")
