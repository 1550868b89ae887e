"""HTTP of contacts."""

from chalicelib import clock
from chalicelib.contacts import corrections
from chalicelib.errors import NotFoundError
from chalicelib.http import Answer, Call, Routes

routes = Routes(__name__)


@routes.post(
    "/v1/staff/policies/{policy_no}/contacts",
    access="staff",
    body="contacts/told",
    answer="approvals/asked",
    success=201,
    also=202,
    problems=(NotFoundError,),
)
def tell(call: Call) -> Answer:
    """Adds a telephone number to a policy at once; corrections wait for another person."""
    body, number = call.body, call.path["policy_no"]
    call.trace.touch(fields=sorted({"phone", "phone_kind", "replaces"} & body.keys()))
    call.trace.touch(purpose=body.get("reason"))
    told = corrections.tell(call.staff, call.scope, number, body, call.language, clock.now())
    call.trace.touch(f"policies/{told.policy_no}")
    if told.approval is None:
        return Answer(201, {"approval_id": None, "state": "done"})
    call.trace.touch(f"approvals/{told.approval.approval_id}")
    return Answer(202, {"approval_id": told.approval.approval_id, "state": told.approval.state})
