"""Verifying sealed days: what was edited, deleted, inserted, moved or cut off since, and where.

Trusts nothing but the public key: digests are checked by signature and chain, lines by the digest,
events by the lines.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from chalicelib.ledger import chain, service, signing, store


class Finding(NamedTuple):
    """Something that is not as it was sealed."""

    day: str
    kind: str
    """`edited deleted inserted moved cut-off`, and of the ledger itself `digest-missing
    digest-forged digest-misplaced chain-broken lines-changed`; `late` is no breach but told."""
    place: str
    """Register, shard and sort key; empty where the whole day is meant."""
    detail: str = ""


class Place(NamedTuple):
    """Where an event stands within its register's day."""

    shard: str
    key: str


class _Digests:
    """The digests whose signature holds, each read once; a forged one vouches for nothing."""

    def __init__(self, key: signing.PublicKey) -> None:
        self._key = key
        self._read: dict[date, dict[str, Any] | None] = {}
        self.days = store.sealed_days()

    def trusted(self, day: date) -> dict[str, Any] | None:
        """The day's digest, None if there is none that can be trusted."""
        if day not in self._read:
            try:
                found = store.digest(day)
            except ValueError:
                found = None
            self._read[day] = found if found is not None and self._holds(found) else None
        return self._read[day]

    def _holds(self, digest: dict[str, Any]) -> bool:
        return signing.is_valid(self._key, chain.sha256(digest), digest.get("signature"))


def verify(first: date, last: date, key: signing.PublicKey) -> Iterator[Finding]:
    """Every finding of the days `first` to `last`, in their order. The days must be over."""
    digests = _Digests(key)
    day = first
    while day <= last:
        digest = digests.trusted(day)
        if digest is not None:
            yield from _verify_day(day, digest, digests)
        elif store.get(store.digest_key(day)) is not None:
            yield Finding(day.isoformat(), "digest-forged", "", "its signature does not hold")
        else:
            later = any(day < found <= last for found in digests.days)
            detail = "later days have one" if later else "the ledger ends before the day asked for"
            yield Finding(day.isoformat(), "digest-missing", "", detail)
        day += timedelta(days=1)


def _verify_day(day: date, digest: dict[str, Any], digests: _Digests) -> Iterator[Finding]:
    name = day.isoformat()
    if digest["day"] != name:
        yield Finding(name, "digest-misplaced", "", f"it is the digest of {digest['day']}")
        return
    yield from _verify_chain(day, digest, digests)
    late = service.late_of(day, digests.trusted)
    for register, variable in service.REGISTERS.items():
        sealed = digest["registers"].get(register, {"shards": {}})["shards"]
        own = {Place(*place): sha for (whose, *place), sha in late.items() if whose == register}
        yield from _verify_register(day, register, variable, sealed, own)


def _verify_chain(day: date, digest: dict[str, Any], digests: _Digests) -> Iterator[Finding]:
    """That the digest repeats the one before it, and that none between them was there."""
    previous = digest["previous"]
    earlier = [found for found in digests.days if found < day]
    if previous is not None:
        before = date.fromisoformat(previous["day"])
        named = digests.trusted(before)
        if named is None or chain.sha256(named) != previous["sha256"]:
            yield Finding(day.isoformat(), "chain-broken", "", f"{before} is not what it was")
        earlier = [found for found in earlier if found > before]
    for found in earlier:
        between = digests.trusted(found)
        if between is not None and between["sealed_at"] < digest["sealed_at"]:
            yield Finding(day.isoformat(), "chain-broken", "", f"{found} is left out")


def _verify_register(
    day: date, register: str, variable: str, sealed: dict[str, Any], late: dict[Place, str]
) -> Iterator[Finding]:
    name = day.isoformat()
    then: dict[Place, str] = {}
    now: dict[Place, str] = {}
    trusted = []
    for shard in store.SHARDS:
        lines: list[chain.Line] | None = []
        if shard in sealed:
            lines = service.read_lines(sealed[shard], service.place(register, day, shard))
        if lines is None:
            yield Finding(name, "lines-changed", f"{register}/{shard}", sealed[shard]["lines"])
            continue
        trusted.append(shard)
        then |= {Place(shard, line.key): line.sha256 for line in lines}
        for event in store.events(variable, day, shard):
            now[Place(shard, event.key)] = chain.line(*event).sha256
    late = {place: sha256 for place, sha256 in late.items() if place.shard in trusted}
    for place in sorted(late):
        yield Finding(name, "late", f"{register}/{place.shard}/{place.key}", "came after the seal")
    for place, kind, detail in _compare(then | late, now):
        yield Finding(name, kind, f"{register}/{place.shard}/{place.key}", detail)


def _compare(then: dict[Place, str], now: dict[Place, str]) -> Iterator[tuple[Place, str, str]]:
    """Every difference between what was sealed and what stands, each told once."""
    changed = {place for place in then if place in now and now[place] != then[place]}
    gone = {place for place in then if place not in now}
    new = {place for place in now if place not in then}
    # Content that stands elsewhere now was moved: the facts are the same to the letter.
    vacated = {then[place]: place for place in sorted(changed | gone)}
    for place in sorted(changed | new):
        origin = vacated.get(now[place])
        if origin is not None:
            yield place, "moved", f"was sealed as {origin.shard}/{origin.key}"
            gone.discard(origin)
        elif place in changed:
            yield place, "edited", "its facts are not those that were sealed"
        else:
            yield place, "inserted", "nobody sealed it"
    tails = {shard: _tail(shard, then, gone) for shard in {place.shard for place in gone}}
    for place in sorted(gone):
        if place in tails[place.shard]:
            if place == tails[place.shard][0]:
                yield place, "cut-off", f"{len(tails[place.shard])} at the end, from here on"
        else:
            yield place, "deleted", "it was sealed and is gone"


def _tail(shard: str, then: dict[Place, str], gone: set[Place]) -> list[Place]:
    """The sealed events of a shard after the last that is left, in their order."""
    tail: list[Place] = []
    for place in sorted((place for place in then if place.shard == shard), reverse=True):
        if place not in gone:
            break
        tail.append(place)
    return tail[::-1]
