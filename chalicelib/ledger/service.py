"""Sealing a day: every register's events of the day, chained, signed, put where none can change it.

A register is a table with partitions `<day>/<shard 00..15>` (Shanghai's day), sort keys
`<instant>/<event id>` and one text `facts`; entries are only ever added.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock, retention
from chalicelib.ledger import chain, signing, store
from chalicelib.observability import logger

FORMAT = 1
REGISTERS = {
    "audit": "AUDIT_TABLE",
    "privacy": "PRIVACY_TABLE",
    "objections": "OBJECTIONS_TABLE",
}
"""The registers that are sealed, by name, and the setting that names their table."""
CATCH_UP = 31
"""Days without a digest that one run makes good."""
LOOK_BACK = 2
"""Sealed days that are read again for events that came late."""


def seal_day_before(at: datetime) -> dict[str, Any]:
    """Seals Shanghai's day before the instant, and the days that earlier runs missed."""
    day = clock.shanghai_day(at) - timedelta(days=1)
    for missed in _missed(day):
        _seal(missed)
    return _seal(day)


def read_lines(entry: dict[str, Any], place: str) -> list[chain.Line] | None:
    """The sealed lines of a shard; None if they are gone or not what the digest says."""
    content = store.get(entry["lines"])
    if content is None:
        return None
    try:
        lines = chain.from_text(content)
    except ValueError:
        return None
    return lines if chain.head(place, lines) == entry["head"] else None


def place(register: str, day: date, shard: str) -> str:
    """The name of a shard, where its chain begins."""
    return f"{register}/{day.isoformat()}/{shard}"


def _missed(day: date) -> list[date]:
    """Days between the last sealed one and this, the oldest first; none before the first seal."""
    before = _sealed_before(day)
    if before is None:
        return []
    span = min((day - before).days, CATCH_UP + 1)
    return [day - timedelta(days=back) for back in range(span - 1, 0, -1)]


def _sealed_before(day: date) -> date | None:
    """The newest day before this one that has a digest; lines alone are no seal."""
    earlier = (found for found in reversed(store.sealed_days()) if found < day)
    return next((found for found in earlier if store.digest(found) is not None), None)


def _seal(day: date) -> dict[str, Any]:
    standing = store.digest(day)
    if standing is not None:
        late = len(list(_late(day)))
        logger.info("day sealed before", day=day.isoformat(), late=late)
        return {"day": day.isoformat(), "sealed": False, "late": late}
    until = clock.start_of_day(retention.until("ledger", day))
    before = _sealed_before(day)
    previous = None if before is None else store.digest(before)
    content: dict[str, Any] = {
        "format": FORMAT,
        "day": day.isoformat(),
        "previous": previous and {"day": previous["day"], "sha256": chain.sha256(previous)},
        "registers": {
            name: _register(name, variable, day, until) for name, variable in REGISTERS.items()
        },
        "late": [
            entry for back in range(LOOK_BACK, 0, -1) for entry in _late(day - timedelta(days=back))
        ],
        "sealed_at": clock.stored(clock.now()),
    }
    content["signature"] = signing.sign(chain.sha256(content))
    count = sum(register["count"] for register in content["registers"].values())
    sealed = store.put_digest(day, content, until)
    if content["late"]:
        logger.warning("events came after their seal", day=day.isoformat(), n=len(content["late"]))
    logger.info("day sealed", day=day.isoformat(), count=count, first=sealed)
    return {"day": day.isoformat(), "sealed": sealed, "late": len(content["late"])}


def _register(name: str, variable: str, day: date, until: datetime) -> dict[str, Any]:
    shards: dict[str, Any] = {}
    for shard in store.SHARDS:
        lines = [chain.line(*event) for event in store.events(variable, day, shard)]
        if not lines:
            continue
        text = chain.as_text(lines)
        short = hashlib.sha256(text).hexdigest()[:12]
        key = f"ledger/{day.isoformat()}/{name}/{shard}-{short}.txt"
        store.put_lines(key, text, until)
        shards[shard] = {
            "count": len(lines),
            "first": lines[0].key,
            "last": lines[-1].key,
            "head": chain.head(place(name, day, shard), lines),
            "lines": key,
        }
    return {"count": sum(shard["count"] for shard in shards.values()), "shards": shards}


def _late(day: date) -> Iterator[dict[str, str]]:
    """Events of a sealed day that neither its digest nor a later one names."""
    digest = store.digest(day)
    if digest is None:
        return
    named = late_of(day)
    for name, variable in REGISTERS.items():
        sealed = digest["registers"].get(name, {"shards": {}})["shards"]
        for shard in store.SHARDS:
            lines = read_lines(sealed[shard], place(name, day, shard)) if shard in sealed else []
            known = {line.key for line in lines or []}
            for event in store.events(variable, day, shard):
                if event.key not in known and (name, shard, event.key) not in named:
                    found = chain.line(*event)
                    yield {
                        "register": name,
                        "day": day.isoformat(),
                        "shard": shard,
                        "key": found.key,
                        "sha256": found.sha256,
                    }


def late_of(
    day: date, read: Callable[[date], dict[str, Any] | None] = store.digest
) -> dict[tuple[str, str, str], str]:
    """The late events of a day that the digests after it name: (register, shard, key) → SHA-256."""
    return {
        (entry["register"], entry["shard"], entry["key"]): entry["sha256"]
        for ahead in range(1, LOOK_BACK + 1)
        if (digest := read(day + timedelta(days=ahead))) is not None
        for entry in digest["late"]
        if entry["day"] == day.isoformat()
    }
