"""The packaged fonts: what they can print, and that the layout engine sees no others.

Noto Sans SC sets the page; HanaMinA and HanaMinB stand in for the rare characters of names. The
files are read here as OpenType (ISO/IEC 14496-22, `cmap` format 12): all four tables take 15 ms,
with fontTools 350 ms of a cold start.
"""

import struct
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from chalicelib import settings

FAMILIES = ("Noto Sans SC", "HanaMinA", "HanaMinB")
"""The order in which a glyph is looked for."""

_MAIN = "NotoSansSC-Regular.ttf"
_BOLD = "NotoSansSC-Bold.ttf"
_FALLBACK = ("HanaMinA.ttf", "HanaMinB.ttf")

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{cache}</cachedir>
  <match target="scan">
    <test name="family"><string>{main}</string></test>
    <edit name="charset" mode="assign">
      <minus><name>charset</name><charset>{ambiguous}</charset></minus>
    </edit>
  </match>
</fontconfig>
"""


def missing(text: str) -> list[str]:
    """The characters that no packaged font can print, in code point order; white space is none."""
    return sorted(character for character in set(text) - _printable() if not character.isspace())


def configuration(cache_folder: Path) -> str:
    """A fontconfig file that knows the packaged fonts alone, whatever the machine has.

    Noto draws · • ‧ ・ with one glyph, and some 500 characters more; a PDF maps a glyph back to one
    character, so that a name would be copied out of it changed. The doubles are taken from Noto's
    character set: the fallback fonts have a glyph for each.
    """
    return _CONFIGURATION.format(
        folder=escape(str(_folder())),
        cache=escape(str(cache_folder)),
        main=FAMILIES[0],
        ambiguous="".join(f"<int>{code}</int>" for code in ambiguous()),
    )


def ambiguous() -> list[int]:
    """Code points whose glyph in the main font belongs to a more usual character already."""
    glyphs = characters(_MAIN)
    owners: dict[int, int] = {}
    return [
        code
        for code in sorted(glyphs, key=_unusual)
        if owners.setdefault(glyphs[code], code) != code
    ]


@cache
def characters(file_name: str) -> dict[int, int]:
    """The characters of a packaged font: code point to glyph number."""
    with (_folder() / file_name).open("rb") as file:
        (tables,) = struct.unpack(">4xH6x", file.read(12))
        directory = struct.iter_unpack(">4s4xLL", file.read(16 * tables))
        offset, length = next((at, size) for tag, at, size in directory if tag == b"cmap")
        file.seek(offset)
        table = file.read(length)
    return dict(_mapping(table))


@cache
def _printable() -> frozenset[str]:
    """Private-use characters are left out: they mean something else in every font."""
    codes = characters(_MAIN).keys() & characters(_BOLD).keys()
    for file_name in _FALLBACK:
        codes |= characters(file_name).keys()
    return frozenset(
        character for character in map(chr, codes) if unicodedata.category(character) != "Co"
    )


def _unusual(code: int) -> tuple[bool, bool, int]:
    """Everyday ideographs (URO) come first, radicals, which are symbols, last."""
    return not 0x4E00 <= code <= 0x9FFF, unicodedata.category(chr(code)) == "So", code


def _mapping(table: bytes) -> Iterable[tuple[int, int]]:
    (subtables,) = struct.unpack_from(">2xH", table)
    offsets = (at for (at,) in struct.iter_unpack(">4xL", table[4 : 4 + 8 * subtables]))
    full = next(at for at in offsets if table[at : at + 2] == b"\x00\x0c")
    (groups,) = struct.unpack_from(">12xL", table, full)
    for first, last, glyph in struct.iter_unpack(
        ">LLL", table[full + 16 : full + 16 + 12 * groups]
    ):
        yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)


def _folder() -> Path:
    return Path(settings.get("FONTS_DIR"))
