"""Entries of the register (异议登记簿): an event in the ledger's form, its words sealed beside.

The facts carry the digest of a random salt and the words: what was written cannot be changed
unseen, and once words and salt are erased, nothing can be guessed from the digest.
"""

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, sealing
from chalicelib.objections import store

SALT = "salt"


class Event(NamedTuple):
    """What is stored of an event: its entry, and its words if anybody wrote any."""

    entry: store.RegisterItem
    words: store.CaseItem | None


def event(
    objection_no: str,
    kind: str,
    facts: dict[str, Any],
    words: dict[str, Any],
    *,
    seq: int,
    by: str | None,
    at: datetime,
) -> Event:
    """A new event. `by` is a subject of staff, None where the customer or the service acts."""
    event_id = secrets.token_hex(8)
    day = clock.shanghai_day(at).isoformat()
    beside = _beside(objection_no, event_id, words) if words else None
    told = {
        "event_id": event_id,
        "objection_no": objection_no,
        "seq": seq,
        "at": clock.stored(at),
        "kind": kind,
        "by": by,
        **facts,
        "words": beside and beside.facts["sha256"],
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    shard = int(event_id[:4], 16) % store.SHARDS
    entry = store.RegisterItem(f"{day}/{shard:02d}", f"{clock.stored(at)}/{event_id}", facts=text)
    return Event(entry, beside)


def read(entry: store.RegisterItem) -> dict[str, Any]:
    """The facts of an event."""
    facts: dict[str, Any] = json.loads(entry.facts)
    return facts


def open_words(facts: dict[str, Any], beside: store.CaseItem | None) -> dict[str, Any]:
    """What was written at an event; nothing once erased, SealError if it was changed."""
    if beside is None or beside.sealed is None:
        return {}
    words = sealing.unseal("objections", _place(beside), beside.sealed)
    if _digest(words) != facts["words"]:
        raise sealing.SealError("words of an objection are not those that the register names")
    return {name: value for name, value in words.items() if name != SALT}


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item's words anew if an older key sealed them; whether anything was written."""
    item = store.get(key, sort_key)
    if item is None or item.sealed is None or sealing.is_current("objections", item.sealed):
        return False
    content = sealing.unseal("objections", _place(item), item.sealed)
    return item.renew(sealing.seal("objections", _place(item), content))


def _beside(objection_no: str, event_id: str, words: dict[str, Any]) -> store.CaseItem:
    salted = {**words, SALT: secrets.token_hex(16)}
    item = store.CaseItem(f"objection/{objection_no}", f"{store.WORDS}{event_id}")
    item.facts = {"sha256": _digest(salted)}
    item.sealed = sealing.seal("objections", _place(item), salted)
    return item


def _digest(words: dict[str, Any]) -> str:
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _place(item: store.CaseItem) -> str:
    return f"{item.pk}/{item.sk}"
