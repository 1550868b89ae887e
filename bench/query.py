"""CPU time of one verified query through the Lambda entry point, against the bare calls.

The baseline makes the same DynamoDB calls (same keys, same items) with a bare boto3 client on the
same DynamoDB Local; both take turns in one process. Round trips are counted where botocore sends.
"""

import importlib
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bench import stack

ROUNDS = 7
CALLS = 150
PROCESSES, SECONDS, RATE_ROUNDS = 4, 3, 3
POLICY_NO, ID_NO = "PDZA202644010000000001", "11010519491231002X"


def measure() -> list[dict[str, Any]]:
    """The ratio of CPU times, median of rounds, and the round trips of a warm query."""
    with stack.acting("api_handler"):
        return _measure()


def _measure() -> list[dict[str, Any]]:
    _policy()
    sent = _count_round_trips()
    ours, bare = _ours(), _bare()
    for call in (ours, bare):
        _cpu(call, 20)
    sent.clear()
    ours()
    round_trips = len(sent)
    rounds = [(_cpu(ours, CALLS), _cpu(bare, CALLS)) for _ in range(ROUNDS)]
    rates = stack.rates(_ours, _bare, processes=PROCESSES, seconds=SECONDS, rounds=RATE_ROUNDS)
    bare_ms = statistics.median(base for _, base in rounds) * 1000
    return [
        {
            "name": "verified query, CPU time",
            "value": round(statistics.median(mine / base for mine, base in rounds), 2),
            "unit": "ratio",
            "goal": 2.0,
            "baseline": f"the same DynamoDB calls by a bare boto3 client ({bare_ms:.1f} ms)",
        },
        {
            "name": f"verified queries per second, {PROCESSES} at a time",
            "value": round(statistics.median(mine / base for mine, base in rates), 2),
            "unit": "ratio",
            "goal": None,
            "goal_at_least": 0.5,
            "baseline": "the same calls by bare boto3 clients, as many at a time "
            f"({statistics.median(base for _, base in rates):.0f} per second)",
        },
        {
            "name": "verified query, DynamoDB round trips",
            "value": round_trips,
            "unit": "count",
            "goal": 3,
            "baseline": "",
        },
    ]


def _ours() -> Callable[[], None]:
    """One verified query through the Lambda entry point."""
    app = importlib.import_module("app").app
    context = SimpleNamespace(aws_request_id="bench")

    def call() -> None:
        assert app(_event(), context)["statusCode"] == 200

    return call


def _policy() -> None:
    """A motor policy of usual size, through the rooms that imports use."""
    service = importlib.import_module("chalicelib.policies.service")
    cover = {"sum_insured": 100_000_000, "premium": 80_000, "deductible": None}
    policy = {
        "policy_no": POLICY_NO,
        "version": 1,
        "line": "motor",
        "product": "机动车商业保险",
        "status": "in_force",
        "issued_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "ends_on": "2027-03-01",
        "organisation": "4401",
        "insured_name": "阿卜杜拉·买买提",
        "insured_id_type": "resident_id",
        "insured_id_no": ID_NO,
        "insured_address": "广东省广州市天河区体育西路100号",
        "policyholder_name": "阿卜杜拉·买买提",
        "premium": 328_050,
        "plate_no": "粤A12345",
        "vin": "LATPAB071W1005301",
        "covers": [{"name": f"机动车损失保险{place}", **cover} for place in range(5)],
    }
    service.take([service.Row(policy, "bench#1")], datetime(2026, 11, 21, tzinfo=UTC))


def _event() -> dict[str, Any]:
    headers = {"content-type": "application/json", "accept-language": "zh-CN"}
    body = {"policy_no": POLICY_NO, "id_no": ID_NO}
    return stack.request("POST", "/v1/queries", headers, body=body)


def _bare() -> Callable[[], None]:
    """Counters and losses, the policy's items, the transaction of the attempt; nothing around."""
    import boto3

    client = boto3.client("dynamodb")
    attempts = os.environ["QUERIES_TABLE"]
    facts = json.dumps({"outcome": "verified", "line": "motor", "channel": "online"})

    def call() -> None:
        keys = [{"pk": {"S": f"limit/{kind}/x"}, "sk": {"S": "limit"}} for kind in "abc"]
        losses = [{"pk": {"S": "policy/x"}, "sk": {"S": "losses"}}]
        client.batch_get_item(
            RequestItems={
                attempts: {"Keys": keys, "ConsistentRead": True},
                os.environ["CLAIMS_TABLE"]: {
                    "Keys": losses,
                    "ConsistentRead": True,
                    "ProjectionExpression": "pk, sk",
                },
            }
        )
        client.query(
            TableName=os.environ["POLICIES_TABLE"],
            KeyConditionExpression="pk = :pk AND begins_with (sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": POLICY_NO}, ":sk": {"S": "current/"}},
        )
        item = {"pk": {"S": "bare"}, "sk": {"S": str(time.time_ns())}, "facts": {"S": facts}}
        absent = {"TableName": attempts, "ConditionExpression": "attribute_not_exists (pk)"}
        client.transact_write_items(
            TransactItems=[
                {"ConditionCheck": {**absent, "Key": keys[0]}},
                {"ConditionCheck": {**absent, "Key": keys[1]}},
                {"Put": {"TableName": attempts, "Item": item}},
            ]
        )

    return call


def _count_round_trips() -> list[str]:
    """A list that grows by one operation for every request that PynamoDB sends."""
    store = importlib.import_module("chalicelib.queries.store")
    policies = importlib.import_module("chalicelib.policies.store")
    organisations = importlib.import_module("chalicelib.organisations.store")
    limits = importlib.import_module("chalicelib.limits.store")
    claims = importlib.import_module("chalicelib.claims.store")
    tables = importlib.import_module("chalicelib.tables")
    sent: list[str] = []
    models = (
        *(store.EventItem, policies.PolicyItem, organisations.DirectoryItem),
        *(limits.CounterItem, claims.ClaimItem),
    )
    clients = [model._get_connection().connection.client for model in models]
    for client in [*clients, tables.connection().client]:
        client.meta.events.register(
            "before-send.dynamodb.*",
            lambda request, **_: sent.append(str(request.headers.get("X-Amz-Target"))),
        )
    return sent


def _cpu(call: Callable[[], None], times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) / times
