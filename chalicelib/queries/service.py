"""The verified query: few round trips, one answer for every failure, every attempt on record."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, tokens
from chalicelib.claims import events
from chalicelib.claims import service as claims
from chalicelib.claims.entries import Entry
from chalicelib.errors import (
    AssuranceTooLowError,
    ChallengeRequiredError,
    NotFoundError,
    TooManyRequestsError,
    VerificationFailedError,
)
from chalicelib.limits import service as limits
from chalicelib.observability import logger
from chalicelib.pages import Page
from chalicelib.policies import service as policies
from chalicelib.policies.model import Policy
from chalicelib.policies.service import Record
from chalicelib.queries import answers, matching, rules, store
from chalicelib.tokens import QueryToken

ROUNDS = 3
"""How often an attempt is decided anew when other attempts at its target come first."""
REFUSALS = (VerificationFailedError, ChallengeRequiredError, TooManyRequestsError)
"""What a verification may be refused with."""


class Seen(NamedTuple):
    """An answer made again for its reader: what he was shown, by the data of now."""

    record: Record
    answer: dict[str, Any]
    attempt: dict[str, Any]
    """What the statistics know of his query: `channel`, `partner` …"""


@dataclass(frozen=True)
class Asker:
    """Who asks, as far as limits and statistics need it."""

    address: str
    """The caller's, which is only ever hashed."""
    language: str
    channel: str = "online"
    """`online`, `hotline` or `counter` (Q8)."""
    partner: str | None = None
    """The partner whose link led here, by code."""


class Match(NamedTuple):
    """What a request led to: the policy if there is one, the assurance if it opens."""

    record: Record | None
    assurance: str | None


def verify(request: dict[str, str], asker: Asker, at: datetime) -> dict[str, Any]:
    """The answer to `POST /v1/queries` (contract); VerificationFailedError whatever did not fit.

    ChallengeRequiredError and TooManyRequestsError come without looking at what was typed.
    """
    by_staff = asker.channel != "online"
    keys = limits.targets(
        asker.address, request["policy_no"], request.get("id_no"), by_staff=by_staff
    )
    query_id = _query_id(at)
    for _ in range(ROUNDS):
        standing = limits.look(
            keys,
            request.get("challenge"),
            at,
            events.known(request["policy_no"]),
            by_staff=by_staff,
        )
        if standing.locked_seconds():
            store.record(query_id, at, _facts("locked", Match(None, None), asker))
            logger.info("query refused", reason="locked")
            raise limits.refuse(standing)
        match = find(request, at)
        outcome = "verified" if match.assurance else "failed"
        if standing.challenged:
            # The same work is done, but nothing of it counts: right and wrong are told alike.
            outcome, match = "challenged", Match(None, None)
        event = store.event(query_id, at, _facts(outcome, match, asker))
        if limits.settle(standing, failed=outcome != "verified", also=event):
            break
    else:
        logger.info("query refused", reason="overtaken")
        raise limits.refuse(standing)
    if standing.challenged:
        logger.info("query refused", reason="challenged")
        raise limits.challenge(standing)
    if match.record is None or match.assurance is None:
        logger.info("query failed")
        raise VerificationFailedError
    return _answer(
        match.record, query_id, match.assurance, asker.language, at, reported=standing.beside
    )


def find(request: dict[str, str], at: datetime) -> Match:
    """Compares what was typed with the policy; the same work whether or not there is one."""
    given = matching.typed(request)
    record = policies.find(request["policy_no"])
    # An unknown number is compared like a known one, so that both take their time.
    assurance = matching.assurance(record or matching.Nobody(), given)
    if record is None or not rules.answerable(record, at):
        return Match(record, None)
    return Match(record, assurance)


