"""Blocks of profiles: a fixed number of sealed items, so that all are read by key and few at that.

A policy's block follows from its number: taking its profile anew replaces the old one wherever the
policy has moved to, and taking it twice is taking it once.
"""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chalicelib import sealing
from chalicelib.analysis import store

TABLE = "analysis"
ROUNDS = 8
Entry = list[Any]
"""A profile as it lies in its block: its key, its version, and what it says."""


class BusyError(Exception):
    """When other writers kept coming first; the next run goes on."""


def name(kind: str, count: int, key: str) -> str:
    """The block, of so many, in which a key has its place."""
    return f"{kind}/{zlib.crc32(key.encode()) % count:04d}"


def read(kind: str, count: int) -> Iterator[list[Entry]]:
    """The entries of every block."""
    for item in store.blocks(f"{kind}/{number:04d}" for number in range(count)):
        yield _opened(item)


def change(block: str, new: dict[str, Entry | None], keep: Callable[[Entry], bool]) -> None:
    """Puts entries in place of those of the same keys, None for nothing; drops what need not stay.

    A newer version than the one given stays: somebody else came to know it meanwhile.
    """
    for _ in range(ROUNDS):
        item = store.get(block, store.BLOCK)
        before = {entry[0]: entry for entry in (_opened(item) if item else ())}
        newer = {
            key: entry
            for key, entry in new.items()
            if entry is None or key not in before or before[key][1] <= entry[1]
        }
        after = {
            key: entry
            for key, entry in {**before, **newer}.items()
            if entry is not None and keep(entry)
        }
        if after == before:
            return
        entries = [after[key] for key in sorted(after)]
        if store.put_block(block, _sealed(block, entries), len(entries), item):
            return
    raise BusyError(f"a block was overtaken {ROUNDS} times")


def size(kind: str, count: int) -> int:
    """How many entries there are in all."""
    names = (f"{kind}/{number:04d}" for number in range(count))
    return sum(item.facts["count"] for item in store.blocks(names))


def by_block(kind: str, count: int, keys: Iterable[str]) -> dict[str, list[str]]:
    """Keys by the block of each."""
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(name(kind, count, key), []).append(key)
    return found


def reseal(key: str, sort_key: str) -> bool:
    """Seals a block anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is None or item.sealed is None or sealing.is_current(TABLE, item.sealed):
        return False
    entries = _opened(item)
    return store.put_block(key, _sealed(key, entries), len(entries), item)


def _sealed(block: str, entries: list[Entry]) -> bytes:
    packed = zlib.compress(json.dumps(entries, ensure_ascii=False).encode(), 6)
    return sealing.seal(TABLE, block, {"entries": base64.b85encode(packed).decode()})


def _opened(item: store.AnalysisItem) -> list[Entry]:
    # PynamoDB's types say nothing of null=True.
    sealed: bytes = item.sealed
    content = sealing.unseal(TABLE, item.pk, sealed)["entries"]
    entries: list[Entry] = json.loads(zlib.decompress(base64.b85decode(content)))
    return entries
