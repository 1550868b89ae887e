"""HTTP of customers."""

from typing import Any

from chalicelib import clock
from chalicelib.customers import service
from chalicelib.customers.service import Look
from chalicelib.errors import NotFoundError
from chalicelib.http import Call, Routes

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


def _recorded(call: Call, look: Look) -> dict[str, Any]:
    call.trace.touch(*look.objects, fields=look.fields)
    return look.answer
