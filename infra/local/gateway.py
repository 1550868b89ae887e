"""API Gateway as the template describes it: routes, authorizers, limits, its own answers."""

import asyncio
import json
from collections.abc import Mapping

from infra.local import proxy_event
from infra.local.authorizers import Authorizers, RefusedError
from infra.local.metrics import Metrics
from infra.local.pool import Pool
from infra.local.proxy_event import SOURCE_IP_HEADER, Call, MalformedProxyResponseError
from infra.local.resources import Resources
from infra.local.routes import RestApi, Route
from infra.local.wire import Headers, Request, Response, TooLargeError
from infra.local.workers import PAYLOAD_LIMIT

BODY_LIMIT = 10 * 1024 * 1024
SECONDS = 29

# API Gateway developer guide, "Gateway response types": default status and message.
_OWN_ANSWERS = {
    "ACCESS_DENIED": (403, "User is not authorized to access this resource"),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, "Internal server error"),
    "AUTHORIZER_FAILURE": (500, "Internal server error"),
    # What has no type of its own, such as a function that broke off or answered with nonsense.
    "DEFAULT_5XX": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "UNAUTHORIZED": (401, "Unauthorized"),
}


class Gateway:
    """Answers a request to the REST API by invoking the function that its route names."""

    def __init__(
        self, api: RestApi, resources: Resources, pools: Mapping[str, Pool], metrics: Metrics
    ) -> None:
        self._api = api
        self._resources = resources
        self._pools = pools
        self._authorizers = Authorizers(pools)
        self._metrics = metrics

    async def answer(self, request: Request) -> Response:
        """The answer of a function, or the gateway's own."""
        source_ip = request.headers.get(SOURCE_IP_HEADER) or request.peer
        call = Call(request, source_ip)
        response = await self._guarded(call)
        counted = ["Count", "5XXError"] if response.status >= 500 else ["Count"]
        for metric in counted:
            self._metrics.count(
                "AWS/ApiGateway",
                metric,
                ApiName=self._resources.stack_name,
                Stage=self._api.stage,
            )
        return response

    async def _guarded(self, call: Call) -> Response:
        """The answer of the route, or the gateway's own for what went wrong."""
        try:
            return await self._answer(call)
        except RefusedError as error:
            return self._own(call, error.kind)
        except TooLargeError:
            return self._own(call, "REQUEST_TOO_LARGE")
        except TimeoutError:
            return self._own(call, "INTEGRATION_TIMEOUT")
        except MalformedProxyResponseError:
            return self._own(call, "DEFAULT_5XX")

    async def _answer(self, call: Call) -> Response:
        request = call.request
        found = self._api.match(request.method, request.path)
        if found is None:
            raise RefusedError("MISSING_AUTHENTICATION_TOKEN")
        route, parameters = found
        authorizer = None
        if route.authorizer:
            authorizer = await self._authorizers.admit(
                route.authorizer, request, self._method_arn(request)
            )
        body = await request.body.read(BODY_LIMIT)
        if route.function_arn is None:
            headers = [*proxy_event.identifiers(call), *route.headers.items()]
            return Response(route.status, Headers(headers))
        event = proxy_event.build(
            call,
            self._api,
            route,
            parameters,
            body,
            account_id=self._resources.account_id,
            authorizer=authorizer,
        )
        return await self._invoke(call, route, event)

    async def _invoke(self, call: Call, route: Route, event: bytes) -> Response:
        if len(event) > PAYLOAD_LIMIT:
            raise TooLargeError
        pool = self._pools[str(route.function_arn)]
        async with asyncio.timeout(SECONDS):
            result = await pool.invoke(event, trace_id=call.trace_id)
        if result.error == "Sandbox.Timedout":
            raise TimeoutError
        if result.error:
            raise MalformedProxyResponseError
        return proxy_event.answer(call, self._api, result.payload)

    def _method_arn(self, request: Request) -> str:
        resource = f"{self._api.api_id}/{self._api.stage}/{request.method}{request.path}"
        return self._resources.arn("execute-api", resource)

    def _own(self, call: Call, kind: str) -> Response:
        """The gateway response of that type: the template's, else its default's, else AWS's."""
        status, message = _OWN_ANSWERS[kind]
        context = self._context(call, kind, message)
        default = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
        chosen = self._api.responses.get(kind) or self._api.responses.get(default)
        content_type, template = "application/json", '{"message":$context.error.messageString}'
        fields = [*proxy_event.identifiers(call), ("x-amzn-ErrorType", _error_type(kind))]
        if chosen:
            status = chosen.status or status
            fields += [(name, _filled(value, context)) for name, value in chosen.headers.items()]
            content_type, template = next(iter(chosen.bodies.items()), (content_type, template))
        headers = Headers(fields)
        if "content-type" not in headers:
            headers.fields.append(("Content-Type", content_type))
        return Response(status, headers, _filled(template, context).encode())

    def _context(self, call: Call, kind: str, message: str) -> dict[str, str]:
        """The $context variables that a gateway response may use."""
        return {
            "error.messageString": json.dumps(message),
            "error.message": message,
            "error.responseType": kind,
            "requestId": call.request_id,
            "extendedRequestId": call.extended_id,
            "identity.sourceIp": call.source_ip,
            "httpMethod": call.request.method,
            "path": f"/{self._api.stage}{call.request.path}",
            "stage": self._api.stage,
        }


def _filled(template: str, context: Mapping[str, str]) -> str:
    """The template with its $context variables; longer names first, one is another's beginning."""
    for name in sorted(context, key=len, reverse=True):
        template = template.replace(f"$context.{name}", context[name])
    return template


def _error_type(kind: str) -> str:
    if kind == "DEFAULT_5XX":
        return "InternalServerErrorException"
    words = "".join(word.capitalize() for word in kind.split("_"))
    return f"{words}Exception"
