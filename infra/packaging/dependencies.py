"""The dependencies' part: what `chalice package` makes of requirements.txt under an empty app.

The one step that asks a package index; done again only when the pinned requirements change.
"""

import re
import shutil
import zipfile
from pathlib import Path

from infra.packaging import press, project, store
from infra.packaging.archive import unpack, without
from infra.packaging.bytecode import with_bytecode

REQUIREMENTS = project.ROOT / "requirements.txt"

_EMPTY_APP = """from chalice import Chalice

app = Chalice(app_name="dependencies")


@app.lambda_function()
def nothing(event, context):
    pass
"""
_OWN = ("app.py", "chalice/")


def archive() -> Path:
    """The archive of all dependencies with their bytecode."""
    return store.remembered("dependencies", [REQUIREMENTS], [], make, keep=3) / project.ARCHIVE


def lean() -> Path:
    """The archive without what only documents need: every function's but render_document's."""
    packed = archive()
    inputs, facts = [press.REQUIREMENTS], [packed.parent.name]

    def make(folder: Path) -> None:
        without(packed, press.files(unpacked(packed)), folder / project.ARCHIVE)

    return store.remembered("lean", inputs, facts, make, keep=4) / project.ARCHIVE


def unpacked(packed: Path) -> Path:
    """A folder with the content of one of those archives."""
    facts = [packed.parent.name]
    return store.remembered("libraries", [], facts, lambda folder: unpack(packed, folder), keep=6)


def make(folder: Path) -> None:
    """Fetches wheels for Lambda's platform and packs them; PackagingError if one is missing."""
    empty = folder / "project"
    (empty / ".chalice").mkdir(parents=True)
    (empty / ".chalice" / "config.json").write_text(
        '{"version": "2.0", "app_name": "dependencies"}'
    )
    (empty / "app.py").write_text(_EMPTY_APP)
    shutil.copyfile(REQUIREMENTS, empty / "requirements.txt")
    project.run_chalice(empty, folder)
    shutil.rmtree(empty)
    (folder / project.TEMPLATE).unlink()
    _drop_own(folder / project.ARCHIVE)
    with_bytecode(folder / project.ARCHIVE)


def wanted() -> dict[str, str]:
    """Distribution name → version of everything that requirements.txt puts on Lambda."""
    pins = re.findall(r"^([a-z0-9-]+)==([^ ;]+) *(?:; (.*?))?\\$", REQUIREMENTS.read_text(), re.M)
    return {name: version for name, version, marker in pins if "!= 'CPython'" not in marker}


def _drop_own(path: Path) -> None:
    """Takes the empty app out again; PackagingError where Chalice only warned of a wheel."""
    kept = path.with_suffix(".kept")
    with zipfile.ZipFile(path) as full:
        own = {name for name in full.namelist() if name.startswith(_OWN)}
    without(path, own, kept)
    with zipfile.ZipFile(kept) as rest:
        folders = {name.partition("/")[0] for name in rest.namelist()}
    there = {
        re.sub(r"[-_.]+", "-", folder.removesuffix(".dist-info").rpartition("-")[0]).lower()
        for folder in folders
        if folder.endswith(".dist-info")
    }
    if missing := wanted().keys() - there:
        raise project.PackagingError(f"no wheel for Lambda: {', '.join(sorted(missing))}")
    kept.replace(path)
