"""The verified query: three round trips, one answer for every failure, every attempt on record."""

import secrets
from datetime import datetime
from typing import Any

from chalicelib import clock, tokens
from chalicelib.errors import VerificationFailedError
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.queries import answers, matching, store


def verify(request: dict[str, str], language: str, at: datetime) -> dict[str, Any]:
    """The answer to `POST /v1/queries` (contract); VerificationFailedError whatever did not fit."""
    query_id = secrets.token_hex(16)
    given = matching.typed(request)
    record = policies.find(request["policy_no"])
    assurance = None if record is None else matching.assurance(record, given)
    store.record(
        clock.shanghai_day(at).isoformat(),
        clock.stored(at),
        query_id,
        {
            "outcome": "verified" if assurance else "failed",
            "assurance": assurance,
            "line": record.line if record and assurance else None,
            "organisation": record.organisation if record and assurance else None,
            "channel": "online",
            "language": language,
        },
    )
    if record is None or assurance is None:
        logger.info("query failed")
        raise VerificationFailedError
    found = record.open()
    token = tokens.QueryToken(query_id, found["policy_no"], record.person or "", assurance)
    text, expires_at = tokens.issue(token, at)
    logger.info("query verified", line=record.line, assurance=assurance)
    return {
        "query_id": query_id,
        "token": text,
        "expires_at": clock.shown(expires_at),
        "assurance": assurance,
        "data_as_of": clock.shown(clock.parse(found["imported_at"])),
        "policy": answers.policy(found, assurance, language),
        "claims": [],
    }
