"""What a staff request costs beyond the bare call: sign-in, grant, undertaking, audit event.

The baseline makes the same look at a customer by calling the room's service in the same process,
on the same DynamoDB Local; both take turns. Round trips are counted where botocore sends.
"""

import importlib
import statistics
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from bench import stack
from bench.query import ID_NO, _cpu, _policy
from infra.local.issuer import AUDIENCE, DevelopmentIssuer

ROUNDS = 7
CALLS = 100
NAME = "阿卜杜拉·买买提"


def measure() -> list[dict[str, Any]]:
    """CPU and DynamoDB round trips that signing in and being recorded add to a request."""
    issuer = DevelopmentIssuer("http://issuer.bench")
    with stack.acting(
        "api_handler",
        StaffIssuer=issuer.issuer,
        StaffAudience=AUDIENCE,
        StaffKeysUrl=issuer.keys_url(),
    ):
        return _measure(issuer)


def _measure(issuer: DevelopmentIssuer) -> list[dict[str, Any]]:
    _policy()
    at = datetime.now(UTC)
    app = importlib.import_module("app").app
    customers = importlib.import_module("chalicelib.customers.service")
    access = importlib.import_module("chalicelib.staff.access")
    model = importlib.import_module("chalicelib.staff.model")
    importlib.import_module("chalicelib.staff.service").undertake("bench", at)
    roles = frozenset({"outlet_operator"})
    staff = model.Staff("bench", "", roles, "4401")
    scope = access.Scope(staff, access.grants("POST", "/v1/staff/customers/searches", roles))
    typed = {"id_no": ID_NO, "name": NAME, "purpose": "bench"}
    identity = customers.search(staff, scope, typed, "zh-CN", at).answer["customer_id"]
    token = issuer.token({"sub": "bench", "roles": sorted(roles), "organisation": "4401"})
    event, context = _event(identity, token), SimpleNamespace(aws_request_id="bench")
    sent = _count_round_trips()

    def ours() -> None:
        assert app(event, context)["statusCode"] == 200

    def bare() -> None:
        customers.get(staff, scope, identity, "zh-CN", at)

    for call in (ours, bare):
        _cpu(call, 20)
    trips = {}
    for name, call in (("ours", ours), ("bare", bare)):
        sent.clear()
        call()
        trips[name] = len(sent)
    rounds = [(_cpu(ours, CALLS), _cpu(bare, CALLS)) for _ in range(ROUNDS)]
    bare_ms = statistics.median(base for _, base in rounds) * 1000
    return [
        {
            "name": "staff request, CPU time",
            "value": round(statistics.median(mine / base for mine, base in rounds), 2),
            "unit": "ratio",
            "goal": None,
            "baseline": f"the same look at a customer by a bare call ({bare_ms:.1f} ms)",
        },
        {
            "name": "staff request, added DynamoDB round trips",
            "value": trips["ours"] - trips["bare"],
            "unit": "count",
            "goal": 1,
            "reason": "the leaver check comes before, the event after; see decision 0009",
            "baseline": f"the bare call's {trips['bare']}",
        },
    ]


def _event(identity: str, token: str) -> dict[str, Any]:
    """The request after the gate has let it through."""
    return stack.request(
        "GET",
        "/v1/staff/customers/{customer_id}",
        {"authorization": f"Bearer {token}", "accept-language": "zh-CN"},
        parameters={"customer_id": identity},
        authorizer={"principalId": "bench"},
    )


def _count_round_trips() -> list[str]:
    """A list that grows by one operation for every request that PynamoDB sends."""
    models = (
        ("audit", "AuditItem"),
        ("organisations", "DirectoryItem"),
        ("policies", "PolicyItem"),
        ("staff", "StaffItem"),
    )
    sent: list[str] = []
    for room, name in models:
        model = getattr(importlib.import_module(f"chalicelib.{room}.store"), name)
        client = model._get_connection().connection.client
        client.meta.events.register(
            "before-send.dynamodb.*", lambda request, **_: sent.append(request.url)
        )
    return sent
