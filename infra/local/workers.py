"""Execution environments: processes that run one handler and ask for one event at a time."""

import asyncio
import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import children
from infra.local.children import Child
from infra.local.functions import Function
from infra.local.server import Server
from infra.local.wire import Headers, Request, Response
from infra.permissions.use import VARIABLE

RUNTIME = "/2018-06-01/runtime"
INIT_SECONDS = 60  # Lambda gives 10; a laptop that renders beside it may need longer
GUARDED = str(Path(__file__).with_name("guarded.py"))
PAYLOAD_LIMIT = 6 * 1024 * 1024  # Lambda's limit for a synchronous event and its result


@dataclass(frozen=True)
class Result:
    """What an invocation gave: the handler's JSON, or the error that Lambda would report."""

    payload: bytes
    error: str | None = None  # Lambda's errorType: Handled by nobody, Sandbox.Timedout, …

    @property
    def error_message(self) -> str:
        return str(json.loads(self.payload).get("errorMessage", "")) if self.error else ""


@dataclass(eq=False)
class Invocation:
    """An event on its way through a worker."""

    event: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = ""
    result: asyncio.Future[Result] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def finish(self, result: Result) -> None:
        """The first result stands; one that comes after a timeout is too late."""
        if not self.result.done():
            self.result.set_result(result)


def failed(kind: str, message: str) -> Result:
    """An error as Lambda words it."""
    return Result(json.dumps({"errorType": kind, "errorMessage": message}).encode(), kind)


@dataclass(frozen=True)
class Launch:
    """How a worker's process is started: interpreter, task roots and variables all share."""

    python: list[str]
    task_root: Path
    environment: dict[str, str]
    logs: Path

    def root(self, function: Function) -> Path:
        """The folder of the function's archive; the only one where archives are not apart."""
        own = self.task_root / function.archive
        return own if own.is_dir() else self.task_root


class Worker:
    """One process under awslambdaric and the Runtime API that only this process speaks to.

    The protocol is AWS's "Lambda runtime API" for custom runtimes, version 2018-06-01.
    """

    def __init__(
        self, function: Function, number: int, launch: Launch, on_ready: Callable[["Worker"], None]
    ) -> None:
        self.name = f"{function.name}-{number}"
        self.was_ready = False
        self._function = function
        self._launch = launch
        self._on_ready = on_ready
        self._inbox: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: Invocation | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._child: Child | None = None
        self._init_error = ""

    async def run(self) -> str:
        """From start to end of the process; what it died of where it never became ready."""
        server = Server(self._answer)
        await server.start()
        try:
            self._child = await children.start(
                self.name,
                [*self._launch.python, GUARDED, *self._guarded()],
                log=self._launch.logs / f"{self.name}.log",
                env=self._environment(server.port),
                cwd=self._launch.root(self._function),
            )
            self._timer = self._later(INIT_SECONDS)
            await self._child.process.wait()
        finally:
            self._stop_timer()
            if self._child:
                await self._child.kill()
            await server.close()
        if self._current:
            message = f"the process ended with status {self._child.process.returncode}"
            self._current.finish(failed("Runtime.ExitError", message))
        return "" if self.was_ready else self._init_error or self._child.last_lines()

    def invoke(self, invocation: Invocation) -> None:
        """Hands the event over; only to a worker that has just said that it is ready."""
        self._current = invocation
        self._timer = self._later(self._function.timeout)
        self._inbox.put_nowait(invocation)

    async def _answer(self, request: Request) -> Response:
        path = request.path.removeprefix(RUNTIME)
        if path == "/invocation/next":
            return await self._next()
        payload = await request.body.read(4 * PAYLOAD_LIMIT)
        if path == "/init/error":
            self._init_error = payload.decode("utf-8", "replace")
        elif self._current and path.startswith(f"/invocation/{self._current.request_id}/"):
            self._finish(path.rpartition("/")[2], payload)
        else:
            return Response(400, body=b'{"errorType":"InvalidRequestID"}')
        return Response(202, Headers([("Content-Type", "application/json")]), b'{"status":"OK"}')

    async def _next(self) -> Response:
        self._stop_timer()
        self._current = None
        self.was_ready = True
        self._on_ready(self)
        invocation = await self._inbox.get()
        deadline = int((time.time() + self._function.timeout) * 1000)
        headers = [
            # the client hangs without this one
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(deadline)),
            ("Lambda-Runtime-Invoked-Function-Arn", self._function.arn),
        ]
        if invocation.trace_id:
            headers.append(("Lambda-Runtime-Trace-Id", invocation.trace_id))
        return Response(200, Headers(headers), invocation.event)

    def _finish(self, verdict: str, payload: bytes) -> None:
        if self._current is None:
            return
        if verdict == "error":
            kind = json.loads(payload).get("errorType") or "Unhandled"
            self._current.finish(Result(payload, kind))
        elif len(payload) > PAYLOAD_LIMIT:
            message = f"the result is larger than {PAYLOAD_LIMIT} bytes"
            self._current.finish(failed("Function.ResponseSizeTooLarge", message))
        else:
            self._current.finish(Result(payload))

    def _later(self, seconds: int) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._time_out, seconds)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _time_out(self, seconds: int) -> None:
        if self._current:
            self._current.finish(
                failed("Sandbox.Timedout", f"Task timed out after {seconds}.00 seconds")
            )
        else:
            self._init_error = f"not ready after {seconds} seconds"
        if self._child and self._child.alive:
            self._child.process.kill()

    def _guarded(self) -> list[str]:
        """What `guarded.py` is told: the policy's file, the function, its handler, the notes."""
        # Workers of a function start beside each other: none finds another's half-written file.
        policy = self._launch.logs / f"{self.name}.policy.json"
        policy.write_text(json.dumps(self._function.policy), "utf-8")
        notes = os.environ.get(VARIABLE)
        folder = [str(Path(notes).resolve())] if notes else []
        return [str(policy), self._function.name, self._function.handler, *folder]

    def _environment(self, port: int) -> dict[str, str]:
        function = self._function
        return {
            **self._launch.environment,
            **function.environment,
            "LAMBDA_TASK_ROOT": str(self._launch.root(function)),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
            "AWS_LAMBDA_FUNCTION_NAME": function.real_name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.real_name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": self.name,
            "_HANDLER": function.handler,
        }
