"""The door between Chalice and the rooms: a route reads, calls, answers; this does the rest.

A view takes one `Call` and returns a dict or an `Answer`. What goes wrong is raised as an error of
`errors.py` and becomes problem+json (RFC 9457) here and nowhere else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit

from chalice import Blueprint, CORSConfig, Response
from chalice.app import AuthResponse, AuthRoute, ChaliceAuthorizer

from chalicelib import clock, observability, settings, texts, tokens, validation
from chalicelib.audit import service as audit
from chalicelib.errors import (
    ChabaoError,
    ChallengeRequiredError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    TokenError,
    TooLargeError,
    UnsupportedMediaTypeError,
)
from chalicelib.staff import access as staff_access
from chalicelib.staff import service as staff_service
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff
from chalicelib.staff.visits import Visit

BODY_LIMIT = 64 * 1024
"""Bytes of a JSON body; every form of ours fits well below, files go to storage directly."""

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


@dataclass(frozen=True)
class Call:
    """One request as a view sees it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    caller: str
    """The address that API Gateway reports; never logged or stored in clear."""
    language: str
    request_id: str
    body: Any = None
    token: tokens.QueryToken | None = None
    """Set where the route's access is `query`."""
    visit: Visit | None = None
    """Set where the route's access is `staff`; views use what follows."""
    reach: Scope | None = None

    @property
    def staff(self) -> Staff:
        """Who is signed in, on a route of staff."""
        return self._visit.staff

    @property
    def trace(self) -> audit.Trace:
        """Where a view of a staff route notes what it touches and why, for the audit."""
        return self._visit.trace

    @property
    def scope(self) -> Scope:
        """How far the route reaches for who is signed in."""
        if self.reach is None:
            raise TypeError("nobody signs in on this route")
        return self.reach

    @property
    def _visit(self) -> Visit:
        if self.visit is None:
            raise TypeError("nobody signs in on this route")
        return self.visit

    def bearer(self) -> tokens.QueryToken:
        """The query token of a route whose access is `query`."""
        if self.token is None:
            raise TokenError
        return self.token

    def optional_bearer(self) -> tokens.QueryToken | None:
        """The query token of a public route that takes one; TokenError if it is a bad one."""
        return _token(self.headers) if "authorization" in self.headers else None

    def claim_bearer(self) -> tokens.QueryToken | tokens.TrackingToken:
        """The token of a route whose access is `claim`."""
        return tokens.read_any(_bearer(self.headers))


@dataclass(frozen=True)
class Answer:
    """A status with a body (any JSON value, or None for 204) and further headers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call], Answer | dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """What a route declares: read by the OpenAPI document and by the tests."""

    method: str
    path: str
    access: str
    body: str | None
    answer: str | None
    room: str
    name: str
    summary: str
    success: int = 200
    also: int | None = None
    """A second status of success; with the same body, unless it is 304."""
    problems: tuple[type[ChabaoError], ...] = ()
    """What the view itself may raise; what the door raises goes without saying."""
    query: tuple[str, ...] = ()
    """Optional query parameters."""


class Told(TypedDict, total=False):
    """What a route may say of itself besides its access and its schemas; see `Endpoint`."""

    success: int
    also: int
    problems: tuple[type[ChabaoError], ...]
    query: tuple[str, ...]


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

ENDPOINTS: list[Endpoint] = []
ACCESS = ("public", "query", "claim", "staff")
"""`public`: nobody is asked; `query`: Bearer token of a verified query; `claim`: that or the token
of a claim's reporter; `staff`: Bearer token of
the identity provider, and a grant in `schemas/access.json`."""


def _allow_staff(request: Any) -> AuthResponse:
    """The first gate of staff routes, before the API function; the door asks again itself.

    Its answer may be remembered by the gateway and therefore names all staff routes.
    """
    try:
        staff = staff_service.sign_in(request.token, clock.now())
    except TokenError as error:
        raise UnauthorizedError from error
    context = {"organisation": staff.organisation, "roles": " ".join(sorted(staff.roles))}
    return AuthResponse([AuthRoute("/v1/staff/*", ["*"])], staff.sub, context)


class UnauthorizedError(Exception):
    """When the gateway shall answer 401: it does so for exactly this message."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


STAFF_GATE = ChaliceAuthorizer("authorize_staff", _allow_staff)
"""Stands on every staff route. The switchboard registers the function that Lambda calls."""


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
            body=_body(request.raw_body, headers, endpoint.body, language),
            token=_token(headers) if endpoint.access == "query" else None,
        )
        if any(len(value) > PATH_LIMIT for value in parameters.values()):
            raise NotFoundError
        answer = view(call)
        if isinstance(answer, dict):
            answer = Answer(body=answer)
        if visit:
            visit.touched(parameters)
    except ChabaoError as error:
        answer = problem(error, language, request_id)
    # The last guard of the public door: a defect is logged whole and told as nothing.
    except Exception:  # noqa: BLE001 - the last guard; see above
        observability.logger.exception("request failed", route=view.__name__)
        answer = problem(ChabaoError(), language, request_id)
    if visit and not visit.recorded(answer.status, request_id):
        answer = problem(ChabaoError(), language, request_id)
    site = urlsplit(settings.get("PUBLIC_SITE_URL"))
    origin = {"Access-Control-Allow-Origin": f"{site.scheme}://{site.netloc}"}
    common = {**_HEADERS, **origin, "Content-Language": language, "X-Request-Id": request_id}
    content = "" if answer.body is None else _json(answer.body)
    return Response(content, {**common, **answer.headers}, answer.status)


def problem(error: ChabaoError, language: str, request_id: str) -> Answer:
    """The error as problem+json in the caller's language."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": texts.text(f"problem.{error.code}.title", language),
        "status": error.status,
        "detail": texts.text(f"problem.{error.code}.detail", language),
        "code": error.code,
        "request_id": request_id,
    }
    if isinstance(error, InvalidInputError):
        body["errors"] = [broken._asdict() for broken in error.errors]
    if isinstance(error, ChallengeRequiredError):
        body["challenge"] = error.challenge
    return Answer(error.status, body, {"Content-Type": "application/problem+json", **error.headers})


def _request_id(headers: Mapping[str, str], context: Mapping[str, Any]) -> str:
    wished = headers.get("x-request-id", "")
    return wished if _REQUEST_ID.fullmatch(wished) else str(context["requestId"])


def _token(headers: Mapping[str, str]) -> tokens.QueryToken:
    return tokens.read(_bearer(headers))


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenError(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def _body(raw: bytes | str, headers: Mapping[str, str], schema: str | None, language: str) -> Any:
    if schema is None:
        return None
    if len(raw) > BODY_LIMIT:
        raise TooLargeError
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaTypeError
    try:
        document = json.loads(raw, parse_constant=_refuse_constant)
        # Half of a surrogate pair is text that nothing after this can encode.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            [FieldError("", "not-json", texts.text("field.not-json", language))]
        ) from error
    validation.validate(schema, document, language)
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
