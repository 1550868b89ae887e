"""HTTP of contacts."""

import re
from typing import Any

from chalicelib import clock, pages
from chalicelib.contacts import corrections, missing
from chalicelib.errors import InvalidInputError, NotFoundError
from chalicelib.http import Answer, Call, Routes
from chalicelib.policies import service as policies

routes = Routes(__name__)

_PLACE = re.compile(rf"[^|\0]{{1,64}}\|{policies.PLACE.pattern}")


@routes.get(
    "/v1/staff/missing-contacts",
    access="staff",
    answer="contacts/missing",
    problems=(InvalidInputError,),
    query=("organisation", *pages.QUERY),
)
def listed(call: Call) -> dict[str, Any]:
    """Customers whose policies were issued and paid without a telephone number, once each."""
    page = pages.asked(call.query, call.language, default=20, form=_PLACE)
    organisation = call.query.get("organisation")
    found, after = missing.listed(call.scope, page, organisation, call.language)
    call.trace.touch(*(f"policies/{entry['policy_no']}" for entry in found), fields=["name"])
    return pages.answer(found, after)


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
