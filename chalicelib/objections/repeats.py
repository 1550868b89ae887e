"""Answers given under an `Idempotency-Key`: the same key and body get the same answer."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from chalicelib import sealing
from chalicelib.errors import KeyReusedError
from chalicelib.objections import store
from chalicelib.tokens import QueryToken

KEPT = timedelta(days=7)


def answered(
    route: str, key: str | None, token: QueryToken, body: dict[str, Any]
) -> dict[str, Any] | None:
    """The answer that this key got before; KeyReusedError if that was for another body."""
    found = None if key is None else store.get(*_place(route, key, token))
    if found is None:
        return None
    if found.facts["body"] not in sealing.hashes("body", _canonical(body)):
        raise KeyReusedError
    answer: dict[str, Any] = found.facts["answer"]
    return answer


def remembered(
    route: str,
    key: str,
    token: QueryToken,
    body: dict[str, Any],
    answer: dict[str, Any],
    at: datetime,
) -> store.CaseItem:
    """The record of an answer, stored with what it speaks of."""
    return store.CaseItem(
        *_place(route, key, token),
        facts={"body": sealing.keyed_hash("body", _canonical(body)), "answer": answer},
        expires_at=int((at + KEPT).timestamp()),
    )


def _place(route: str, key: str, token: QueryToken) -> tuple[str, str]:
    """Scoped to route and caller: the person and policy of the token."""
    caller = sealing.keyed_hash("caller", f"{token.person}/{token.policy_no}")
    scoped = f"{route}\x00{caller}\x00{key}"
    return f"key/{hashlib.sha256(scoped.encode()).hexdigest()}", "key"


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
