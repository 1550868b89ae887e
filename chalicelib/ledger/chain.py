"""What a day's digest says, as bytes: the lines of a shard, their chain, the signed statement.

A line names an event by its sort key and the SHA-256 of its facts. The head of a shard hashes its
lines one onto the other, so that no line changes, goes, comes or moves without another head.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple


class Line(NamedTuple):
    """One sealed event: where it stands in its shard, and the digest of its facts."""

    key: str
    sha256: str


def line(key: str, facts: str) -> Line:
    """The line of an event. Sealed personal data stand beside the facts and may be erased."""
    return Line(key, hashlib.sha256(facts.encode()).hexdigest())


def head(place: str, lines: Iterable[Line]) -> str:
    """The end of the chain over the lines; `place` is register, day and shard, its beginning."""
    value = hashlib.sha256(place.encode()).digest()
    for found in lines:
        value = hashlib.sha256(value + f"{found.key} {found.sha256}\n".encode()).digest()
    return value.hex()


def as_text(lines: Iterable[Line]) -> bytes:
    """Lines as stored: key, space, digest."""
    return "".join(f"{found.key} {found.sha256}\n" for found in lines).encode()


def from_text(text: bytes) -> list[Line]:
    """Stored lines; ValueError if it is not their form."""
    lines = []
    for found in text.decode().splitlines():
        key, sha256 = found.split(" ")
        lines.append(Line(key, sha256))
    return lines


def statement(digest: dict[str, Any]) -> bytes:
    """What is signed: everything but the signature, in one spelling."""
    content = {name: value for name, value in digest.items() if name != "signature"}
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256(digest: dict[str, Any]) -> str:
    """The digest's own digest, which the next day repeats."""
    return hashlib.sha256(statement(digest)).hexdigest()
