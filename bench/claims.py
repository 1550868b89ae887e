"""Claims accepted per second through the Lambda entry point, against the bare transaction.

64 reporters with policies and tokens of their own report in turns from several processes at a time,
as Lambda has them. The baseline writes the items of one such report, as they were sent, in the same
transaction and does nothing around it.
"""

import importlib
import json
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from infra.local import functions, keeper
from infra.local.engines import ROOT
from infra.local.resources import Resources
from infra.packaging import template

REPORTERS, PROCESSES, SECONDS, ROUNDS = 64, 8, 4, 3
POLICIES = 8
"""Of each reporter, so that no policy has more losses than policies have."""


def measure() -> list[dict[str, Any]]:
    """The ratio of the rates, median of rounds."""
    with tempfile.TemporaryDirectory() as folder, keeper.borrowed(Path(folder)) as engines:
        resources = Resources(
            template(),
            account=engines.account,
            clients=engines.clients,
            parameters={"PublicSiteUrl": "http://127.0.0.1:8000"},
            name="bench",
        )
        resources.create_all()
        found = functions.read(resources, {"FONTS_DIR": str(ROOT / ".cache" / "fonts")})
        environment = engines.account.environment(engines.endpoints)
        environment |= found["api_handler"].environment
        with mock.patch.dict(os.environ, {**environment, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}):
            rates = _rates()
    return [
        {
            "name": f"claims accepted per second, {REPORTERS} reporters, {PROCESSES} at a time",
            "value": round(statistics.median(mine / base for mine, base in rates), 2),
            "unit": "ratio",
            "goal": None,
            "goal_at_least": 0.5,
            "baseline": "the bare transaction by boto3 clients, as many at a time "
            f"({statistics.median(base for _, base in rates):.0f} per second)",
            "reason": "a second call reads what decides before the transaction; on a busy machine "
            "the processor time of both, 3.2 ms against 1.2, weighs more than the engine's",
        }
    ]


def _rates() -> list[tuple[float, float]]:
    """Claims per second of ours and of the bare ones, in turns."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        return [
            (
                sum(pool.map(_taken, ["ours"] * PROCESSES)) / SECONDS,
                sum(pool.map(_taken, ["bare"] * PROCESSES)) / SECONDS,
            )
            for _ in range(ROUNDS)
        ]


def _taken(which: str) -> int:
    """How many claims one process takes in SECONDS, after some that warm it up."""
    call = _ours() if which == "ours" else _bare()
    for _ in range(10):
        call()
    taken, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        call()
        taken += 1
    return taken


def _ours() -> Callable[[], None]:
    """One report of the next reporter, verified by token, with a key."""
    app = importlib.import_module("app").app
    context = SimpleNamespace(aws_request_id="bench")
    reports = _reports()

    def call() -> None:
        answer = app(next(reports), context)
        assert answer["statusCode"] == 201, answer

    return call


def _reports() -> Iterator[dict[str, Any]]:
    """Requests as API Gateway sends them: every policy in turn, hours apart."""
    held = _bearers()
    bearers = cycle(held)
    begun = datetime(2026, 3, 3, tzinfo=UTC)
    for place in count():
        body = {
            "occurred_at": (begun + timedelta(hours=2 * (place // len(held)))).isoformat(),
            "place": "广州市天河区天河路385号",
            "cause": "collision",
            "description": "路口右转时与前车追尾,保险杠受损。",
            "reporter": {"name": "王芳", "phone": f"138{place:08}", "relation": "insured"},
            "injured": False,
        }
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {next(bearers)}",
            "idempotency-key": secrets.token_hex(8),
        }
        yield {
            "httpMethod": "POST",
            "resource": "/v1/claims",
            "path": "/v1/claims",
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": None,
            "queryStringParameters": None,
            "pathParameters": {},
            "stageVariables": None,
            "requestContext": {
                "httpMethod": "POST",
                "resourcePath": "/v1/claims",
                "requestId": "bench",
                "identity": {"sourceIp": "192.0.2.1"},
            },
            "body": json.dumps(body),
            "isBase64Encoded": False,
        }


def _bearers() -> list[str]:
    """Tokens of the process's share of reporters, each with policies of his own."""
    policies = importlib.import_module("chalicelib.policies.service")
    tokens = importlib.import_module("chalicelib.tokens")
    clock = importlib.import_module("chalicelib.clock")
    rows, bearers = [], []
    for _ in range(REPORTERS // PROCESSES * POLICIES):
        policy_no = f"PDZA{secrets.token_hex(8).upper()}"
        policy = {
            "policy_no": policy_no,
            "version": 1,
            "line": "motor",
            "status": "in_force",
            "issued_on": "2026-03-01",
            "starts_on": "2026-03-02",
            "ends_on": "2027-03-01",
            "organisation": "4401",
            "insured_name": "阿卜杜拉·买买提",
            "insured_id_type": "resident_id",
            "insured_id_no": "11010519491231002X",
            "premium": 328_050,
        }
        rows.append(policies.Row(policy, f"bench#{policy_no}"))
        token = tokens.QueryToken(policy_no, policy_no, "person", "id")
        bearers.append(tokens.issue(token, clock.now())[0])
    policies.take(rows, clock.now())
    return bearers


def _bare() -> Callable[[], None]:
    """The transaction that one report of ours was, under keys of its own each time."""
    import boto3

    tables = importlib.import_module("chalicelib.tables")
    seen: list[list[dict[str, Any]]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        seen.append([item["Put"] for item in params["TransactItems"]])

    events = tables.connection().client.meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", note)
    _ours()()
    puts, client = seen[-1], boto3.client("dynamodb")

    def call() -> None:
        own = secrets.token_hex(8)
        client.transact_write_items(
            TransactItems=[
                {"Put": {**put, "Item": {**put["Item"], "pk": {"S": f"{own}/{place}"}}}}
                for place, put in enumerate(puts)
            ]
        )

    return call
