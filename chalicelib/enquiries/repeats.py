"""Answers given under an `Idempotency-Key`: the same key and body get the same answer."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from chalicelib import sealing
from chalicelib.enquiries import store
from chalicelib.errors import KeyReusedError

KEPT = timedelta(days=7)


def answered(register: str, address: str, key: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that this key got before; KeyReusedError if that was for another body."""
    for partition in _keys(register, address, key):
        found = store.get(partition, "key")
        if found is not None:
            if found.facts["body"] not in sealing.hashes("body", _canonical(body)):
                raise KeyReusedError
            answer: dict[str, Any] = found.facts["answer"]
            return answer
    return None


def remembered(
    register: str,
    address: str,
    key: str,
    body: dict[str, Any],
    answer: dict[str, Any],
    at: datetime,
) -> store.EnquiryItem:
    """The record of an answer, stored with the entry it speaks of."""
    return store.EnquiryItem(
        _keys(register, address, key)[0],
        "key",
        facts={"body": sealing.keyed_hash("body", _canonical(body)), "answer": answer},
        expires_at=int((at + KEPT).timestamp()),
    )


def _keys(register: str, address: str, key: str) -> list[str]:
    """Scoped to route and caller, under every live key of hashes, the one to write with first."""
    return [
        f"key/{hashlib.sha256(f'{register}\x00{caller}\x00{key}'.encode()).hexdigest()}"
        for caller in sealing.hashes("caller", address)
    ]


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
