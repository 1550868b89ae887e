"""The REST API of the template: which method and path belong to which integration.

Read from the OpenAPI document in `DefinitionBody` that Chalice packages, so that what is not
deployed as a route is no route here either.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from infra.local.intrinsics import TemplateError
from infra.local.resources import Resources

_FUNCTION_ARN = re.compile(r"/functions/(.+)/invocations$")
_METHODS = (
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "x-amazon-apigateway-any-method",
)
_QUOTED = re.compile(r"^'(.*)'$")


@dataclass(frozen=True)
class Authorizer:
    """A Lambda authorizer of type TOKEN."""

    name: str
    function_arn: str
    header: str
    seconds: int
    accepted: re.Pattern[str] | None


@dataclass(frozen=True)
class Route:
    """One method of one resource path; without a function it is a mock with fixed headers."""

    method: str
    resource: str
    function_arn: str | None
    authorizer: Authorizer | None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class GatewayResponse:
    """What the API answers by itself for one response type, where the template says so.

    Values of headers may be variables, `context.requestId`, filled in for each answer.
    """

    status: int | None
    headers: Mapping[str, str]
    bodies: Mapping[str, str]


@dataclass(frozen=True)
class RestApi:
    """The API: stage, routes by resource path, own responses, media types taken as bytes."""

    api_id: str
    stage: str
    routes: Mapping[tuple[str, str], Route]
    responses: Mapping[str, GatewayResponse]
    binary_types: frozenset[str]
    _paths: list[tuple[re.Pattern[str], str]]

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its decoded path parameters; fixed segments win over variable ones."""
        for pattern, resource in self._paths:
            found = pattern.fullmatch(path)
            if not found:
                continue
            route = self.routes.get((method, resource)) or self.routes.get(("ANY", resource))
            if route:
                names = re.findall(r"\{(\w+)\+?\}", resource)
                values = (unquote(value) for value in found.groups())
                return route, dict(zip(names, values, strict=True))
        return None


def read(resources: Resources) -> RestApi:
    """The template's one REST API."""
    apis = resources.of_type("AWS::Serverless::Api")
    if len(apis) != 1:
        raise TemplateError(f"one REST API is expected, the template has {len(apis)}")
    properties = resources.resolve(next(iter(apis.values())))
    document = properties["DefinitionBody"]
    authorizers = _authorizers(document)
    routes = {}
    for resource, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                route = _route(method, resource, operation, authorizers)
                routes[route.method, resource] = route
    return RestApi(
        api_id="local",
        stage=str(properties["StageName"]),
        routes=routes,
        responses={
            kind: _gateway_response(response)
            for kind, response in document.get("x-amazon-apigateway-gateway-responses", {}).items()
        },
        binary_types=frozenset(document.get("x-amazon-apigateway-binary-media-types", [])),
        _paths=[(_pattern(r), r) for r in sorted(document["paths"], key=_precedence)],
    )


def _route(
    method: str, resource: str, operation: Mapping[str, Any], authorizers: Mapping[str, Authorizer]
) -> Route:
    integration = operation["x-amazon-apigateway-integration"]
    kind = "ANY" if method.startswith("x-") else method.upper()
    named = [name for choice in operation.get("security", []) for name in choice]
    authorizer = next((authorizers[name] for name in named if name in authorizers), None)
    if integration["type"] == "mock":
        answer = integration["responses"]["default"]
        headers = {
            name.removeprefix("method.response.header."): _unquoted(value)
            for name, value in answer.get("responseParameters", {}).items()
        }
        return Route(kind, resource, None, authorizer, headers, int(answer["statusCode"]))
    if integration["type"] != "aws_proxy":
        raise TemplateError(f"{kind} {resource}: {integration['type']} is not played locally")
    found = _FUNCTION_ARN.search(integration["uri"])
    if not found:
        raise TemplateError(f"{kind} {resource}: its integration names no function")
    return Route(kind, resource, found[1], authorizer)


def _authorizers(document: Mapping[str, Any]) -> dict[str, Authorizer]:
    authorizers = {}
    for name, scheme in document.get("securityDefinitions", {}).items():
        how = scheme.get("x-amazon-apigateway-authorizer", {})
        if how.get("type", "").lower() != "token":
            continue
        found = _FUNCTION_ARN.search(how["authorizerUri"])
        if not found:
            raise TemplateError(f"authorizer {name} names no function")
        accepted = how.get("identityValidationExpression")
        authorizers[name] = Authorizer(
            name=name,
            function_arn=found[1],
            header=scheme["name"],
            seconds=int(how.get("authorizerResultTtlInSeconds", 300)),
            accepted=re.compile(accepted) if accepted else None,
        )
    return authorizers


def _gateway_response(response: Mapping[str, Any]) -> GatewayResponse:
    headers = {
        name.removeprefix("gatewayresponse.header."): (
            f"${value}" if value.startswith("context.") else _unquoted(value)
        )
        for name, value in response.get("responseParameters", {}).items()
        if name.startswith("gatewayresponse.header.")
    }
    status = response.get("statusCode")
    return GatewayResponse(
        int(status) if status else None, headers, response.get("responseTemplates", {})
    )


def _unquoted(value: str) -> str:
    found = _QUOTED.match(value)
    return found[1] if found else value


def _pattern(resource: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\+?\})", resource)
    return re.compile(
        "".join(
            re.escape(part) if not part.startswith("{") else "(.+)" if "+" in part else "([^/]+)"
            for part in parts
        )
    )


def _precedence(resource: str) -> list[int]:
    """Per segment: fixed before variable before greedy."""
    return [2 if "+}" in s else 1 if s.startswith("{") else 0 for s in resource.split("/")]
