"""Answers given under an `Idempotency-Key`: the same key and body get the same answer (C2)."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from chalicelib import sealing
from chalicelib.claims import store
from chalicelib.claims.reporters import Reporter
from chalicelib.errors import KeyReusedError

KEYS_KEPT = timedelta(days=7)


def answered(key: str | None, reporter: Reporter, body: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that this key got before; KeyReusedError if that was for another body."""
    if key is None:
        return None
    found = store.get(*_key(key, reporter))
    if found is None:
        return None
    if found.facts["body"] not in sealing.hashes("body", _canonical(body)):
        raise KeyReusedError
    answer: dict[str, Any] = found.facts["answer"]
    return answer


def remembered(
    key: str, reporter: Reporter, body: dict[str, Any], answer: dict[str, Any], at: datetime
) -> store.ClaimItem:
    """The record of an answer, stored with the fact it speaks of."""
    return store.ClaimItem(
        *_key(key, reporter),
        facts={"body": sealing.keyed_hash("body", _canonical(body)), "answer": answer},
        expires_at=int((at + KEYS_KEPT).timestamp()),
    )


def _key(key: str, reporter: Reporter) -> tuple[str, str]:
    """Scoped to route and caller: the token's person and policy, else the address."""
    token = reporter.token
    caller = f"{token.person}/{token.policy_no}" if token else reporter.address
    scoped = f"claims\x00{sealing.keyed_hash('caller', caller)}\x00{key}"
    return f"key/{hashlib.sha256(scoped.encode()).hexdigest()}", "key"


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
