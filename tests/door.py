"""The API in-process, as API Gateway calls it: the gate first where a route has one."""

import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import unquote

from infra.permissions.guard import Guard

METHOD_ARN = "arn:test:execute-api:region:account:api/stage/"


@dataclass(frozen=True)
class Reply:
    """What the caller gets; `body` is parsed JSON, None if there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Door:
    """Calls the handlers of `app.py` with the events that API Gateway sends."""

    guard: ClassVar[Guard] = Guard({})
    """Holds the functions to their policies, in a process that has set and installed it."""

    def __init__(self) -> None:
        self.app = importlib.import_module("app")
        self._context = SimpleNamespace(aws_request_id="test")

    def get(self, path: str, **options: Any) -> Reply:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any, **options: Any) -> Reply:
        return self.call("POST", path, body=body, **options)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        gate: bool = True,
        caller: str = "192.0.2.1",
    ) -> Reply:
        """`gate=False` leaves out the authorizer, as a wrong deployment would."""
        resource, parameters = self._resource(path)
        sent = {"content-type": "application/json", **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        context: dict[str, Any] = {
            "httpMethod": method,
            "resourcePath": resource,
            "requestId": "test",
            "identity": {"sourceIp": caller},
        }
        route = self.app.app.routes[resource][method]
        if route.authorizer is not None and gate:
            try:
                context["authorizer"] = self._pass_gate(sent.get("authorization"), method, path)
            except Exception as error:
                if str(error) != "Unauthorized":
                    raise
                return Reply(401, {}, None)
        event = {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "multiValueQueryStringParameters": {n: [v] for n, v in (query or {}).items()} or None,
            "pathParameters": parameters,
            "stageVariables": None,
            "requestContext": context,
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        with self.guard.acting("api_handler"):
            answer = self.app.app(event, self._context)
        content = json.loads(answer["body"]) if answer["body"] else None
        return Reply(answer["statusCode"], answer["headers"], content)

    def _pass_gate(self, authorization: str | None, method: str, path: str) -> dict[str, Any]:
        if not authorization:
            raise PermissionError("Unauthorized")
        event = {
            "type": "TOKEN",
            "authorizationToken": authorization,
            "methodArn": f"{METHOD_ARN}{method}{path}",
        }
        with self.guard.acting("authorize_staff"):
            verdict = self.app.authorize_staff(event, self._context)
        return {"principalId": verdict["principalId"], **verdict["context"]}

    def _resource(self, path: str) -> tuple[str, dict[str, str]]:
        """The route's path pattern and the values in it; fixed segments win."""
        for resource in sorted(self.app.app.routes, key=lambda r: (r.count("{"), r)):
            names = re.findall(r"\{(\w+)\}", resource)
            pattern = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(resource))
            if found := re.fullmatch(pattern, path):
                values = (unquote(value) for value in found.groups())
                return resource, dict(zip(names, values, strict=True))
        raise LookupError(path)
