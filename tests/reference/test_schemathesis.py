"""Whatever is sent to any route, the answer is one that the OpenAPI document tells, and no 5xx.

Schemathesis makes the requests from the document, good ones and bad ones, and judges the answers.
Half of them name something that exists in their path, so that they get past the first door; each
comes from a caller of its own, or the limits would answer for everything behind them.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chalicelib import clock
from infra.generator.organisations import HEAD_OFFICE
from infra.local import outside
from infra.local.outside import OutsideStack
from tests.attachments.test_routes import PHOTO

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ROLES = (
    *(
        "agent",
        "assessor",
        "outlet_operator",
        "claims_handler",
        "claims_reviewer",
        "compliance_officer",
        "compliance_reviewer",
    ),
    *("branch_manager", "business_admin", "system_admin", "credit_checker"),
    "reporting_officer",
)
COMPLAINT = {"description": "多次要求更正未果", "contact": {"name": "王芳", "phone": "13900139000"}}
OBJECTION = {
    "claimed": "3000.00",
    "description": "保费不符",
    "phone": "138 0013 8000",
}
REPORT = {
    "plate_no": "粤B54321",
    "occurred_at": "2026-11-01T08:30:00+08:00",
    "place": "天河路385号",
    "cause": "unknown",
    "description": "停车后发现车门凹陷",
    "reporter": {"name": "王芳", "phone": "13900139000", "relation": "driver"},
    "injured": "unknown",
}
# What is long or empty only after normalisation, or looks like a key.
ODD = ("-", "ﷺ" * 33, "ﷺ" * 255, "x" * 5000, ".a", "k-1.b", "current/")
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept-Language": st.sampled_from(["en", "zh-CN", "bo", "*;q=0", "en;q=x", ",,,"]),
        "X-Request-Id": st.from_regex(r"[!-~]{1,80}", fullmatch=True),
        "If-Match": st.sampled_from(["*", '"1"', "x"]),
        "If-None-Match": st.sampled_from(["*", 'W/"1"', "x"]),
        "Idempotency-Key": st.from_regex(r"[!-~]{1,300}", fullmatch=True),
    },
)


@dataclass
class Service:
    """The running stack, tokens of every kind, and names of things that exist."""

    stack: OutsideStack
    tokens: dict[str, str]
    names: Mapping[str, list[str]]
    body: dict[str, str]
    """Credentials that open a policy."""
    answered: Counter[str] = field(default_factory=Counter)
    """How many answers of each status there were, by method, path and status."""

    def examples(self, operation: APIOperation) -> list[Any]:
        """Bodies that are good; a query's opens a policy and locks nobody's."""
        if operation.path == "/v1/queries":
            return [self.body]
        content = operation.definition.raw.get("requestBody", {}).get("content", {})
        told = content.get("application/json", {}).get("examples", {})
        return [example["value"] for example in told.values()]

    def headers(self) -> dict[str, str]:
        """A caller whom nobody has seen before."""
        caller = ipaddress.IPv6Address((0x20010DB8 << 96) + (self.answered.total() << 64) + 1)
        return {"X-Local-Source-Ip": str(caller)}


@pytest.fixture(scope="module")
def own_stack() -> Iterator[OutsideStack]:
    """A stack that no other test uses: guessing locks what the examples name."""
    with outside.started(demo=16) as running:
        yield running


@pytest.fixture(scope="module")
def service(own_stack: OutsideStack) -> Service:
    stack = own_stack
    shown = next(p for p in stack.info["demo"]["policies"] if p["id_no"] and p["insured_name"])
    names = ("policy_no", "id_no", "insured_name", "serial_no")
    body = {name: shown[name] for name in names if shown.get(name)}
    answered = stack.post_json("/v1/queries", body)
    assert answered.status_code == 200, answered.text
    query = answered.json()
    # Of the head office: nothing that is named below is out of reach.
    staff = stack.staff_token(ROLES, HEAD_OFFICE, sub="fuzz")
    as_staff = {"Authorization": f"Bearer {staff}"}
    looked = {"id_no": shown["id_no"], "name": shown["insured_name"], "purpose": "资信核查"}
    customer = stack.post_json("/v1/staff/customers/searches", looked, headers=as_staff).json()
    claim_no = stack.post_json("/v1/claims", REPORT).json()["claim_no"]
    phone = REPORT["reporter"]["phone"]
    track = stack.post_json("/v1/claims/track", {"claim_no": claim_no, "phone": phone}).json()
    as_person = {"Authorization": f"Bearer {query['token']}"}
    asked = {"kind": "access", "description": "请提供副本"}
    request = stack.post_json("/v1/privacy-requests", asked, headers=as_person).json()
    objected = {**OBJECTION, "query_id": query["query_id"], "item": "/policy/premium"}
    objection = stack.post_json("/v1/objections", objected, headers=as_person).json()
    complaint = stack.post_json("/v1/complaints", COMPLAINT).json()
    file = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(PHOTO)}
    invited = stack.post_json(
        f"/v1/objections/{objection['objection_no']}/attachments", file, headers=as_person
    ).json()
    form = invited["upload"]
    stack.http.post(form["url"], data=form["fields"], files={"file": PHOTO}, timeout=35)
    assert stack.drain()
    other = {"Authorization": f"Bearer {stack.staff_token(ROLES, HEAD_OFFICE, sub='fuzz-other')}"}
    told = {"change": "undertaking", "signed_on": "2026-11-02"}
    url = f"{stack.url}/v1/staff/people/fuzz-new"
    approval = stack.http.put(url, json=told, headers=other, timeout=35).json()
    imports = stack.get("/v1/staff/imports", headers=as_staff).json()["items"]
    existing = {
        "import_no": [entry["import_no"] for entry in imports],
        "request_no": [request["request_no"]],
        "approval_id": [approval["approval_id"]],
        "subject": ["fuzz-left"],
        "policy_no": [shown["policy_no"], shown["policy_no"].lower()],
        "query_id": [query["query_id"]],
        "claim_no": [claim_no],
        "objection_no": [objection["objection_no"]],
        "complaint_no": [complaint["complaint_no"]],
        "attachment_id": [invited["attachment_id"]],
        "customer_id": [customer["customer_id"]],
        "code": ["fuzz-partner"],
        "partner": ["fuzz-partner"],
        "line": ["motor", "cargo"],
        "name": ["export_rows", "render"],
        "reference": ["0" * 64, "A" * 24],
    }
    tokens = {"query": query["token"], "staff": staff, "claim": track["token"]}
    return Service(stack, tokens, existing, body)


def test_a_few_hundred_requests_are_answered_as_the_document_tells(service: Service) -> None:
    for operation in _operations(service.stack):
        _try(service, operation, 14)
    assert service.answered.total() > 250


@pytest.mark.soak
def test_twenty_thousand_requests_are_answered_as_the_document_tells(service: Service) -> None:
    service = replace(service, names={**service.names, **_reported(service)})
    before = service.answered.total()
    operations = list(_operations(service.stack))
    for operation in operations:
        _try(service, operation, 20_000 // len(operations) + 1)
    for line, count in sorted(service.answered.items()):
        print(count, line)  # noqa: T201 - what the limits let through is worth a look
    assert service.answered.total() - before >= 20_000


def _reported(service: Service) -> dict[str, list[str]]:
    """Makes the figures of today and the reports of its quarter; what they are called."""
    stack, now = service.stack, clock.now()
    day = clock.shanghai_day(now)
    for function, later in (("roll_up_day", 1), ("report_quarter", 92)):
        ran = stack.http.post(
            f"{stack.url}/_local/schedules/{function}",
            params={"at": clock.shown(now + timedelta(days=later))},
            timeout=120,
        )
        assert ran.status_code == 200, ran.text
    while not stack.drain():
        pass
    headers = {"Authorization": f"Bearer {service.tokens['staff']}"}
    listed = stack.get("/v1/staff/reports?limit=100", headers=headers).json()["items"]
    assert "head_office" in {one["organisation"] for one in listed}
    return {
        "period": sorted({one["period"] for one in listed}),
        "organisation": ["head_office", *sorted({one["organisation"] for one in listed})],
        "day": [day.isoformat(), f"{day.year}-02-30"],
    }


def _operations(stack: OutsideStack) -> Iterator[APIOperation]:
    document = stack.get("/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    return (found.ok() for found in schema.get_all_operations())


def _try(service: Service, operation: APIOperation, cases: int) -> None:
    kinds = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.body or operation.query:
        kinds.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    (access,) = [*(operation.definition.raw["security"] or [{"public": []}])[0]]

    examples = service.examples(operation)

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=st.one_of(kinds), headers=HEADERS, data=st.data())
    def answered_as_told(case: Case, headers: dict[str, str], data: st.DataObject) -> None:
        for name in case.path_parameters or {}:
            named = service.names.get(name, ODD) if data.draw(st.booleans()) else ODD
            if data.draw(st.booleans()):
                case.path_parameters[name] = data.draw(st.sampled_from(named))
            elif case.path_parameters[name] in (".", ".."):
                # Clients resolve these themselves and ask for another address.
                case.path_parameters[name] = "..."
        if access != "public" and data.draw(st.sampled_from([True] * 9 + [False])):
            headers["Authorization"] = f"Bearer {service.tokens[access]}"
        if examples:
            case.body = _body(data, case.body, data.draw(st.sampled_from(examples)))
        _check(service, case, {**headers, **service.headers()})

    answered_as_told()


def _body(data: st.DataObject, made: Any, example: Any) -> Any:
    """What was made, an example, or an example with something in it replaced."""
    match data.draw(st.sampled_from(["made", "example", "mixed"])):
        case "example":
            return example
        case "mixed" if isinstance(made, dict) and made:
            name = data.draw(st.sampled_from(sorted(made)))
            return {**example, name: made[name]}
    return made


def _check(service: Service, case: Case, headers: dict[str, Any]) -> None:
    try:
        response = case.call(service.stack.url, service.stack.http, headers, allow_redirects=False)
    except requests.exceptions.InvalidURL:
        return
    told = f"{case.operation.method.upper()} {case.operation.path} {response.status_code}"
    service.answered[told] += 1
    case.validate_response(response, checks=CHECKS)
