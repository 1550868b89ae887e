"""HTTP of policy documents."""

from typing import Any

from chalicelib import clock, texts
from chalicelib.documents import service
from chalicelib.errors import (
    AssuranceTooLowError,
    DocumentNotReadyError,
    FieldError,
    InvalidInputError,
    NotFoundError,
)
from chalicelib.http import Call, Routes

routes = Routes(__name__)

_REFUSALS = (AssuranceTooLowError, NotFoundError, DocumentNotReadyError)


@routes.get(
    "/v1/policies/{policy_no}/document",
    access="query",
    answer="documents/link",
    problems=(*_REFUSALS, InvalidInputError),
    query=("language",),
)
def link(call: Call) -> dict[str, Any]:
    """The policy document as a link that works for a minute; `language` names a translation."""
    language = call.query.get("language", texts.BASE)
    if language not in service.LANGUAGES:
        detail = texts.text("field.not-listed", call.language, limit=", ".join(service.LANGUAGES))
        raise InvalidInputError([FieldError("/language", "not-listed", detail)])
    return service.open_for(call.bearer(), call.path["policy_no"], clock.now(), language)


@routes.get("/v1/documents/{reference}", access="public", answer="documents/genuine")
def genuine(call: Call) -> dict[str, Any]:
    """Whether a document, named by its SHA-256 or document id, is genuine."""
    return service.genuine(call.path["reference"])
