"""The layer of render_document: WeasyPrint's native libraries and the fonts, as Lambda's /opt.

Lambda puts /opt/lib before the system's own libraries; the fonts' configuration is made in the
process (chalicelib/documents/fonts.py), its cache in /tmp.

unpacked()          the layer's content, remembered by content
package(folder)     layer.zip, the same bytes from the same libraries
"""

import shutil
from pathlib import Path

from infra.layers import libraries
from infra.packaging import archive, store
from infra.setup.machine import CACHE

FONTS = CACHE / "fonts"
ARCHIVE = "layer.zip"


def unpacked() -> Path:
    """A folder with `lib` and `fonts`; LayerError if a library would not load in Lambda."""
    found = libraries.closure()
    own = Path(__file__).parent
    facts = [f"{name} {path.stat().st_size} {path.stat().st_mtime_ns}" for name, path in found]

    def make(folder: Path) -> None:
        libraries.gather(found, folder / "lib")
        shutil.copytree(FONTS, folder / "fonts")

    return store.remembered("layer", [*own.glob("*.py"), *own.glob("*.c")], facts, make)


def package(folder: Path) -> Path:
    """Writes the layer's archive into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    archive.write(unpacked(), folder / ARCHIVE)
    return folder / ARCHIVE


def size(folder: Path) -> int:
    """Bytes of everything below a folder, as Lambda counts them: unpacked."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
