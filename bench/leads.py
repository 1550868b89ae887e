"""Leads accepted and assigned per second through the Lambda entry point, against the transaction.

64 visitors send their answers from several processes at a time, as Lambda has them; 37 agents of
two branches take their turns. The baseline writes the items that a lead which was assigned ends up
with, in one transaction and with nothing around.
"""

import importlib
import json
import os
import secrets
import statistics
from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

from bench import stack
from chalicelib import schemas

VISITORS, PROCESSES, SECONDS, ROUNDS = 64, 8, 4, 3
AGENTS = 37
REGIONS = ("440106", "440305")


def measure() -> list[dict[str, Any]]:
    """The ratio of the rates, median of rounds."""
    with stack.acting("api_handler"):
        rates = stack.rates(
            _ours, _bare, processes=PROCESSES, seconds=SECONDS, rounds=ROUNDS, before=_directory
        )
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
        source = f"2001:db8:{secrets.token_hex(2)}:{place // 10:x}::1"
        body = {**example, "contact": contact}
        yield stack.request("POST", "/v1/leads", headers, body=body, source=source)


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
