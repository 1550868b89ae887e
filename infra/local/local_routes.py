"""What only the local stack serves, under /_local: its addresses, schedules, rest and unrest."""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from infra.local.alarms import Alarms
from infra.local.chaos import Chaos
from infra.local.drain import SECONDS
from infra.local.resources import Resources
from infra.local.schedules import Schedules
from infra.local.sign_in import RefusedError, SignIn
from infra.local.sms_gateway import SmsGateway
from infra.local.staff_desk import StaffDesk
from infra.local.wire import Headers, Request, Response

PREFIX = "/_local/"
BODY_LIMIT = 64 * 1024
_CODES = {400: "invalid-input", 404: "not-found"}
_PLUS = re.compile(r" (?=[0-9]{2}:[0-9]{2}$)")
"""A + that nobody encoded arrives as a space."""


class LocalRoutes:
    """GET info, outbox, alarms, staff-keys; POST schedules/{function}, drain, chaos, sms,
    staff-tokens; what an OpenID provider answers under the issuer's address."""

    def __init__(
        self,
        resources: Resources,
        *,
        schedules: Schedules,
        chaos: Chaos,
        desk: StaffDesk,
        alarms: Alarms,
        info: Callable[[], dict[str, Any]],
        drain: Callable[[float], Awaitable[bool]],
    ) -> None:
        self._schedules = schedules
        self._chaos = chaos
        self._desk = desk
        self._sign_in = SignIn(desk.issuer.issuer)
        self._alarms = alarms
        self._gateway = SmsGateway(resources)
        self._info = info
        self._drain = drain

    async def answer(self, request: Request) -> Response:
        """The answer, or problem+json where there is no such thing to do."""
        name, _, rest = request.path.removeprefix(PREFIX).partition("/")
        body = await request.body.read(BODY_LIMIT)
        match request.method, name, rest:
            case "GET", "info", "":
                return _json(self._info())
            case "GET", "staff-keys", "":
                return _json(self._desk.issuer.keys())
            case "GET", ".well-known", "openid-configuration":
                return _json(self._sign_in.discovery())
            case "GET", "authorize", "":
                return self._authorise(parse_qs(request.query))
            case "POST", "token", "":
                return await self._exchange(body)
            case "POST", "staff-tokens", "":
                return await self._hand_out_token(body)
            case "GET", "outbox", "":
                return _json(await asyncio.to_thread(self._gateway.outbox))
            case "GET", "alarms", "":
                return await self._show_alarms(parse_qs(request.query))
            case "POST", "sms", "":
                fields = {name.lower(): value for name, value in request.headers.fields}
                return _json({}, await asyncio.to_thread(self._gateway.take, fields, body))
            case "POST", "drain", "":
                return await self._come_to_rest(parse_qs(request.query))
            case "POST", "chaos", "":
                return self._set_chaos(body)
            case "POST", "schedules", function:
                return await self._run_schedule(function, parse_qs(request.query))
        return _problem(404, f"the local stack has nothing at {request.method} {request.path}")

    async def _come_to_rest(self, query: Mapping[str, list[str]]) -> Response:
        """20 s at most, less where `?seconds=` says so."""
        wanted = query.get("seconds", [str(SECONDS)])[0]
        if not wanted.isdigit():
            return _problem(400, "`seconds` is a number")
        return _json({"idle": await self._drain(min(SECONDS, int(wanted)))})

    async def _hand_out_token(self, body: bytes) -> Response:
        try:
            return _json({"token": await self._desk.hand_out(body)})
        except ValueError as error:
            return _problem(400, str(error))

    def _authorise(self, query: Mapping[str, list[str]]) -> Response:
        try:
            onward, page = self._sign_in.authorise(query)
        except RefusedError as error:
            return _problem(400, str(error))
        if onward is not None:
            return Response(302, Headers([("Location", onward), ("Cache-Control", "no-store")]))
        kind = ("Content-Type", "text/html; charset=utf-8")
        policy = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return Response(200, Headers([kind, policy]), page.encode())

    async def _exchange(self, body: bytes) -> Response:
        try:
            person = self._sign_in.redeem(body)
            token = await self._desk.hand_out(json.dumps(person).encode())
        except RefusedError as error:
            return _json({"error": str(error)}, 400)
        except ValueError as error:
            return _json({"error": "invalid_request", "error_description": str(error)}, 400)
        return _json({"access_token": token, "token_type": "Bearer"})

    def _set_chaos(self, body: bytes) -> Response:
        try:
            wanted = json.loads(body or b"{}")
        except ValueError:
            return _problem(400, "the body is no JSON")
        known = {"duplicate", "shuffle"}
        if not isinstance(wanted, dict) or not wanted.keys() <= known:
            return _problem(400, f"chaos takes {sorted(known)}, true or false")
        self._chaos.duplicate = bool(wanted.get("duplicate"))
        self._chaos.shuffle = bool(wanted.get("shuffle"))
        return _json({"duplicate": self._chaos.duplicate, "shuffle": self._chaos.shuffle})

    async def _show_alarms(self, query: Mapping[str, list[str]]) -> Response:
        """As they stand now, or would at `?at=` if nothing more were counted until then."""
        try:
            at = _moment(query)
        except ValueError as error:
            return _problem(400, str(error))
        return _json(await asyncio.to_thread(self._alarms.fired, at))

    async def _run_schedule(self, name: str, query: Mapping[str, list[str]]) -> Response:
        try:
            result = await self._schedules.run(name, _moment(query))
        except KeyError:
            return _problem(404, f"no function {name} runs by a schedule")
        except ValueError as error:
            return _problem(400, str(error))
        if result.error:
            return Response(502, Headers([("Content-Type", "application/json")]), result.payload)
        return Response(200, Headers([("Content-Type", "application/json")]), result.payload)


def _moment(query: Mapping[str, list[str]]) -> datetime:
    """The instant of `?at=`, now without one; ValueError says what is wrong with it."""
    if "at" not in query:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(_PLUS.sub("+", query["at"][0]))
    except ValueError:
        example = "2026-01-01T00:00:00+08:00"
        raise ValueError(f"`at` is an RFC 3339 instant such as {example}") from None
    if at.tzinfo is None:
        raise ValueError("`at` needs an offset, such as Z or +08:00")
    return at


def _json(value: Any, status: int = 200) -> Response:
    kind = ("Content-Type", "application/json; charset=utf-8")
    raw = json.dumps(value, ensure_ascii=False).encode()
    return Response(status, Headers([kind, ("Cache-Control", "no-store")]), raw)


def _problem(status: int, detail: str) -> Response:
    code = _CODES[status]
    body: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": str(uuid.uuid4()),
    }
    if status == HTTPStatus.BAD_REQUEST:
        body["errors"] = [{"pointer": "", "code": "invalid", "detail": detail}]
    kind = ("Content-Type", "application/problem+json; charset=utf-8")
    return Response(status, Headers([kind]), json.dumps(body, ensure_ascii=False).encode())
