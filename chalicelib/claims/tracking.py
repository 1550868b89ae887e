"""Tracking (理赔进度): one claim by its number, for whoever may see it."""

from datetime import datetime
from typing import Any

from chalicelib import identifiers, tokens
from chalicelib.attachments import service as attachments
from chalicelib.claims import cases, events, gathering, numbers, satisfaction, service
from chalicelib.claims.cases import Claim
from chalicelib.errors import NotFoundError, VerificationFailedError
from chalicelib.limits import service as limits
from chalicelib.tokens import QueryToken, TrackingToken

ROUNDS = 8


def open_by_phone(request: dict[str, str], address: str, at: datetime) -> tuple[str, datetime]:
    """The token for a claim by the reporter's telephone; failures are alike and count (Q4)."""
    number = numbers.read(request["claim_no"])
    phone = identifiers.phone(request["phone"])
    keys = limits.targets(address, f"claim/{number or request['claim_no']}", phone)
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


def own(claim_no: str, token: QueryToken | TrackingToken) -> Claim:
    """The claim that a token opens; NotFoundError for another's, as for one that is not there."""
    if isinstance(token, QueryToken):
        return gathering.of_policy(claim_no, identifiers.policy_no(token.policy_no))
    if token.claim_no != (numbers.read(claim_no) or claim_no):
        raise NotFoundError
    return gathering.load(token.claim_no)


def follow(
    claim_no: str, token: QueryToken | TrackingToken, language: str, at: datetime
) -> tuple[dict[str, Any], str]:
    """The timeline, and what is another one after every event, the customer's or not."""
    claim = own(claim_no, token)
    claim.uploaded = attachments.documents(claim.claim_no)
    by_id = isinstance(token, TrackingToken) or token.assurance == "id"
    shown = service.view(claim, by_id=by_id, language=language, at=at)
    found = attachments.of(claim.claim_no, language, at)
    asked = satisfaction.standing(claim)
    return (
        {**shown, "attachments": found, "satisfaction": asked},
        cases.fingerprint(claim.log),
    )