def own(
    token: QueryToken, page: Page, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """The bearer's policies (Q9), found by keyed identity alone; AssuranceTooLowError if weak.

    With the key after which the next page begins, None at the end. What is outside the query
    service is left out: a page may hold less than its limit.
    """
    # One more than asked for tells whether there is another page.
    found = policies.of_marks(_marks(token), page.limit + 1, page.after)
    shown = [
        answers.listed(record, language)
        for record in found[: page.limit]
        if rules.answerable(record, at) and rules.lead_insurer(record) is None
    ]
    more = len(found) > page.limit
    return shown, policies.place_key(found[page.limit - 1]) if more else None


def open_own(token: QueryToken, policy_no: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """What a query of another policy of the bearer answers; NotFoundError if it is not his."""
    marks = _marks(token)
    record = policies.find(policy_no)
    if record is None or record.person not in marks or not rules.answerable(record, at):
        raise NotFoundError
    query_id = _query_id(at)
    store.record(query_id, at, _facts("verified", Match(record, "id"), asker))
    return _answer(record, query_id, "id", asker.language, at, reported=True)


def again(token: QueryToken, language: str, at: datetime) -> Seen:
    """What the token's query answers now, without another token; NotFoundError if it is gone."""
    record = policies.find(token.policy_no)
    if record is None:
        raise NotFoundError
    # A token is younger than its life; the attempt was written just before it.
    attempt = store.attempt(token.query_id, at - 2 * tokens.LIFE)
    return Seen(record, answer_of(record, token.assurance, language, at), attempt)


def answer_of(record: Record, assurance: str, language: str, at: datetime) -> dict[str, Any]:
    """What of an answer tells of the policy: `data_as_of`, `policy`, `claims` (contract)."""
    return _content(record, record.open(), assurance, language, at, reported=True)


def unmasked(record: Record) -> dict[str, str]:
    """What an answer shows masked, in clear, by JSON pointer: for comparing, never for showing."""
    return answers.unmasked(record.open())


def view(token: QueryToken, query_id: str, section: str, at: datetime) -> None:
    """Notes once that a section of the answer was opened; NotFoundError for another's query."""
    if not secrets.compare_digest(token.query_id.encode(), query_id.encode()):
        raise NotFoundError
    store.record_view(token.query_id, at, section)


def partitions(day: str) -> Iterator[Iterator[tuple[str, str]]]:
    """What the statistics know of Shanghai's day (ISO): sort keys and facts as text, by partition.

    `attempt/<instant>/<query>` comes before `view/<query>/<section>`; both of a query stand in the
    same partition, that of the day on which it was made.
    """
    return store.partitions(day)


def attempts(
    day: str, after: str | None
) -> Iterator[tuple[str, str, datetime, dict[str, str | None]]]:
    """Attempts of Shanghai's day (ISO) from a place on: place, id, instant and facts."""
    for place, facts in store.attempts(day, after):
        _, _, instant, query_id = place.split("/")
        yield place, query_id, clock.parse(instant), json.loads(facts)


def _answer(
    record: Record,
    query_id: str,
    assurance: str,
    language: str,
    at: datetime,
    *,
    reported: bool,
) -> dict[str, Any]:
    """The answer of the contract; `reported` says whether there may be web reports to be read."""
    found = record.open()
    token = QueryToken(query_id, found["policy_no"], record.person or "", assurance)
    text, expires_at = tokens.issue(token, at)
    logger.info("query verified", line=record.line, assurance=assurance)
    return {
        "query_id": query_id,
        "token": text,
        "expires_at": clock.shown(expires_at),
        "assurance": assurance,
        **_content(record, found, assurance, language, at, reported=reported),
    }


def _content(
    record: Record,
    found: Policy,
    assurance: str,
    language: str,
    at: datetime,
    *,
    reported: bool,
) -> dict[str, Any]:
    answer: dict[str, Any] = {"data_as_of": clock.shown(clock.parse(record.as_of()))}
    lead = rules.lead_insurer(record)
    if lead is not None:
        return {**answer, "policy": None, "lead_insurer": lead, "claims": []}
    reports = events.of_policy(record.policy_no) if reported else []
    stops: list[Entry] = [*record.parts(claims.KIND), *reports]
    return {
        **answer,
        "policy": answers.policy(found, record, assurance, language),
        "claims": claims.shown(stops, record, assurance, language, at),
    }


def _facts(outcome: str, match: Match, asker: Asker) -> dict[str, str | None]:
    """What the statistics know of an attempt; nothing personal."""
    return {
        "outcome": outcome,
        "assurance": match.assurance,
        "line": match.record.line if match.record else None,
        "organisation": match.record.organisation if match.record else None,
        "channel": asker.channel,
        "partner": asker.partner,
        "language": asker.language,
    }


def _marks(token: QueryToken) -> list[str]:
    if token.assurance != "id" or not token.person:
        raise AssuranceTooLowError
    return policies.live_marks(token.policy_no, token.person)


def _query_id(at: datetime) -> str:
    """Shanghai's day and 24 random hexadecimal digits: the day's statistics find it again."""
    return f"{clock.shanghai_day(at):%Y%m%d}{secrets.token_hex(12)}"
