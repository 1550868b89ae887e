"""Tracking (理赔进度): one claim by its number, for whoever may see it."""

from datetime import datetime
from typing import Any

from chalicelib import identifiers, tokens
from chalicelib.attachments import service as attachments
from chalicelib.claims import events, numbers, service
from chalicelib.errors import NotFoundError, VerificationFailedError
from chalicelib.limits import service as limits
from chalicelib.policies import service as policies
from chalicelib.tokens import QueryToken, TrackingToken

ROUNDS = 8


def open_by_phone(request: dict[str, str], address: str, at: datetime) -> tuple[str, datetime]:
    """The token for a claim by the reporter's telephone; failures are alike and count (Q4)."""
    number = numbers.read(request["claim_no"])
    keys = limits.targets(address, f"claim/{number or request['claim_no']}", request["phone"])
    for _ in range(ROUNDS):
        standing = limits.look(keys, request.get("challenge"), at)
        if standing.locked_seconds():
            raise limits.refuse(standing)
        opened = events.opens(number, request["phone"])
        right = opened and not standing.challenged
        if limits.settle(standing, failed=not right, also=lambda _: None):
            break
    else:
        raise limits.refuse(standing)
    if standing.challenged:
        raise limits.challenge(standing)
    if not opened or number is None:
        raise VerificationFailedError
    return tokens.issue_tracking(number, at)


def follow(
    claim_no: str, token: QueryToken | TrackingToken, language: str, at: datetime
) -> dict[str, Any]:
    """The timeline; NotFoundError for another's claim, as for one that is not there."""
    number = numbers.read(claim_no) or claim_no
    if isinstance(token, TrackingToken):
        if token.claim_no != number:
            raise NotFoundError
        facts, stops = events.stops_of(number)
        record = policies.find(facts["policy_no"]) if facts["verified"] else None
        assurance = "id"
    else:
        record = policies.find(token.policy_no)
        if record is None:
            raise NotFoundError
        stops = events.of_policy(token.policy_no)
        assurance = token.assurance
    theirs = record.parts(service.KIND) if record else []
    shown = service.shown([*theirs, *stops], record, assurance, language, at)
    wanted = identifiers.policy_no(number)
    for claim in shown:
        if identifiers.policy_no(claim["claim_no"]) == wanted:
            return {**claim, "attachments": attachments.of(claim["claim_no"], language, at)}
    raise NotFoundError
