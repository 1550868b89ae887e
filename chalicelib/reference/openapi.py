"""The OpenAPI 3.1 document, made from the routes as declared and the schemas that validate."""

from typing import Any

from chalicelib import http, texts, validation
from chalicelib.errors import (
    ChabaoError,
    ForbiddenError,
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    PreconditionFailedError,
    TokenError,
    TooLargeError,
    UndertakingRequiredError,
    UnsupportedMediaTypeError,
)

_HEADERS = {"X-Request-Id": {"schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"schema": {"type": "integer", "minimum": 1, "maximum": 900}}}
_TAG = {"type": "string", "maxLength": 200}
_SENT = {
    "Accept-Language": {"type": "string", "maxLength": 200},
    # Spaces around a header's value are none of it (RFC 9110, 5.5).
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$"},
    "If-Match": _TAG,
    "If-None-Match": _TAG,
}
"""Headers that requests may bring, by name; all of them may be left out."""
_PROBLEM = {"$ref": "#/components/schemas/problem"}


def document(language: str) -> dict[str, Any]:
    """The description of every route; a route that is not in it does not exist."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in http.ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, language
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": texts.text("openapi.title", language),
            "description": texts.text("openapi.description", language),
            "version": "1",
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _components(),
            "securitySchemes": {
                "query": {"type": "http", "scheme": "bearer"},
                "claim": {"type": "http", "scheme": "bearer"},
                "staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(endpoint: http.Endpoint, language: str) -> dict[str, Any]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    success = {"description": texts.text("openapi.success", language), "headers": _HEADERS}
    content = {"content": _json(endpoint.answer)} if endpoint.answer else {}
    statuses = [status for status in (endpoint.success, endpoint.also) if status]
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.room}_{endpoint.name}",
        "tags": [endpoint.room],
        "summary": endpoint.summary,
        "security": [] if endpoint.access == "public" else [{endpoint.access: []}],
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": http.PATH_LIMIT},
            }
            for name in names
        ]
        + [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
            for name in endpoint.query
        ]
        + [
            {"name": name, "in": "header", "required": False, "schema": _SENT[name]}
            for name in headers(endpoint)
        ],
        "responses": {
            **{str(s): {**success, **(content if s != 304 else {})} for s in statuses},
            **_problems(endpoint, language),
        },
    }
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": _json(endpoint.body)}
    return operation


def headers(endpoint: http.Endpoint) -> list[str]:
    """The headers that the route reads, told by what it may answer because of them."""
    found = ["Accept-Language"]
    if KeyReusedError in endpoint.problems:
        found.append("Idempotency-Key")
    if PreconditionFailedError in endpoint.problems:
        found.append("If-Match")
    if endpoint.also == 304:
        found.append("If-None-Match")
    return found


def _problems(endpoint: http.Endpoint, language: str) -> dict[str, Any]:
    """A response for each status of what the door and the view may refuse with."""
    possible: list[type[ChabaoError]] = [ChabaoError, *endpoint.problems]
    if endpoint.access != "public":
        possible.append(TokenError)
    if endpoint.access == "staff":
        possible += [ForbiddenError, UndertakingRequiredError]
    if "{" in endpoint.path:
        possible.append(NotFoundError)
    if endpoint.body:
        possible += [InvalidInputError, TooLargeError, UnsupportedMediaTypeError]
    by_status: dict[str, list[str]] = {}
    # A view may name what the door says anyway.
    for error in dict.fromkeys(possible):
        by_status.setdefault(str(error.status), []).append(error.code)
    return {
        status: {
            "description": "; ".join(
                texts.text(f"problem.{code}.title", language) for code in codes
            ),
            "headers": {**_HEADERS, **(_RETRY if "too-many-requests" in codes else {})},
            "content": {"application/problem+json": {"schema": _PROBLEM}},
        }
        for status, codes in sorted(by_status.items())
    }


def _json(name: str) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{_component(name)}"}}
    if examples := validation.load(name).get("examples", []):
        content["examples"] = {
            str(place): {"value": example} for place, example in enumerate(examples)
        }
    return {"application/json": content}


def _components() -> dict[str, Any]:
    """Every schema that routes name, and what each defines within, side by side.

    References into a schema that stands inside the document are what tools stumble over.
    """
    named = {schema for endpoint in http.ENDPOINTS for schema in (endpoint.body, endpoint.answer)}
    found: dict[str, Any] = {}
    for name in sorted({"problem", *(schema for schema in named if schema)}):
        schema = _referring(validation.load(name), _component(name))
        for own, part in schema.pop("$defs", {}).items():
            found[f"{_component(name)}.{own}"] = part
        for left in ("$schema", "$id", "examples"):
            schema.pop(left, None)
        found[_component(name)] = schema
    return found


def _referring(value: Any, component: str) -> Any:
    """The schema with its references to its own definitions led to the components."""
    if isinstance(value, dict):
        return {
            key: part.replace("#/$defs/", f"#/components/schemas/{component}.")
            if key == "$ref"
            else _referring(part, component)
            for key, part in value.items()
        }
    return [_referring(part, component) for part in value] if isinstance(value, list) else value


def _component(name: str) -> str:
    return name.replace("/", ".")
