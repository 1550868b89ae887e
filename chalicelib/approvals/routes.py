"""HTTP of approvals."""

from typing import Any

from chalicelib import clock, pages
from chalicelib.approvals import service
from chalicelib.approvals.service import Approval
from chalicelib.errors import (
    AlreadyDecidedError,
    ApprovalExpiredError,
    InvalidInputError,
    OvertakenError,
    SamePersonError,
)
from chalicelib.http import Call, Routes

routes = Routes(__name__)


@routes.get(
    "/v1/staff/approvals",
    access="staff",
    answer="approvals/approvals",
    problems=(InvalidInputError,),
    query=pages.QUERY,
)
def waiting(call: Call) -> dict[str, Any]:
    """What waits for a second person and is yours to decide."""
    page = pages.asked(call.query, call.language)
    found = service.waiting(call.staff, call.scope, page.limit, clock.now())
    call.trace.touch(*(f"approvals/{approval.approval_id}" for approval in found))
    return pages.answer([shown(approval, call.language) for approval in found], None)


@routes.post(
    "/v1/staff/approvals/{approval_id}",
    access="staff",
    body="approvals/decision",
    answer="approvals/approval",
    problems=(SamePersonError, AlreadyDecidedError, ApprovalExpiredError, OvertakenError),
)
def decide(call: Call) -> dict[str, Any]:
    """Approves or refuses what another person asked for; an approved action is done at once."""
    call.trace.touch(purpose=call.body.get("reason"))
    approve = call.body["decision"] == "approve"
    identity = call.path["approval_id"]
    decided = service.decide(call.staff, call.scope, identity, approve, clock.now())
    return shown(decided, call.language)


def shown(approval: Approval, language: str) -> dict[str, Any]:
    """An approval as the API shows it."""
    decided_at = approval.decided_at and clock.shown(clock.parse(approval.decided_at))
    return {
        "approval_id": approval.approval_id,
        "action": approval.action,
        "action_name": service.name(approval.action, language),
        "organisation": approval.organisation,
        "content": service.readable(approval),
        "state": approval.state,
        "asked_by": approval.asked_by,
        "asked_at": clock.shown(clock.parse(approval.asked_at)),
        "expires_at": clock.shown(clock.parse(approval.expires_at)),
        "decided_by": approval.decided_by,
        "decided_at": decided_at,
    }
