"""What an agent's day costs with 5,000 customers: round trips, and time against the bare reads.

The baseline makes the same reads by a bare boto3 client with the keys known beforehand: three
queries of indexes and one batch. Both take turns on the same DynamoDB Local. A staff request adds
its own round trips, which `bench/staff.py` counts.
"""

import importlib
import json
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import stack

CUSTOMERS = 5000
ROUNDS = 40
AT = datetime(2027, 1, 30, 2, tzinfo=UTC)
DAY = date(2027, 1, 30)
AGENT = "A1"


def measure() -> list[dict[str, Any]]:
    """The first page of the day: how many requests, and how long against bare ones."""
    with stack.acting("api_handler") as engines:
        return _measure(engines.clients.dynamodb)


def _measure(dynamodb: Any) -> list[dict[str, Any]]:
    service = importlib.import_module("chalicelib.agenda.service")
    pages = importlib.import_module("chalicelib.pages")
    _customers()
    sent = _recorded()

    def day() -> Any:
        return service.of(AGENT, None, pages.Page(15), "zh-CN", AT)

    day()
    sent.clear()
    shown = day()
    assert len(shown.items) == 15, len(shown.items)
    asked = list(sent)
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        for name, turn in (("ours", day), ("bare", lambda: _bare(dynamodb, asked))):
            began = time.perf_counter()
            turn()
            took[name].append(time.perf_counter() - began)
    ours, bare = (statistics.median(took[name]) for name in ("ours", "bare"))
    return [
        {
            "name": "an agent's day, DynamoDB round trips",
            "value": len(asked),
            "unit": "count",
            "goal": 4,
            "baseline": f"{CUSTOMERS:,} customers, a page of 15 of {sum(shown.counts.values())}",
        },
        {
            "name": "an agent's day, time",
            "value": round(ours / bare, 2),
            "unit": "ratio",
            "goal": None,
            "baseline": f"the same reads by a bare boto3 client ({bare * 1000:.1f} ms)",
        },
    ]


def _bare(dynamodb: Any, asked: list[tuple[str, dict[str, Any]]]) -> None:
    for operation, request in asked:
        getattr(dynamodb, {"Query": "query", "BatchGetItem": "batch_get_item"}[operation])(
            **request
        )


def _recorded() -> list[tuple[str, dict[str, Any]]]:
    """A list that grows by every request of the models and batches."""

    tables = importlib.import_module("chalicelib.tables")
    policies = importlib.import_module("chalicelib.policies.store")
    leads = importlib.import_module("chalicelib.leads.store")
    sent: list[tuple[str, dict[str, Any]]] = []

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        sent.append((model.name, json.loads(params["body"])))

    models = (policies.PolicyItem, leads.LeadItem)
    connections = [tables.connection(), *(one._get_connection().connection for one in models)]
    for one in {id(found): found for found in connections}.values():
        one.client.meta.events.register("before-call.dynamodb", note)
    return sent


def _customers() -> None:
    """A policy each, ending and born on every day of the year; a tenth pays by instalments."""
    organisations = importlib.import_module("chalicelib.organisations.service")
    policies = importlib.import_module("chalicelib.policies.service")
    parts = importlib.import_module("chalicelib.policies.parts")
    contacts = importlib.import_module("chalicelib.contacts.service")
    organisations.take("organisations", [({"code": "4401", "level": "city"}, "bench")])
    organisations.take("agents", [({"code": AGENT, "name": "王", "organisation": "4401"}, "b")])
    rows = [_policy(number) for number in range(CUSTOMERS)]
    for start in range(0, CUSTOMERS, 50):
        some = rows[start : start + 50]
        policies.take([policies.Row(row, f"bench#{row['policy_no']}") for row in some], AT)
    due = [
        {
            "policy_no": row["policy_no"],
            "instalment": 2,
            "due_on": (DAY + timedelta(days=place % 365)).isoformat(),
            "due_amount": 100_00,
        }
        for place, row in enumerate(rows[::10])
    ]
    parts.take_payments([(row, f"bench#{row['policy_no']}") for row in due], AT)
    wrong = {"policy_no": rows[7]["policy_no"], "phone": rows[7]["mobile"]}
    contacts.take([({**wrong, "reported_on": "2027-01-29"}, "bench")])


def _policy(number: int) -> dict[str, Any]:
    born = date(1972, 1, 1) + timedelta(days=number % 366)
    return {
        "policy_no": f"PDZA4401{number:010d}",
        "version": 1,
        "line": "motor",
        "motor_kind": "commercial",
        "status": "in_force",
        "issued_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "ends_on": (DAY + timedelta(days=number % 365)).isoformat(),
        "organisation": "4401",
        "agent": AGENT,
        "insured_name": "阿卜杜拉·买买提",
        "insured_id_type": "passport",
        "insured_id_no": f"E4401{number:08d}",
        "insured_birth_date": born.isoformat(),
        "marketing_consent": True,
        "mobile": f"138{number:08d}",
        "premium": 328_050,
        "plate_no": f"粤A{number:05d}",
        "covers": [{"name": "机动车损失保险", "sum_insured": 100_000_000}] * 4,
    }
