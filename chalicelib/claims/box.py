"""The message box of a claim (留言): what customers write, what is answered, and by when."""

from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.claims import cases, desk_views, events, gathering, store, tracking
from chalicelib.claims.cases import Claim
from chalicelib.errors import AssuranceTooLowError, OvertakenError, TooManyRequestsError
from chalicelib.observability import logger
from chalicelib.tokens import QueryToken, TrackingToken

UNANSWERED = 20
"""Messages of the customer that may wait for an answer at a time."""


def read(claim_no: str, token: QueryToken | TrackingToken) -> dict[str, Any]:
    """The box, oldest first, and by when the oldest unanswered message is answered."""
    claim = _open(claim_no, token)
    opened = [(one, one.open()) for one in claim.log if one.facts.get("kind") in _SIDES]
    opened.sort(key=lambda pair: (pair[1]["at"], pair[0].key))
    return {"items": desk_views.messages(opened), "reply_by": _reply_by(claim)}


def write(
    claim_no: str, text: str, token: QueryToken | TrackingToken, at: datetime
) -> dict[str, Any]:
    """Puts a message into the box; the clock of its answer runs from then."""
    for _ in range(cases.ROUNDS):
        seen = _open(claim_no, token)
        # The whole claim: what is written makes its case anew, of which a customer may see a part.
        claim = gathering.load(seen.key) if seen.item is not None else seen
        _limit(claim)
        message = events.message(claim.key, "asked", {"message": text}, {}, at)
        asked = claim.with_event(message)
        if claim.report is None:
            store.mark_known(claim.place)
        if store.change(cases.item_of(asked, at), [message], []):
            logger.info("message received", claim_no=claim.claim_no)
            return {"at": clock.shown(at), "reply_by": _reply_by(asked)}
    raise OvertakenError


_SIDES = ("asked", "answered")


def _open(claim_no: str, token: QueryToken | TrackingToken) -> Claim:
    """The claim if the token may see it; AssuranceTooLowError for the weak rule."""
    if isinstance(token, QueryToken) and token.assurance != "id":
        raise AssuranceTooLowError
    return tracking.own(claim_no, token)


def _limit(claim: Claim) -> None:
    waiting = 0
    for one in sorted(claim.log, key=lambda one: str(one.facts["at"])):
        kind = one.facts.get("kind")
        waiting = waiting + 1 if kind == "asked" else 0 if kind == "answered" else waiting
    if waiting >= UNANSWERED:
        raise TooManyRequestsError(headers={"Retry-After": "900"})


def _reply_by(claim: Claim) -> str | None:
    due = next((one.due_at for one in claim.clocks if one.code == "reply"), None)
    return None if due is None else clock.shown(due)
