"""HTTP of partner links."""

from typing import Any

from chalicelib import clock
from chalicelib.errors import NotFoundError, PreconditionFailedError
from chalicelib.http import Answer, Call, Routes
from chalicelib.partners import service

routes = Routes(__name__)


@routes.get("/go/{partner}", access="public", success=302, problems=(NotFoundError,), query=("to",))
def follow(call: Call) -> Answer:
    """Leads to an allowed page and says there which partner's link was followed."""
    entry = call.query.get("to", "query")
    return Answer(
        302, headers={"Location": service.follow(call.path["partner"], entry, clock.now())}
    )


@routes.get(
    "/v1/links",
    access="public",
    answer="partners/links",
    problems=(NotFoundError,),
    query=("partner",),
)
def links(call: Call) -> dict[str, Any]:
    """The entry points of the service, and whom to ask about them."""
    return service.links(call.query.get("partner"), call.language)


@routes.put(
    "/v1/staff/partners/{code}",
    access="staff",
    body="partners/partner",
    answer="partners/registered",
    problems=(NotFoundError, PreconditionFailedError),
)
def register(call: Call) -> Answer:
    """Registers a partner or changes what is registered of one."""
    code = call.path["code"]
    etag, facts = service.register(code, call.body, call.headers.get("if-match"))
    call.trace.touch(f"partner/{code}", fields=call.body)
    return Answer(200, facts, {"ETag": etag})
