"""HTTP of queries."""

from typing import Any

from chalicelib import clock, codes
from chalicelib.http import Call, Routes
from chalicelib.queries import service

routes = Routes(__name__)


@routes.get("/v1/lines", access="public", answer="queries/lines")
def lines(call: Call) -> dict[str, Any]:
    """The lines that can be queried and what each asks for."""
    return {
        "lines": [
            {
                "line": line["line"],
                "name": line["name"][call.language],
                "entry": line["entry"],
                "verification": line["verification"],
            }
            for line in codes.lines()
            if line["queryable"]
        ]
    }


@routes.post("/v1/queries", access="public", body="queries/request", answer="queries/answer")
def verify(call: Call) -> dict[str, Any]:
    """Verifies and answers: policy, claims, and a token for what follows."""
    return service.verify(call.body, call.language, clock.now())
