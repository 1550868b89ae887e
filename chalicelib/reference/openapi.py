"""The OpenAPI 3.1 document, made from the routes as declared and the schemas that validate."""

from typing import Any

from chalicelib import http, texts, validation

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
            "schemas": {"problem": _embedded("problem")},
            "securitySchemes": {
                "query": {"type": "http", "scheme": "bearer"},
                "staff": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
        },
    }


def _operation(endpoint: http.Endpoint, language: str) -> dict[str, Any]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.room}_{endpoint.name}",
        "tags": [endpoint.room],
        "summary": endpoint.summary,
        "security": [] if endpoint.access == "public" else [{endpoint.access: []}],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in names
        ],
        "responses": {
            "200": {"description": texts.text("openapi.success", language)},
            "default": {
                "description": texts.text("openapi.problem", language),
                "content": {"application/problem+json": {"schema": _PROBLEM}},
            },
        },
    }
    if endpoint.answer:
        operation["responses"]["200"]["content"] = _json(endpoint.answer)
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": _json(endpoint.body)}
    return operation


def _json(name: str) -> dict[str, Any]:
    schema = _embedded(name)
    examples = schema.pop("examples", [])
    content: dict[str, Any] = {"schema": schema}
    if examples:
        content["examples"] = {
            str(place): {"value": example} for place, example in enumerate(examples)
        }
    return {"application/json": content}


def _embedded(name: str) -> dict[str, Any]:
    """A schema file as part of the document; its own `$id` keeps its inner references whole."""
    return {key: value for key, value in validation.load(name).items() if key != "$schema"}
