"""HTTP of figures for decisions, all of it for staff."""

from typing import Any

from chalicelib import clock
from chalicelib.analysis import service
from chalicelib.errors import InvalidInputError, NotFoundError
from chalicelib.http import Call, Routes

routes = Routes(__name__)


@routes.get(
    "/v1/staff/analysis/{organisation}",
    access="staff",
    answer="analysis/tables",
    query=("day",),
    problems=(InvalidInputError, NotFoundError),
)
def tables(call: Call) -> dict[str, Any]:
    """Insured, policies, renewals of an organisation and all below, as counted for a day.

    Nothing under five people is shown, nor what would tell it by subtraction.
    """
    found = service.tables(
        call.scope, call.path["organisation"], call.query.get("day"), call.language, clock.now()
    )
    call.trace.touch(f"analysis/{found['organisation']}/{found['day']}")
    return found
