"""HTTP of expiry lists."""

from datetime import timedelta

from chalicelib import clock, links
from chalicelib.errors import ApprovalRefusedError, InvalidInputError, NotFoundError
from chalicelib.expiry import orders
from chalicelib.http import Answer, Call, Routes

routes = Routes(__name__)


@routes.post(
    "/v1/staff/expiry-lists",
    access="staff",
    body="expiry/order",
    answer="expiry/list",
    also=202,
    problems=(ApprovalRefusedError, InvalidInputError, NotFoundError),
)
def ask(call: Call) -> Answer:
    """Any month's list of the branch, or of an agent's own customers.

    202 while it is made or waits for a second person: the same request again says how it stands,
    and at last, with 200, has links that work for a minute.
    """
    at = clock.now()
    order = orders.ask(call.staff, call.scope, call.body, at)
    call.trace.touch(f"expiry-lists/{order.list_id}", purpose=call.body["purpose"])
    call.trace.touch(*(f"documents/{found.key}" for found in order.files))
    shown = {
        "list_id": order.list_id,
        "month": order.month,
        "organisation": order.organisation,
        "agent": order.agent,
        "state": "ready" if order.files else "waiting" if order.waiting else "making",
        "approval_id": order.waiting and order.waiting.approval_id,
        "figures": order.figures,
    }
    if not order.files:
        return Answer(202, {**shown, "files": [], "expires_at": None}, {"Retry-After": "3"})
    expires_at = clock.shown(at + timedelta(seconds=links.LINK_SECONDS))
    # Links are made when the request is on record, not before.
    return Answer(
        body=lambda: {
            **shown,
            "files": [
                {
                    "key": found.key,
                    "size": found.size,
                    "sha256": found.metadata["sha256"],
                    "url": links.signed(found),
                }
                for found in order.files
            ],
            "expires_at": expires_at,
        }
    )
