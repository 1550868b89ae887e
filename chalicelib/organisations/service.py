"""The directory's rules: entries are upserts, what a file leaves out stays as it was.

An older file that is worked on later overwrites nothing: it adds what nobody had said.
"""

import time
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from chalicelib import clock, sealing, validation
from chalicelib.organisations import store
from chalicelib.origins import Origin, Run, as_said, newest, runs_of, upsert

KINDS = ("organisations", "agents", "intermediaries")
ROUNDS = 8
PER_TRANSACTION = 100
CACHE_SECONDS = 60
"""How long a changed name may still be shown: the directory changes a few times a year."""
FRESH_SECONDS = 2
"""How long somebody who goes absent may still be given work: he is told so the same minute."""


class BusyError(Exception):
    """When other writers kept coming first; the caller tries the whole batch again later."""


def take(
    kind: str, rows: Sequence[tuple[dict[str, Any], str]], at: datetime | None = None
) -> list[str]:
    """Stores entries given as (row, source): `accepted`, `unchanged` or `superseded`, in order.

    `at` is when their file was dropped, None for entries without a file, which come before all.
    """
    outcomes: list[str] = []
    for start in range(0, len(rows), PER_TRANSACTION):
        outcomes += _take(kind, rows[start : start + PER_TRANSACTION], at)
    return outcomes


def known(kind: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes that files have announced, as they stand now."""
    return {code for _, code in store.announced((kind, code) for code in codes)}


def announced(keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The same for pairs of kind and code."""
    return store.announced(keys)


def parents(day: date | None = None) -> dict[str, str | None]:
    """Every organisation with the one above it, None at the top, on a day or as they stand now.

    One that is closed stands below its successor, where a file has announced that.
    """
    return _parents({item.sk: item.facts for item in store.every("organisations")}, day)


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


def open_facts(kind: str) -> dict[str, dict[str, Any]]:
    """What is open of every entry, by code, at most FRESH_SECONDS old."""
    return _open(kind, int(time.monotonic() // FRESH_SECONDS))


def reseal(kind: str, code: str) -> bool:
    """Seals one entry anew if an older key sealed it; whether anything had to be written."""
    item = store.get(kind, code)
    if item is None or sealing.is_current("organisations", item.sealed):
        return False
    return item.renew(_item(kind, _cells(item)).sealed)


def within(code: str) -> frozenset[str]:
    """The organisation and everything below it, by the tree of at most a minute ago."""
    below = _tree(int(time.monotonic() // CACHE_SECONDS)).below
    found = {code}
    waiting = [code]
    while waiting:
        # A file may well have made a circle; what was found is not visited again.
        new = below.get(waiting.pop(), frozenset()) - found
        found |= new
        waiting += new
    return frozenset(found)


def name(code: str) -> str | None:
    """An organisation's name, by the tree of at most a minute ago; None if no file announced it."""
    return _tree(int(time.monotonic() // CACHE_SECONDS)).names.get(code)


class _Tree(NamedTuple):
    """All organisations, read at one moment."""

    below: dict[str, frozenset[str]]
    """Codes of those right below each."""
    names: dict[str, str]


def _parents(found: dict[str, dict[str, Any]], day: date | None) -> dict[str, str | None]:
    today = (day or clock.shanghai_day(clock.now())).isoformat()
    return {code: _above(facts, today, found) for code, facts in found.items()}


def _above(facts: dict[str, Any], today: str, known: Container[str]) -> str | None:
    """The organisation above; from the day of its closing, the one that has its business."""
    closed_on, successor = facts.get("closed_on"), facts.get("successor")
    if closed_on and closed_on <= today and successor in known:
        return str(successor)
    above: str | None = facts.get("parent")
    return above


def _take(kind: str, rows: Sequence[tuple[dict[str, Any], str]], at: datetime | None) -> list[str]:
    for _ in range(ROUNDS):
        outcomes, writes = _decide(kind, rows, "" if at is None else clock.stored(at))
        if not writes or store.write(writes):
            return outcomes
    raise BusyError(f"{len(rows)} entries were overtaken {ROUNDS} times")


def _decide(
    kind: str, rows: Sequence[tuple[dict[str, Any], str]], stamp: str
) -> tuple[list[str], list[tuple[store.DirectoryItem, store.DirectoryItem | None]]]:
    standing = store.some(kind, {row["code"] for row, _ in rows})
    known = {code: _cells(item) for code, item in standing.items()}
    changed: set[str] = set()
    outcomes = []
    for row, source in rows:
        found = upsert(known.get(row["code"], {}), row, Origin(stamp, source))
        outcomes.append(found.outcome)
        if found.changed:
            known[row["code"]] = found.cells
            changed.add(row["code"])
    return outcomes, [(_item(kind, known[code]), standing.get(code)) for code in sorted(changed)]


@lru_cache(maxsize=8)
def _open(kind: str, _period: int) -> dict[str, dict[str, Any]]:
    return {item.sk: item.facts for item in store.every(kind)}


@lru_cache(maxsize=1)
def _tree(_period: int) -> _Tree:
    found = {item.sk: item.facts for item in store.every("organisations")}
    below: dict[str, set[str]] = {}
    for code, above in _parents(found, None).items():
        below.setdefault(above or "", set()).add(code)
    return _Tree(
        {parent: frozenset(codes) for parent, codes in below.items()},
        {code: facts["name"] for code, facts in found.items() if "name" in facts},
    )


@lru_cache(maxsize=4096)
def _cached(kind: str, code: str, _period: int) -> dict[str, Any] | None:
    item = store.get(kind, code)
    return None if item is None else _content(item)


def _item(kind: str, cells: dict[str, Run]) -> store.DirectoryItem:
    origin = newest(cells.values())
    content = {name: run.value for name, run in cells.items()}
    hidden = {name: value for name, value in content.items() if name in _sealed_fields(kind)}
    return store.DirectoryItem(
        pk=kind,
        sk=content["code"],
        facts={name: value for name, value in content.items() if name not in hidden},
        sealed=sealing.seal("organisations", f"{kind}/{content['code']}", hidden),
        source=origin.source,
        imported_at=origin.stamp or None,
        said=as_said(cells, origin),
    )


def _cells(item: store.DirectoryItem) -> dict[str, Run]:
    return runs_of(_content(item), item.said, Origin(item.imported_at or "", item.source))


def _content(item: store.DirectoryItem) -> dict[str, Any]:
    return {**item.facts, **sealing.unseal("organisations", f"{item.pk}/{item.sk}", item.sealed)}


@cache
def _sealed_fields(kind: str) -> frozenset[str]:
    properties = validation.load(f"imports/{kind}")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed"))
