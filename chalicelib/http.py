"""The door between Chalice and the rooms: a route reads, calls, answers; this does the rest.

A view takes one `Call` and returns a dict or an `Answer` (`calls.py`). What goes wrong is raised
as an error of `errors.py` and becomes problem+json (`problems.py`) here and nowhere else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Unpack
from urllib.parse import urlsplit

from chalice import Blueprint, CORSConfig, Response

from chalicelib import calls, clock, observability, settings, texts
from chalicelib.calls import Answer, Call, View
from chalicelib.endpoints import ACCESS, ENDPOINTS, Endpoint, Told
from chalicelib.errors import (
    ChabaoError,
    NotFoundError,
    TooManyRequestsError,
    VerificationFailedError,
)
from chalicelib.problems import problem
from chalicelib.staff import access as staff_access
from chalicelib.staff.gate import STAFF_GATE
from chalicelib.staff.visits import Visit

__all__ = ["ACCESS", "ENDPOINTS", "STAFF_GATE", "Answer", "Call", "Endpoint", "Routes", "View"]

PATH_LIMIT = 255
"""Characters of a path parameter: subjects of staff may have as many, all else has fewer."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/json",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Vary": "Accept-Language, Authorization",
    "X-Content-Type-Options": "nosniff",
}

_CORS = CORSConfig(
    # Our own site: in the preflight the packaging puts it here, in an answer the door does.
    allow_origin="*",
    allow_headers=[
        "Accept-Language",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "X-Request-Id",
    ],
    expose_headers=["ETag", "Location", "Retry-After", "X-Request-Id"],
    max_age=600,
)


class Routes(Blueprint):
    """A room's routes. Each declares who may call it; what is not declared does not exist."""

    def get(
        self, path: str, *, access: str, answer: str | None = None, **told: Unpack[Told]
    ) -> Callable[[View], View]:
        """Registers a GET; `answer` names the schema of the body."""
        return self._route("GET", path, access, None, answer, told)

    def post(
        self,
        path: str,
        *,
        access: str,
        body: str | None,
        answer: str | None = None,
        **told: Unpack[Told],
    ) -> Callable[[View], View]:
        """Registers a POST whose JSON body is validated against the schema named `body`."""
        return self._route("POST", path, access, body, answer, told)

    def put(
        self,
        path: str,
        *,
        access: str,
        body: str | None,
        answer: str | None = None,
        **told: Unpack[Told],
    ) -> Callable[[View], View]:
        """Registers a PUT, likewise."""
        return self._route("PUT", path, access, body, answer, told)

    def _route(
        self,
        method: str,
        path: str,
        access: str,
        body: str | None,
        answer: str | None,
        told: Told,
    ) -> Callable[[View], View]:
        if access not in ACCESS:
            raise ValueError(f"{method} {path} declares no access that exists: {access}")
        if access == "staff" and staff_access.state(method, path) != "served":
            raise ValueError(f"{method} {path} is not marked as served in schemas/access.json")

        def register(view: View) -> View:
            room = view.__module__.split(".")[1]
            summary = (view.__doc__ or "").strip().partition("\n")[0]
            endpoint = Endpoint(
                method, path, access, body, answer, room, view.__name__, summary, **told
            )
            ENDPOINTS.append(endpoint)

            def served(**parameters: str) -> Response:
                return _serve(self.current_request, view, parameters, endpoint)

            served.__name__ = f"{room}_{view.__name__}"
            # Chalice answers 415 itself, in a form of its own, unless every type is let through.
            self.route(
                path,
                methods=[method],
                name=served.__name__,
                content_types=["*/*"],
                cors=_CORS,
                authorizer=STAFF_GATE if access == "staff" else None,
            )(served)
            return view

        return register


def _serve(request: Any, view: View, parameters: Mapping[str, str], endpoint: Endpoint) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    language = texts.negotiate(headers.get("accept-language", ""))
    request_id = _request_id(headers, request.context)
    observability.begin("api_handler", request_id)
    visit: Visit | None = None
    try:
        if endpoint.access == "staff":
            visit = Visit(endpoint.method, endpoint.path, headers, request.context, clock.now())
        call = Call(
            path=parameters,
            query=dict(request.query_params or {}),
            headers=headers,
            caller=request.context["identity"]["sourceIp"],
            language=language,
            request_id=request_id,
            visit=visit,
            reach=visit.admit() if visit else None,
            body=calls.document(request.raw_body, headers, endpoint.body, language),
            token=calls.query_token(headers) if endpoint.access == "query" else None,
        )
        if any(len(value) > PATH_LIMIT for value in parameters.values()):
            raise NotFoundError
        answer = view(call)
        if isinstance(answer, dict):
            answer = Answer(body=answer)
        if visit:
            visit.touched(parameters)
    except ChabaoError as error:
        _count(error)
        answer = problem(error, language, request_id)
    # The last guard of the public door: a defect is logged whole and told as nothing.
    except Exception:  # noqa: BLE001 - the last guard; see above
        observability.logger.exception("request failed", route=view.__name__)
        observability.count("Failures")
        answer = problem(ChabaoError(), language, request_id)
    if visit and not visit.recorded(answer.status, request_id):
        answer = problem(ChabaoError(), language, request_id)
    if callable(answer.body):
        answer = replace(answer, body=answer.body())
    site = urlsplit(settings.get("PUBLIC_SITE_URL"))
    origin = {"Access-Control-Allow-Origin": f"{site.scheme}://{site.netloc}"}
    common = {**_HEADERS, **origin, "Content-Language": language, "X-Request-Id": request_id}
    content = "" if answer.body is None else _json(answer.body)
    return Response(content, {**common, **answer.headers}, answer.status)


def _count(error: ChabaoError) -> None:
    """Refusals that alarms watch: they tell of guessing, and of imports that changed ID numbers."""
    if isinstance(error, VerificationFailedError):
        observability.count("VerificationsFailed")
    elif isinstance(error, TooManyRequestsError):
        observability.count("LockOuts")


def _request_id(headers: Mapping[str, str], context: Mapping[str, Any]) -> str:
    wished = headers.get("x-request-id", "")
    return wished if _REQUEST_ID.fullmatch(wished) else str(context["requestId"])


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
