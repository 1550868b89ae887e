"""What benchmarks stand on: a stack of the template on its own engines, requests, processes."""

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from infra.local import functions, keeper
from infra.local.backends import Backends
from infra.local.engines import ROOT
from infra.local.resources import Resources
from infra.packaging import template


@contextmanager
def acting(function: str, **parameters: str) -> Iterator[Backends]:
    """This process in the place of a function of a fresh stack, until the block ends."""
    with tempfile.TemporaryDirectory() as folder, keeper.borrowed(Path(folder)) as engines:
        resources = Resources(
            template(),
            account=engines.account,
            clients=engines.clients,
            parameters={"PublicSiteUrl": "http://127.0.0.1:8000", **parameters},
            name="bench",
        )
        resources.create_all()
        found = functions.read(resources, {"FONTS_DIR": str(ROOT / ".cache" / "fonts")})
        environment = engines.account.environment(engines.endpoints)
        environment |= found[function].environment
        with mock.patch.dict(os.environ, {**environment, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}):
            yield engines


def request(
    method: str,
    resource: str,
    headers: dict[str, str],
    *,
    body: dict[str, Any] | None = None,
    parameters: dict[str, str] | None = None,
    source: str = "192.0.2.1",
    **context: Any,
) -> dict[str, Any]:
    """A request as API Gateway hands it over; `context` is added to the request's."""
    return {
        "httpMethod": method,
        "resource": resource,
        "path": resource.format(**parameters or {}),
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "multiValueQueryStringParameters": None,
        "queryStringParameters": None,
        "pathParameters": parameters or {},
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": resource,
            "requestId": "bench",
            "identity": {"sourceIp": source},
            **context,
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def rates(
    ours: Callable[[], Callable[[], None]],
    bare: Callable[[], Callable[[], None]],
    *,
    processes: int,
    seconds: int,
    rounds: int,
    before: Callable[[], None] | None = None,
) -> list[tuple[float, float]]:
    """Calls per second of ours and of the bare ones, by processes of their own, in turns.

    Each process makes its call once a round (`ours()` and `bare()` give it) and warms it up.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        if before:
            pool.submit(before).result()

        def rate(made: Callable[[], Callable[[], None]]) -> float:
            each = [made] * processes
            return sum(pool.map(_taken, each, [seconds] * processes)) / seconds

        return [(rate(ours), rate(bare)) for _ in range(rounds)]


def _taken(made: Callable[[], Callable[[], None]], seconds: int) -> int:
    """How many calls one process makes, after some that warm it up."""
    call = made()
    for _ in range(10):
        call()
    taken, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        call()
        taken += 1
    return taken
