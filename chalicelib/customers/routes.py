"""HTTP of customers."""

from typing import Any

from chalicelib import clock
from chalicelib.customers import calls, service
from chalicelib.customers.service import Look
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.http import Answer, Call, Routes

routes = Routes(__name__)


@routes.post(
    "/v1/staff/customers/searches",
    access="staff",
    body="customers/search",
    answer="customers/customer",
    problems=(NotFoundError,),
)
def search(call: Call) -> dict[str, Any]:
    """The one customer of exactly this ID number and name, for a purpose that goes on record."""
    call.trace.touch(purpose=call.body["purpose"])
    look = service.search(call.staff, call.scope, call.body, call.language, clock.now())
    return _recorded(call, look)


@routes.get(
    "/v1/staff/customers/{customer_id}",
    access="staff",
    answer="customers/customer",
    query=("purpose",),
)
def customer(call: Call) -> dict[str, Any]:
    """A customer by the id that a search gave, as far as one's roles reach."""
    call.trace.touch(purpose=call.query.get("purpose"))
    identity = call.path["customer_id"]
    look = service.get(call.staff, call.scope, identity, call.language, clock.now())
    return _recorded(call, look)


@routes.post(
    "/v1/staff/customers/{customer_id}/contacts",
    access="staff",
    body="customers/contact",
    answer="customers/contacted",
    success=201,
    problems=(NotFoundError, OvertakenError),
)
def log(call: Call) -> Answer:
    """Logs a call to a customer with its outcome and the next date."""
    left, record = calls.log(
        call.staff,
        call.scope,
        call.path["customer_id"],
        call.body,
        call.language,
        clock.now(),
    )
    mark = call.path["customer_id"].partition(".")[0]
    call.trace.touch(f"customers/{mark}", f"policies/{record.policy_no}", fields=sorted(call.body))
    return Answer(201, left)


def _recorded(call: Call, look: Look) -> dict[str, Any]:
    call.trace.touch(*look.objects, fields=look.fields)
    return look.answer
