"""The directory's rules: entries are upserts, what a file leaves out stays as it was."""

import time
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from chalicelib import sealing, validation
from chalicelib.organisations import store

KINDS = ("organisations", "agents", "intermediaries")
CACHE_SECONDS = 60
"""How long a changed name may still be shown: the directory changes a few times a year."""


def take(kind: str, rows: Sequence[tuple[dict[str, Any], str]]) -> list[str]:
    """Stores entries given as (row, source); `accepted` or `unchanged` for each, in order."""
    standing = store.some(kind, {row["code"] for row, _ in rows})
    known = {code: (_content(item), item.source) for code, item in standing.items()}
    changed: dict[str, store.DirectoryItem] = {}
    outcomes = []
    for row, source in rows:
        before, written_by = known.get(row["code"], ({}, None))
        after = {**before, **row}
        if after == before:
            outcomes.append("accepted" if written_by == source else "unchanged")
            continue
        outcomes.append("accepted")
        known[row["code"]] = (after, source)
        changed[row["code"]] = _item(kind, after, source)
    store.write(changed.values())
    return outcomes


def known(kind: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that files have announced, as they stand now."""
    return set(store.some(kind, codes))


def parents() -> dict[str, str | None]:
    """Every organisation with the one above it, None at the top, as they stand now."""
    return {item.sk: item.facts.get("parent") for item in store.every("organisations")}


def below(code: str) -> frozenset[str]:
    """The organisation and all that are below it."""
    children: dict[str, list[str]] = {}
    for child, above in parents().items():
        if above:
            children.setdefault(above, []).append(child)
    found, waiting = set(), [code]
    while waiting:
        next_code = waiting.pop()
        if next_code not in found:
            found.add(next_code)
            waiting += children.get(next_code, [])
    return frozenset(found)


def entry(kind: str, code: str | None) -> dict[str, Any] | None:
    """An entry, at most a minute old; None without a code or where nobody sent it."""
    if code is None:
        return None
    # A span of the process, not a time of day: the clock module is for those.
    return _cached(kind, code, int(time.monotonic() // CACHE_SECONDS))


def reseal(kind: str, code: str) -> bool:
    """Seals one entry anew if an older key sealed it; whether anything had to be written."""
    item = store.get(kind, code)
    if item is None or sealing.is_current("organisations", item.sealed):
        return False
    return store.renew(item, _item(kind, _content(item), item.source).sealed)


def within(code: str) -> frozenset[str]:
    """The organisation and everything below it, by the tree of at most a minute ago."""
    below = _tree(int(time.monotonic() // CACHE_SECONDS))
    found = {code}
    waiting = [code]
    while waiting:
        # A file may well have made a circle; what was found is not visited again.
        new = below.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return frozenset(found)


@lru_cache(maxsize=1)
def _tree(_period: int) -> dict[str, frozenset[str]]:
    """Codes of the organisations right below each."""
    below: dict[str, set[str]] = {}
    for item in store.every("organisations"):
        below.setdefault(item.facts.get("parent") or "", set()).add(item.sk)
    return {parent: frozenset(codes) for parent, codes in below.items()}


@lru_cache(maxsize=4096)
def _cached(kind: str, code: str, _period: int) -> dict[str, Any] | None:
    item = store.get(kind, code)
    return None if item is None else _content(item)


def _item(kind: str, content: dict[str, Any], source: str) -> store.DirectoryItem:
    hidden = {name: value for name, value in content.items() if name in _sealed_fields(kind)}
    return store.DirectoryItem(
        pk=kind,
        sk=content["code"],
        facts={name: value for name, value in content.items() if name not in hidden},
        sealed=sealing.seal("organisations", f"{kind}/{content['code']}", hidden),
        source=source,
    )


def _content(item: store.DirectoryItem) -> dict[str, Any]:
    return {**item.facts, **sealing.unseal("organisations", f"{item.pk}/{item.sk}", item.sealed)}


@cache
def _sealed_fields(kind: str) -> frozenset[str]:
    properties = validation.load(f"imports/{kind}")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed"))
