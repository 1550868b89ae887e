"""The event of a Lambda proxy integration (REST API, payload 1.0) and the answer made of a result.

Shapes: API Gateway developer guide, "Input format" and "Output format of a Lambda function for
proxy integration".
"""

import base64
import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from infra.local.routes import RestApi, Route
from infra.local.wire import Headers, Request, Response

SOURCE_IP_HEADER = "X-Local-Source-Ip"
# API Gateway sends these under another name when a function sets them.
_REMAPPED = frozenset({"connection", "content-length", "date", "server", "www-authenticate"})


class MalformedProxyResponseError(Exception):
    """When a function's result is no proxy response; the caller gets 502."""


@dataclass(frozen=True)
class Call:
    """One request to the API, with the identifiers that API Gateway would give it."""

    request: Request
    source_ip: str
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    extended_id: str = field(default_factory=lambda: secrets.token_urlsafe(11) + "=")
    started: float = field(default_factory=time.time)

    @property
    def trace_id(self) -> str:
        return f"Root=1-{int(self.started):08x}-{self.request_id.replace('-', '')[:24]}"


def build(
    call: Call,
    api: RestApi,
    route: Route,
    parameters: Mapping[str, str],
    body: bytes,
    *,
    account_id: str,
    authorizer: Mapping[str, Any] | None,
) -> bytes:
    """The event as JSON."""
    request = call.request
    headers = _headers(call)
    query = parse_qsl(request.query, keep_blank_values=True)
    binary = _media_type(request.headers.get("content-type")) in api.binary_types
    text = base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")
    event = {
        "resource": route.resource,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _collected(headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _collected(query) or None,
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": _context(call, api, route, account_id, authorizer),
        "body": text if body else None,
        "isBase64Encoded": binary and bool(body),
    }
    return json.dumps(event, ensure_ascii=False).encode()


def answer(call: Call, api: RestApi, payload: bytes) -> Response:
    """The HTTP answer that a function's result stands for."""
    result = json.loads(payload)
    if not isinstance(result, dict) or not str(result.get("statusCode", "")).isdigit():
        raise MalformedProxyResponseError
    multiple = result.get("multiValueHeaders") or {}
    single = result.get("headers") or {}
    body = result.get("body") or ""
    if not all(isinstance(part, dict) for part in (multiple, single)) or not isinstance(body, str):
        raise MalformedProxyResponseError
    shadowed = {name.lower() for name in multiple}
    fields = [(n, _field(v)) for n, v in single.items() if n.lower() not in shadowed]
    fields += [(n, _field(v)) for n, values in multiple.items() for v in values]
    fields = [(f"x-amzn-Remapped-{n}" if n.lower() in _REMAPPED else n, v) for n, v in fields]
    headers = Headers([*identifiers(call), *fields])
    if "content-type" not in headers:
        headers.fields.append(("Content-Type", "application/json"))
    if result.get("isBase64Encoded") and _takes_bytes(call, api):
        raw = base64.b64decode(body)
    else:
        raw = body.encode()
    return Response(int(result["statusCode"]), headers, raw)


def identifiers(call: Call) -> list[tuple[str, str]]:
    """The header fields that API Gateway adds to every answer."""
    return [
        ("x-amzn-RequestId", call.request_id),
        ("x-amz-apigw-id", call.extended_id),
        ("X-Amzn-Trace-Id", call.trace_id),
    ]


def _context(
    call: Call,
    api: RestApi,
    route: Route,
    account_id: str,
    authorizer: Mapping[str, Any] | None,
) -> dict[str, Any]:
    host = call.request.headers.get("host")
    unknown = (
        *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider"),
        *("cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId"),
        *("principalOrgId", "user", "userArn"),
    )
    identity = dict.fromkeys(unknown) | {
        "sourceIp": call.source_ip,
        "userAgent": call.request.headers.get("user-agent") or None,
    }
    context: dict[str, Any] = {
        "accountId": account_id,
        "apiId": api.api_id,
        "deploymentId": "local",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "extendedRequestId": call.extended_id,
        "httpMethod": call.request.method,
        "identity": identity,
        "path": f"/{api.stage}{call.request.path}",
        "protocol": "HTTP/1.1",
        "requestId": call.request_id,
        "requestTime": datetime.fromtimestamp(call.started, UTC).strftime("%d/%b/%Y:%H:%M:%S %z"),
        "requestTimeEpoch": int(call.started * 1000),
        "resourceId": "local",
        "resourcePath": route.resource,
        "stage": api.stage,
    }
    if authorizer is not None:
        context["authorizer"] = dict(authorizer)
    return context


def _headers(call: Call) -> list[tuple[str, str]]:
    request = call.request
    forwarded = request.headers.get("x-forwarded-for")
    own = request.headers.without(
        SOURCE_IP_HEADER, "Connection", "Transfer-Encoding", "Expect", "X-Forwarded-For"
    )
    return [
        *own.fields,
        ("X-Amzn-Trace-Id", call.trace_id),
        ("X-Forwarded-For", f"{forwarded}, {call.source_ip}" if forwarded else call.source_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def _collected(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = {}
    for name, value in pairs:
        collected.setdefault(name, []).append(value)
    return collected


def _takes_bytes(call: Call, api: RestApi) -> bool:
    """API Gateway decodes base64 only for a caller whose first accepted type is a binary one."""
    accepted = _media_type(call.request.headers.get("accept").partition(",")[0])
    return accepted in api.binary_types or "*/*" in api.binary_types


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _field(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("\r", " ").replace("\n", " ")
