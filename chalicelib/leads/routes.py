"""HTTP of leads."""

from typing import Any

from chalicelib import clock
from chalicelib.http import Call, Routes
from chalicelib.leads import questionnaires

routes = Routes(__name__)


@routes.get("/v1/questionnaires/current", access="public", answer="leads/questionnaire")
def questionnaire(call: Call) -> dict[str, Any]:
    """The questionnaire of the needs assessment: a JSON Schema, and the words of consent."""
    return questionnaires.current(clock.shanghai_day(clock.now()), call.language)
