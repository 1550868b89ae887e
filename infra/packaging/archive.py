"""Archives: written with fixed dates and order, joined without packing anything twice."""

import shutil
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The oldest date that the format knows; the same for all, so that builds can be compared."""
MODE = 0o644 << 16


def write(folder: Path, path: Path) -> None:
    """Packs a folder's files in the order of their names."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), BEGINNING)
            entry.external_attr = MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def join(parts: Sequence[Path], path: Path) -> None:
    """One archive with the entries of all: the first copied as it is, the others added to it."""
    shutil.copyfile(parts[0], path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for part in parts[1:]:
            with zipfile.ZipFile(part) as added:
                for entry in added.infolist():
                    archive.writestr(entry, added.read(entry))


def without(path: Path, names: Collection[str], target: Path) -> None:
    """Writes a copy that lacks these entries."""
    with zipfile.ZipFile(path) as full, zipfile.ZipFile(target, "w") as rest:
        for entry in full.infolist():
            if entry.filename not in names:
                rest.writestr(entry, full.read(entry))


def unpack(path: Path, folder: Path) -> None:
    """Lays an archive out as Lambda does."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
