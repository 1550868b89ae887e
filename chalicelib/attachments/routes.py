"""HTTP of attachments."""

from typing import Any

from chalicelib import clock
from chalicelib.attachments import service
from chalicelib.claims import moves, tracking
from chalicelib.errors import (
    NotFoundError,
    OvertakenError,
    TooLargeError,
    TooManyAttachmentsError,
)
from chalicelib.http import Answer, Call, Routes

routes = Routes(__name__)


@routes.post(
    "/v1/staff/claims/{claim_no}/attachments/{attachment_id}/links",
    access="staff",
    body="attachments/look",
    answer="attachments/link",
    problems=(NotFoundError,),
)
def look(call: Call) -> dict[str, Any]:
    """A photo or document that was received, by an address that works for a minute."""
    claim = moves.reachable(call.path["claim_no"], call.staff, call.scope)
    attachment_id = call.path["attachment_id"]
    call.trace.touch(
        f"claims/{claim.key}", f"attachments/{attachment_id}", purpose=call.body.get("purpose")
    )
    small = call.body.get("small", False)
    return service.link(claim.claim_no, attachment_id, clock.now(), small=small)


@routes.post(
    "/v1/claims/{claim_no}/attachments",
    access="claim",
    body="attachments/wanted",
    answer="attachments/invitation",
    success=201,
    problems=(NotFoundError, OvertakenError, TooLargeError, TooManyAttachmentsError),
)
def invite(call: Call) -> Answer:
    """Signs a form by which one photo or document of a claim goes straight to storage."""
    at = clock.now()
    # Whoever may follow a claim may add to it; the number comes back as we write it.
    claim = tracking.own(call.path["claim_no"], call.claim_bearer())
    return Answer(201, service.invite(claim.claim_no, call.body, call.language, at))
