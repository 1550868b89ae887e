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


def answered(found: store.ClaimItem | None, body: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that is remembered; KeyReusedError if it was given to another body."""
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
        *place(key, reporter),
        facts={"body": sealing.keyed_hash("body", _canonical(body)), "answer": answer},
        expires_at=int((at + KEYS_KEPT).timestamp()),
    )


def place(key: str, reporter: Reporter) -> tuple[str, str]:
    """Where a key's record lies: one per route and caller, which is the token's person and policy,
    else the address."""
    token = reporter.token
    caller = f"{token.person}/{token.policy_no}" if token else reporter.address
    scoped = f"claims\x00{sealing.keyed_hash('caller', caller)}\x00{key}"
    return f"key/{hashlib.sha256(scoped.encode()).hexdigest()}", "key"


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
