"""Which versions of the C library a shared object asks for, read and changed where they stand.

LSB Core, "Symbol Versioning": each entry of `.gnu.version_r` is checked when the object is loaded,
whether or not a symbol still uses it; one that is marked weak may be missing.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from elftools.elf.elffile import ELFFile

_ENTRY = struct.Struct("<LHHLL")  # hash, flags, number, name, distance of the next
_WEAK = 2


class Asked(NamedTuple):
    """One version of the C library, and where its entry stands in the file."""

    version: tuple[int, int]
    weak: bool
    offset: int


def asked(path: Path) -> list[Asked]:
    """Every version of the C library that the object asks for."""
    with path.open("rb") as file:
        return list(_asked(ELFFile(file)))


def weaken(path: Path, above: tuple[int, int]) -> None:
    """Marks what is newer than a version as weak; no symbol may use it any more."""
    content = bytearray(path.read_bytes())
    for found in asked(path):
        if found.version > above:
            entry = list(_ENTRY.unpack_from(content, found.offset))
            entry[1] |= _WEAK
            _ENTRY.pack_into(content, found.offset, *entry)
    path.write_bytes(content)


def _asked(elf: Any) -> Iterator[Asked]:
    section = elf.get_section_by_name(".gnu.version_r")
    if section is None:
        return
    place = section["sh_offset"]
    for library, entries in section.iter_versions():
        offset = place + library["vn_aux"]
        for entry in entries:
            family, _, number = entry.name.partition("_")
            if family == "GLIBC" and number.startswith("2."):
                weak = bool(entry["vna_flags"] & _WEAK)
                yield Asked((2, int(number.split(".")[1])), weak, offset)
            offset += entry["vna_next"]
        place += library["vn_next"]
