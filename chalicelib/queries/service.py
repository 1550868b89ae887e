"""The verified query: three round trips, one answer for every failure, every attempt on record."""

import secrets
from datetime import datetime
from typing import Any

from chalicelib import clock, tokens
from chalicelib.claims import service as claims
from chalicelib.errors import AssuranceTooLowError, NotFoundError, VerificationFailedError
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.queries import answers, matching, rules, store
from chalicelib.tokens import QueryToken

OWN_POLICIES = 100
"""How many of a person's policies are listed, those that end last first."""


def verify(request: dict[str, str], language: str, at: datetime) -> dict[str, Any]:
    """The answer to `POST /v1/queries` (contract); VerificationFailedError whatever did not fit."""
    query_id = _query_id(at)
    given = matching.typed(request)
    record = policies.find(request["policy_no"])
    # An unknown number is compared like a known one, so that both take their time.
    target = record or matching.Nobody()
    assurance = matching.assurance(target, given)
    opened = record is not None and assurance is not None and rules.answerable(record, at)
    store.record(
        clock.stored(at),
        query_id,
        {
            "outcome": "verified" if opened else "failed",
            "assurance": assurance if opened else None,
            "line": record.line if record else None,
            "organisation": record.organisation if record else None,
            "channel": "online",
            "partner": None,
            "language": language,
        },
    )
    if record is None or assurance is None or not opened:
        logger.info("query failed")
        raise VerificationFailedError
    return _answer(record, query_id, assurance, language, at)


def own(token: QueryToken, language: str, at: datetime) -> list[dict[str, Any]]:
    """The bearer's policies (Q9), found by keyed identity alone; AssuranceTooLowError if weak."""
    return [
        answers.listed(record, language)
        for record in policies.of_person(_person(token), OWN_POLICIES)
        if rules.answerable(record, at) and rules.lead_insurer(record) is None
    ]


def open_own(token: QueryToken, policy_no: str, language: str, at: datetime) -> dict[str, Any]:
    """What a query of another policy of the bearer answers; NotFoundError if it is not his."""
    person = _person(token)
    record = policies.find(policy_no)
    if record is None or record.person != person or not rules.answerable(record, at):
        raise NotFoundError
    query_id = _query_id(at)
    store.record(
        clock.stored(at),
        query_id,
        {
            "outcome": "verified",
            "assurance": "id",
            "line": record.line,
            "organisation": record.organisation,
            "channel": "online",
            "partner": None,
            "language": language,
        },
    )
    return _answer(record, query_id, "id", language, at)


def view(token: QueryToken, query_id: str, section: str, at: datetime) -> None:
    """Notes once that a section of the answer was opened; NotFoundError for another's query."""
    if not secrets.compare_digest(token.query_id.encode(), query_id.encode()):
        raise NotFoundError
    store.record_view(clock.stored(at), token.query_id, section)


def _answer(
    record: Record, query_id: str, assurance: str, language: str, at: datetime
) -> dict[str, Any]:
    found = record.open()
    token = QueryToken(query_id, found["policy_no"], record.person or "", assurance)
    text, expires_at = tokens.issue(token, at)
    logger.info("query verified", line=record.line, assurance=assurance)
    answer = {
        "query_id": query_id,
        "token": text,
        "expires_at": clock.shown(expires_at),
        "assurance": assurance,
        "data_as_of": clock.shown(clock.parse(record.as_of())),
    }
    lead = rules.lead_insurer(record)
    if lead is not None:
        return {**answer, "policy": None, "lead_insurer": lead, "claims": []}
    stops = record.parts(claims.KIND)
    return {
        **answer,
        "policy": answers.policy(found, record, assurance, language),
        "claims": claims.shown(stops, found.get("motor_kind"), assurance, language, at),
    }


def _person(token: QueryToken) -> str:
    if token.assurance != "id" or not token.person:
        raise AssuranceTooLowError
    return token.person


def _query_id(at: datetime) -> str:
    """Shanghai's day and 24 random hexadecimal digits: the day's statistics find it again."""
    return f"{clock.shanghai_day(at):%Y%m%d}{secrets.token_hex(12)}"
