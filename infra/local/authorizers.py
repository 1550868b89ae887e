"""Lambda authorizers of type TOKEN: asked once per token while their answer is fresh."""

import fnmatch
import json
import time
from collections.abc import Mapping
from typing import Any

from infra.local.pool import Pool
from infra.local.routes import Authorizer
from infra.local.wire import Request


class RefusedError(Exception):
    """When the caller does not get through; `kind` is the gateway's response type."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Authorizers:
    """Asks the authorizer functions and remembers what they said, per token, as API Gateway does.

    The remembered policy holds for every method of the API: one that names only the method that
    was asked for denies the next one, here as there.
    """

    def __init__(self, pools: Mapping[str, Pool]) -> None:
        self._pools = pools
        self._remembered: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}

    async def admit(
        self, authorizer: Authorizer, request: Request, method_arn: str
    ) -> dict[str, Any]:
        """`requestContext.authorizer` for the integration, or RefusedError."""
        token = request.headers.get(authorizer.header)
        if not token or (authorizer.accepted and not authorizer.accepted.match(token)):
            raise RefusedError("UNAUTHORIZED")
        verdict = await self._ask(authorizer, token, method_arn)
        if not _allows(verdict["policyDocument"], method_arn):
            raise RefusedError("ACCESS_DENIED")
        return {"principalId": verdict["principalId"], **(verdict.get("context") or {})}

    async def _ask(self, authorizer: Authorizer, token: str, method_arn: str) -> dict[str, Any]:
        key = (authorizer.name, token)
        until, verdict = self._remembered.get(key, (0.0, {}))
        if until > time.monotonic():
            return verdict
        event = {"type": "TOKEN", "authorizationToken": token, "methodArn": method_arn}
        result = await self._pools[authorizer.function_arn].invoke(json.dumps(event).encode())
        if result.error:
            refused = result.error_message == "Unauthorized"
            raise RefusedError("UNAUTHORIZED" if refused else "AUTHORIZER_FAILURE")
        verdict = json.loads(result.payload)
        if not isinstance(verdict, dict) or not {"principalId", "policyDocument"} <= verdict.keys():
            raise RefusedError("AUTHORIZER_CONFIGURATION_ERROR")
        self._remembered[key] = (time.monotonic() + authorizer.seconds, verdict)
        return verdict


def _allows(policy: Mapping[str, Any], method_arn: str) -> bool:
    """An explicit Deny wins; without an Allow nothing passes."""
    effects = {
        statement["Effect"]
        for statement in _listed(policy["Statement"])
        if any(fnmatch.fnmatchcase(method_arn, arn) for arn in _listed(statement["Resource"]))
    }
    return effects == {"Allow"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
