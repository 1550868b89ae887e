"""HTTP of queries."""

from typing import Any

from chalicelib import clock, codes, languages, pages
from chalicelib.errors import AssuranceTooLowError, InvalidInputError, NotFoundError
from chalicelib.http import Answer, Call, Routes
from chalicelib.partners import service as partners
from chalicelib.policies import service as policies_service
from chalicelib.queries import service

routes = Routes(__name__)


@routes.get("/v1/lines", access="public", answer="queries/lines")
def lines(call: Call) -> dict[str, Any]:
    """The lines that can be queried and what each asks for."""
    return {
        "lines": [
            {
                "line": line["line"],
                "name": languages.label(line["name"], call.language),
                "entry": line["entry"],
                "verification": line["verification"],
            }
            for line in codes.lines()
            if line["queryable"]
        ]
    }


@routes.post(
    "/v1/queries/{query_id}/views",
    access="query",
    body="queries/view",
    success=204,
    problems=(NotFoundError,),
)
def view(call: Call) -> Answer:
    """Notes that a section of the answer was opened; each counts once."""
    service.view(call.bearer(), call.path["query_id"], call.body["section"], clock.now())
    return Answer(204)


@routes.get(
    "/v1/policies",
    access="query",
    answer="queries/policies",
    problems=(AssuranceTooLowError, InvalidInputError),
    query=pages.QUERY,
)
def policies(call: Call) -> dict[str, Any]:
    """The bearer's own policies with us; `cursor` leads to the next ones."""
    page = pages.asked(call.query, call.language, default=pages.LIMIT, form=policies_service.PLACE)
    found, after = service.own(call.bearer(), page, call.language, clock.now())
    listed = pages.answer(found, after)
    return {"policies": listed["items"], "cursor": listed["cursor"]}


@routes.post(
    "/v1/policies/{policy_no}/queries",
    access="query",
    body=None,
    answer="queries/answer",
    problems=(AssuranceTooLowError, NotFoundError),
)
def open_own(call: Call) -> dict[str, Any]:
    """Opens another of the bearer's own policies without typing again."""
    return service.open_own(call.bearer(), call.path["policy_no"], _asker(call), clock.now())


@routes.post(
    "/v1/queries",
    access="public",
    body="queries/request",
    answer="queries/answer",
    problems=service.REFUSALS,
)
def verify(call: Call) -> dict[str, Any]:
    """Verifies and answers: policy, claims, and a token for what follows."""
    return service.verify(call.body, _asker(call), clock.now())


@routes.post(
    "/v1/staff/queries",
    access="staff",
    body="queries/staff",
    answer="queries/answer",
    problems=service.REFUSALS,
)
def verify_for_caller(call: Call) -> dict[str, Any]:
    """Verifies and answers for somebody on the telephone or at the counter, by the same rule."""
    asked = dict(call.body)
    asker = service.Asker(f"staff/{call.staff.sub}", call.language, asked.pop("channel"))
    answer = service.verify(asked, asker, clock.now())
    call.trace.touch(f"query/{answer['query_id']}", purpose=asker.channel)
    return answer


def _asker(call: Call) -> service.Asker:
    sent = call.body.get("partner") if call.body else None
    return service.Asker(call.caller, call.language, partner=partners.attributed(sent, clock.now()))
