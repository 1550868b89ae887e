"""Requests that come again under their `Idempotency-Key`: what was stored for them is answered."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, sealing
from chalicelib.errors import KeyReusedError
from chalicelib.leads import service
from chalicelib.leads.store import LeadItem

KEYS_KEPT = timedelta(days=7)


def place(route: str, caller: str, key: str) -> str:
    """Where a key's record lies: one per route and caller."""
    scoped = f"{route}\x00{sealing.keyed_hash('caller', caller)}\x00{key}"
    return f"key/{hashlib.sha256(scoped.encode()).hexdigest()}"


def check(found: LeadItem, body: dict[str, Any]) -> None:
    """KeyReusedError if the record was made for another body."""
    if found.facts["body"] not in sealing.hashes("body", _canonical(body)):
        raise KeyReusedError


def record(
    at_place: str, body: dict[str, Any], facts: dict[str, Any], secret: dict[str, Any], at: datetime
) -> LeadItem:
    """The record, stored with what it speaks of; `secret` is sealed."""
    item = LeadItem(at_place, "key", expires_at=int((at + KEYS_KEPT).timestamp()))
    mark = sealing.keyed_hash("body", _canonical(body))
    item.facts = {"body": mark, "at": clock.stored(at), **facts}
    item.sealed = service.seal(item, secret)
    return item


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
