"""Plans: a file is read once as bytes and cut into ranges that whole rows fill (I2).

Line feeds, quotes, commas, tabs and semicolons are single bytes that never occur inside a character
of UTF-8 or GB18030, so that bytes can be cut without decoding them.
"""

import codecs
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.imports.tables import DELIMITERS, NoTableError

RANGE_BYTES = 2 * 1024 * 1024
"""One range is a few seconds of work: what a killed worker has to do again."""

LINE_BYTES = 4 * 1024 * 1024
"""A longer line is no row of a table."""

QUOTED_BYTES = 4 * 1024 * 1024
"""A quote that stays open longer was never closed: it would swallow the rest of the file."""

_BEFORE_A_QUOTED_CELL = frozenset(DELIMITERS.encode())
_QUOTE = ord('"')


class Range(NamedTuple):
    """Bytes `start` to `end` (exclusive) of the file, and the line number of the first row."""

    start: int
    end: int
    first_line: int


@dataclass
class Plan:
    """What one reading of the file found."""

    sha256: str
    size: int = 0
    lines: int = 0
    encoding: str = "utf-8"
    ranges: list[Range] = field(default_factory=list)


def digest(chunks: Iterable[bytes]) -> str:
    """SHA-256 of a file that is not looked into."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def make(chunks: Iterable[bytes], *, quoted: bool, range_bytes: int = RANGE_BYTES) -> Plan:
    """The plan of a file; `quoted` says that rows may hold line ends inside quotes (CSV)."""
    seen = _Seen()
    ranges: list[Range] = []
    start, size, line = 0, 0, 1
    start_line = 1
    inside = False
    opened, opened_line = 0, 1
    for piece in _lines(seen.watch(chunks)):
        size += len(piece)
        line += 1
        if quoted and (inside or _QUOTE in piece):
            before = inside
            inside = _inside_after(piece, inside=inside)
            if inside and not before:
                opened, opened_line = size, line - 1
            if inside and size - opened > QUOTED_BYTES:
                raise NoTableError("quote-not-closed", opened_line)
        if not inside and size - start >= range_bytes:
            ranges.append(Range(start, size, start_line))
            start, start_line = size, line
    if size > start:
        ranges.append(Range(start, size, start_line))
    return Plan(seen.sha256(), size, line - 1, seen.encoding(), ranges)


class _Seen:
    """Digest and encoding of bytes on their way past."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._digest.update(chunk)
            self._decode(chunk, final=False)
            yield chunk

    def sha256(self) -> str:
        return self._digest.hexdigest()

    def encoding(self) -> str:
        self._decode(b"", final=True)
        return "utf-8" if self._is_utf8 else "gb18030"

    def _decode(self, chunk: bytes, *, final: bool) -> None:
        if self._is_utf8:
            try:
                self._utf8.decode(chunk, final)
            except UnicodeDecodeError:
                self._is_utf8 = False


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with their line feeds, whatever the chunks; the last one perhaps without."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        end = whole.rfind(b"\n") + 1
        start = 0
        while start < end:
            stop = whole.index(b"\n", start) + 1
            yield whole[start:stop]
            start = stop
        rest = whole[end:]
        if len(rest) > LINE_BYTES:
            raise NoTableError("row-too-long")
    if rest:
        yield rest


def _inside_after(line: bytes, *, inside: bool) -> bool:
    """Whether a quoted cell is still open after the line, by the rules of the csv module.

    A quote opens a cell only at its start; a stray one within a cell is a character like others.
    """
    place = line.find(b'"')
    while place >= 0:
        if inside and line[place + 1 : place + 2] == b'"':
            place += 1
        elif inside:
            inside = False
        elif place == 0 or line[place - 1] in _BEFORE_A_QUOTED_CELL:
            inside = True
        place = line.find(b'"', place + 1)
    return inside
