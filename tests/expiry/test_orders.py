"""Lists on demand: who gets whose, made by the queue, links bound to a version, four eyes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from chalicelib import aws
from chalicelib.audit import store as audit
from chalicelib.expiry import orders, service
from chalicelib.expiry.making import agents
from chalicelib.parameters import service as parameters
from chalicelib.staff import access
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff
from tests.expiry import portfolio
from tests.expiry.test_lists import _receive, file_all, listed, manifest

MONTH = "2026-12"
UNIT = portfolio.UNITS[0]
WANTED = {"month": MONTH, "purpose": "续保回访"}


@pytest.fixture(scope="module")
def policies(aws):
    aws.empty()
    found = portfolio.load(11, 120)
    yield found
    aws.empty()


@pytest.fixture
def order(door, staff_token, policies):
    def asked(role: str, unit: str, sub: str = "M1", **different: Any) -> Any:
        token = staff_token([role], unit, sub=sub)
        return door.post("/v1/staff/expiry-lists", {**WANTED, **different}, token=token)

    return asked


def worked() -> list[dict[str, Any]]:
    messages = _receive()
    for message in messages:
        service.work(message)
    file_all()
    return messages


def numbers(policies: list[dict[str, Any]], agent: str | None = None) -> set[str]:
    return {
        policy["policy_no"]
        for policy in policies
        if policy["organisation"] == UNIT
        and policy["ends_on"].startswith(MONTH)
        and policy["status"] in ("in_force", "suspended")
        and agent in (None, policy.get("agent"))
    }


def test_a_branch_gets_its_month_by_asking_until_it_is_made(order, policies):
    first = order("branch_manager", UNIT)
    assert (first.status, first.body["state"], first.body["files"]) == (202, "making", [])
    assert len(worked()) == 1
    ready = order("branch_manager", UNIT, sub="M2")
    assert (ready.status, ready.body["state"]) == (200, "ready")
    assert ready.body["list_id"] == first.body["list_id"]
    assert ready.body["figures"]["policies"] == len(listed(f"expiry/{MONTH}/{UNIT}.csv"))
    assert UNIT in manifest(MONTH)["organisations"]
    assert worked() == []


def test_a_link_is_of_one_version_and_reads_it(order):
    ready = order("branch_manager", UNIT).body
    found = {file["key"]: file for file in ready["files"]}
    csv = found[f"expiry/{MONTH}/{UNIT}.csv"]
    query = parse_qs(urlsplit(csv["url"]).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["versionId"]
    answer = requests.get(csv["url"], timeout=10)
    assert len(answer.content) == csv["size"]
    assert "attachment" in answer.headers["content-disposition"]
    other = csv["url"].replace(query["versionId"][0], "another")
    assert requests.get(other, timeout=10).status_code == 403


def test_an_agent_gets_his_own_customers_and_nobody_elses(order, policies):
    agent = next(p["agent"] for p in policies if p["policy_no"] in numbers(policies))
    assert order("agent", UNIT, sub=agent).status == 202
    worked()
    ready = order("agent", UNIT, sub=agent).body
    assert ready["agent"] == agent
    rows = listed(f"expiry/{MONTH}/{UNIT}/{agent}.csv")
    assert {row["业务员工号"] for row in rows} == {agent}
    assert {row["保单号"] for row in rows} <= numbers(policies, agent)
    assert order("agent", UNIT, sub=agent, organisation="44030301").status == 404


def test_an_agents_list_of_the_run_equals_the_one_he_asks_for(order, policies):
    own = manifest(MONTH)["organisations"][UNIT]["agents"]
    assert own
    for agent, made in own.items():
        order("agent", UNIT, sub=agent)
        worked()
        files = {file["key"]: file for file in order("agent", UNIT, sub=agent).body["files"]}
        for form in agents.FORMS:
            key = f"expiry/{MONTH}/{UNIT}/{agent}.{form}"
            assert files[key]["sha256"] == made["files"][form]["sha256"], key
        break


def test_another_branch_is_not_there(order, policies):
    assert order("branch_manager", UNIT, organisation="44030301").status == 404
    assert order("branch_manager", UNIT, organisation="none").status == 404
    assert order("compliance_officer", UNIT).status == 403


def test_a_month_that_is_none_is_refused(order, policies):
    assert order("branch_manager", UNIT, month="2026-13").status == 400


def test_a_long_list_waits_for_another_person(order, door, staff_token, monkeypatch):
    order("branch_manager", UNIT)
    worked()
    real = parameters.value
    few = {"export_rows": -1}
    monkeypatch.setattr(parameters, "value", lambda name, day: few.get(name) or real(name, day))
    waiting = order("branch_manager", UNIT, purpose="整月回访")
    assert (waiting.status, waiting.body["state"]) == (202, "waiting")
    assert waiting.body["files"] == []
    second = staff_token(["branch_manager"], UNIT, sub="M9")
    path = f"/v1/staff/approvals/{waiting.body['approval_id']}"
    assert door.post(path, {"decision": "approve"}, token=second).status == 200
    assert order("branch_manager", UNIT, purpose="整月回访").body["state"] == "ready"


def test_no_link_is_made_before_its_giving_is_on_record(order, monkeypatch):
    order("branch_manager", UNIT)
    worked()
    made = []
    signer = aws.client("s3").generate_presigned_url
    monkeypatch.setattr(orders.links, "signed", lambda found: made.append(found) or signer)
    with monkeypatch.context() as patch:
        patch.setenv("AUDIT_TABLE", "gone")
        assert order("branch_manager", UNIT).status == 500
    assert made == []


def test_the_record_names_every_file_that_was_handed_out(order):
    order("branch_manager", UNIT, sub="M7")
    worked()
    order("branch_manager", UNIT, sub="M7")
    facts = [json.loads(item.facts) for item in audit.of_subject("M7", None, 10)]
    keys = {f"documents/expiry/{MONTH}/{UNIT}.{form}" for form in ("xlsx", "csv", "pdf")}
    assert keys <= set(facts[0]["objects"])
    assert facts[0]["purpose"] == "free_text"  # what was written is sealed beside it


def test_an_order_that_was_lost_is_queued_again(policies):
    noon = datetime(2026, 11, 21, 4, tzinfo=UTC)
    staff = Staff("M1", "", frozenset({"branch_manager"}), UNIT)
    scope = Scope(staff, access.grants("POST", "/v1/staff/expiry-lists", staff.roles))

    def ask(after: timedelta) -> int:
        orders.ask(staff, scope, {"month": "2027-05", "purpose": "测试"}, noon + after)
        return len(_receive())

    assert [ask(timedelta(minutes=m)) for m in (0, 1, 19, 30, 31)] == [1, 0, 0, 1, 0]
