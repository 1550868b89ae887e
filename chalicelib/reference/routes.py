"""HTTP of the reference."""

from typing import Any

from chalicelib.http import Call, Routes
from chalicelib.reference import openapi

routes = Routes(__name__)


@routes.get("/v1/openapi.json", access="public", answer="reference/openapi")
def description(call: Call) -> dict[str, Any]:
    """This document."""
    return openapi.document(call.language)


@routes.get("/v1/health", access="public", answer="reference/health")
def health(_call: Call) -> dict[str, Any]:
    """Whether the API answers at all; what stands behind it is watched by alarms."""
    return {"status": "ok"}
