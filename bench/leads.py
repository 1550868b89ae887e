"""Leads accepted and assigned per second through the Lambda entry point, against the transaction.

64 visitors send their answers from several processes at a time, as Lambda has them; 37 agents of
two branches take their turns. The baseline writes the items that a lead which was assigned ends up
with, in one transaction and with nothing around.
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
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from chalicelib import schemas
from infra.local import functions, keeper
from infra.local.engines import ROOT
from infra.local.resources import Resources
from infra.packaging import template

VISITORS, PROCESSES, SECONDS, ROUNDS = 64, 8, 4, 3
AGENTS = 37
REGIONS = ("440106", "440305")


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
            "name": f"leads accepted and assigned per second, {VISITORS} visitors, "
            f"{PROCESSES} at a time",
            "value": round(statistics.median(mine / base for mine, base in rates), 2),
            "unit": "ratio",
            "goal": None,
            "baseline": "one bare transaction of the same items by boto3 clients, as many at a "
            f"time ({statistics.median(base for _, base in rates):.0f} per second)",
        }
    ]


def _rates() -> list[tuple[float, float]]:
    """Leads per second of ours and of the bare ones, in turns."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        pool.submit(_directory).result()
        return [
            (
                sum(pool.map(_taken, ["ours"] * PROCESSES)) / SECONDS,
                sum(pool.map(_taken, ["bare"] * PROCESSES)) / SECONDS,
            )
            for _ in range(ROUNDS)
        ]


def _directory() -> None:
    """Two branches with all agents between them."""
    organisations = importlib.import_module("chalicelib.organisations.service")
    places = [
        {"code": "HO", "name": "总公司", "level": "head_office", "region": "310000"},
        {"code": "44", "name": "广东", "level": "province", "parent": "HO", "region": "440000"},
        {"code": "4401", "name": "广州", "level": "city", "parent": "44", "region": "440100"},
        {"code": "4403", "name": "深圳", "level": "city", "parent": "44", "region": "440300"},
    ]
    organisations.take("organisations", [(row, "bench") for row in places])
    agents = [
        {"code": f"A{n:02d}", "name": f"业务员{n:02d}", "organisation": ("4401", "4403")[n % 2]}
        for n in range(AGENTS)
    ]
    organisations.take("agents", [(row, "bench") for row in agents])


def _taken(which: str) -> int:
    """How many leads one process takes in SECONDS, after some that warm it up."""
    call = _ours() if which == "ours" else _bare()
    for _ in range(10):
        call()
    taken, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        call()
        taken += 1
    return taken


def _ours() -> Callable[[], None]:
    """The lead of the next visitor, with a key."""
    app = importlib.import_module("app").app
    context = SimpleNamespace(aws_request_id="bench")
    visits = _visits()

    def call() -> None:
        answer = app(next(visits), context)
        assert answer["statusCode"] == 201, answer
        assert json.loads(answer["body"])["agent"], answer

    return call


def _visits() -> Iterator[dict[str, Any]]:
    """Requests as API Gateway sends them: every visitor with an address and telephone of his own.

    A visitor sends ten leads a day at most: one who sends twenty has to work for the next.
    """
    example = schemas.load("leads/lead")["examples"][0]
    for place in count():
        phone = f"13{secrets.randbelow(10**9):09d}"
        contact = {"name": "王芳", "phone": phone, "region": REGIONS[place % 2]}
        headers = {"content-type": "application/json", "idempotency-key": secrets.token_hex(8)}
        yield {
            "httpMethod": "POST",
            "resource": "/v1/leads",
            "path": "/v1/leads",
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": None,
            "queryStringParameters": None,
            "pathParameters": {},
            "stageVariables": None,
            "requestContext": {
                "httpMethod": "POST",
                "resourcePath": "/v1/leads",
                "requestId": "bench",
                "identity": {"sourceIp": f"2001:db8:{secrets.token_hex(2)}:{place // 10:x}::1"},
            },
            "body": json.dumps({**example, "contact": contact}),
            "isBase64Encoded": False,
        }


def _bare() -> Callable[[], None]:
    """The six items of a lead in one transaction, of the sizes that ours have."""
    import boto3

    client = boto3.client("dynamodb")
    table = os.environ["LEADS_TABLE"]
    facts, sealed = "x" * 600, b"x" * 400

    def put(key: str, sort_key: str, **more: Any) -> dict[str, Any]:
        item = {"pk": {"S": key}, "sk": {"S": sort_key}, "facts": {"S": facts}}
        return {
            "Put": {
                "TableName": table,
                "Item": {**item, "sealed": {"B": sealed}, **more},
                "ConditionExpression": "attribute_not_exists (pk)",
            }
        }

    def call() -> None:
        number = secrets.token_hex(8)
        lead = f"lead/{number}"
        indexes = {"agent": "A01", "organisation": "4401", "waiting": "first_contact"}
        indexes |= {"listed": number, "due_at": number}
        client.transact_write_items(
            TransactItems=[
                put(lead, "lead", **{name: {"S": value} for name, value in indexes.items()}),
                put(lead, "visit/1"),
                put(lead, "event/1"),
                put(lead, "event/2"),
                put(f"person/{number}", "lead"),
                put(f"key/{number}", "key"),
            ]
        )

    return call
