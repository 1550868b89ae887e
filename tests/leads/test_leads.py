"""A lead from the visitor to the agent, through the door."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock, tokens, validation
from chalicelib.errors import ChallengeRequiredError
from chalicelib.leads import schedule, service, withdrawal
from chalicelib.limits import service as limits
from chalicelib.organisations import service as organisations
from chalicelib.partners import attribution
from chalicelib.policies import service as policies
from chalicelib.staff import service as staff
from tests.conftest import Aws
from tests.door import Door, Reply
from tests.policies import rows as policy_rows

BODY: dict[str, Any] = validation.load("leads/lead")["examples"][0]
Token = Callable[..., str]


@pytest.fixture(autouse=True)
def directory(aws: Aws) -> None:
    aws.empty()
    rows = [
        {"code": "HO", "name": "总公司", "level": "head_office", "region": "310000"},
        {"code": "44", "name": "广东", "level": "province", "parent": "HO", "region": "440000"},
        {"code": "4401", "name": "广州", "level": "city", "parent": "44", "region": "440100"},
        {"code": "4403", "name": "深圳", "level": "city", "parent": "44", "region": "440300"},
    ]
    organisations.take("organisations", [(row, "o") for row in rows])
    people("A1", "A2", "A3")
    refresh()


def people(*codes: str, organisation: str = "4401", **more: Any) -> None:
    rows = [{"code": c, "name": f"业务员{c}", "organisation": organisation, **more} for c in codes]
    organisations.take("agents", [(row, f"{codes}{more}") for row in rows])
    refresh()


def refresh() -> None:
    """As after two seconds: processes read the directory anew."""
    for cached in (organisations._open, organisations._cached, organisations._tree):
        cached.cache_clear()


def send(door: Door, phone: str = "13800138000", **more: Any) -> Reply:
    headers = {"idempotency-key": more.pop("key")} if "key" in more else {}
    caller = more.pop("caller", "192.0.2.1")
    region = more.pop("region", "440106")
    body = {**BODY, **more, "contact": {"name": "王芳", "phone": phone, "region": region}}
    return door.post("/v1/leads", body, headers=headers, caller=caller)


def test_a_lead_is_answered_with_reasons_and_the_agent_by_name_and_number(door: Door) -> None:
    reply = send(door)
    assert reply.status == 201
    assert reply.body["recommendations"][0]["line"] == "motor"
    assert reply.body["recommendations"][0]["fit"] == "suitable"
    assert reply.body["recommendations"][0]["reasons"][0]["text"]
    agent = reply.body["agent"]
    assert (agent["registration_no"], agent["name"]) == ("A1", "业务员A1")
    assert agent["organisation_name"] == "广州"
    assert reply.body["contact_by"]


def test_the_same_key_gets_the_same_answer_and_another_body_422(door: Door) -> None:
    first, again = send(door, key="k"), send(door, key="k")
    assert (again.status, again.body) == (201, first.body)
    assert send(door, "13900139000", key="k").status == 422


def test_the_same_telephone_is_one_lead_with_another_visit(door: Door, staff_token: Token) -> None:
    first = send(door, "138 0013 8000").body
    second = send(door, "+86-13800138000")
    assert second.status == 201
    assert second.body["lead_no"] == first["lead_no"]
    assert second.body["agent"] == first["agent"]
    token = staff_token(["assessor"], "4401")
    (item,) = door.get("/v1/staff/leads", token=token).body["items"]
    assert item["visit_count"] == 2


def test_after_the_window_it_is_a_new_lead_for_the_same_agent(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = send(door).body
    later = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = send(door).body
    assert second["lead_no"] != first["lead_no"]
    assert second["agent"]["code"] == first["agent"]["code"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"questionnaire": "hats"}, "/questionnaire"),
        ({"consent": {"contact": True, "text_version": "x"}}, "/consent/text_version"),
        ({"consent": {"contact": False, "text_version": "2026-02"}}, "/consent/contact"),
        ({"answers": {}}, "/answers/for_whom"),
        ({"region": "4401"}, "/contact/region"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(
    door: Door, aws: Aws, change: dict[str, Any], pointer: str
) -> None:
    reply = send(door, **change)
    assert reply.status == 400
    assert pointer in [error["pointer"] for error in reply.body["errors"]]
    assert not _stored(aws)


def test_a_challenge_comes_after_twenty_leads_a_day_from_one_caller(door: Door) -> None:
    for number in range(20):
        assert send(door, f"138001380{number:02d}").status == 201
    refused = send(door, "13800138099")
    assert (refused.status, refused.body["code"]) == (403, "challenge-required")
    assert send(door, "13800138099", caller="192.0.2.9").status == 201


def test_the_day_of_that_limit_is_shanghais_and_not_utcs(aws: Aws) -> None:
    evening = clock.parse("2026-11-20T23:50:00+08:00")
    for _ in range(20):
        limits.count_lead("192.0.2.1", None, evening)
    with pytest.raises(ChallengeRequiredError):
        limits.count_lead("192.0.2.1", None, evening)
    # Midnight in London, eight in the morning in Shanghai: the same day all the while.
    morning = clock.parse("2026-11-21T07:50:00+08:00")
    for minutes in range(20):
        limits.count_lead("192.0.2.1", None, morning + timedelta(minutes=minutes))
    with pytest.raises(ChallengeRequiredError):
        limits.count_lead("192.0.2.1", None, morning + timedelta(minutes=20))


def test_the_partner_that_led_here_is_kept(door: Door, staff_token: Token) -> None:
    signed = attribution.sign("iac", clock.shanghai_day(clock.now()))
    send(door, partner=signed)
    (item,) = door.get("/v1/staff/leads", token=staff_token(["agent"], "4401", "A1")).body["items"]
    assert item["partner"] == "iac"


def test_nothing_personal_stands_open_in_the_table(door: Door, aws: Aws) -> None:
    send(door, key="k")
    stored = str(_stored(aws))
    assert "13800138000" not in stored
    assert "王芳" not in stored
    assert "evening" not in stored


def test_evidence_of_consent_is_kept_with_the_words_version_and_time(
    door: Door, staff_token: Token
) -> None:
    number = send(door).body["lead_no"]
    token = staff_token(["assessor"], "44")
    record = door.get(f"/v1/staff/leads/{number}", token=token).body
    consent = record["visits"][0]["consent"]
    assert (consent["text_version"], consent["contact"]) == ("2026-02", True)
    assert consent["marketing"] is False
    assert len(consent["text_sha256"]) == 64


def test_withdrawal_empties_the_lead_of_the_person_at_once(door: Door, staff_token: Token) -> None:
    lead = send(door).body
    path = f"/v1/leads/{lead['lead_no']}/withdrawal"
    assert door.call("POST", path).status == 401
    assert door.call("POST", path, token="wrong").status == 404
    assert door.call("POST", path, token=lead["manage_token"]).status == 204
    assert door.call("POST", path, token=lead["manage_token"]).status == 204
    token = staff_token(["assessor"], "44")
    record = door.get(f"/v1/staff/leads/{lead['lead_no']}", token=token).body
    assert (record["status"], record["name"], record["phone"]) == ("withdrawn", None, None)
    assert record["visits"][0]["answers"] == []
    assert send(door).body["lead_no"] != lead["lead_no"]


def test_leads_past_their_year_are_found_and_erased(door: Door, aws: Aws) -> None:
    lead = send(door).body
    assert withdrawal.due(lambda _: False, 10) == []
    assert withdrawal.due(lambda day: day.year < 2030, 10) == [lead["lead_no"]]
    withdrawal.erase([lead["lead_no"], "gone"])
    assert not [item for item in _stored(aws) if item["pk"]["S"].startswith(("lead/", "person/"))]


def test_leads_go_in_turn_and_pass_over_who_is_absent_or_of_another_line(door: Door) -> None:
    people("A2", available=False)
    people("A3", lines=["property"])
    people("A4", "A5", lines=["motor"])
    given = Counter(send(door, f"1380013800{n}").body["agent"]["code"] for n in range(7))
    assert given.keys() == {"A1", "A4", "A5"}
    assert max(given.values()) - min(given.values()) <= 1


def test_who_comes_back_does_not_get_two_before_others_get_one(door: Door) -> None:
    people("A2", available=False)
    order = [send(door, "13800138001").body["agent"]["code"]]
    people("A2", available=True)
    order += [send(door, f"1380013801{n}").body["agent"]["code"] for n in range(5)]
    assert max(Counter(order).values()) - min(Counter(order).values()) <= 1


def test_64_leads_at_once_are_spread_by_one_at_most(door: Door) -> None:
    people(*(f"B{n}" for n in range(7)))
    with ThreadPoolExecutor(16) as pool:
        numbers = [f"13700137{n:03d}" for n in range(64)]
        replies = list(pool.map(lambda n: send(door, n, caller=f"198.51.100.{n[-2:]}"), numbers))
    assert {reply.status for reply in replies} == {201}
    given = Counter(reply.body["agent"]["code"] for reply in replies)
    assert len(given) == 10
    assert max(given.values()) - min(given.values()) <= 1


def test_where_nobody_is_the_lead_is_taken_waits_and_rings(
    door: Door, capsys: pytest.CaptureFixture[str], staff_token: Token
) -> None:
    people("A1", "A2", "A3", available=False)
    lead = send(door).body
    assert lead["agent"] is None
    assert "LeadsUnassigned" in capsys.readouterr().out
    token = staff_token(["assessor"], "4401")
    query = {"status": "unassigned"}
    (item,) = door.get("/v1/staff/leads", token=token, query=query).body["items"]
    assert (item["lead_no"], item["agent"]) == (lead["lead_no"], None)
    people("A2", available=True)
    assert schedule.run(clock.now() + timedelta(minutes=2))["assigned"] == 1
    found = service.find(lead["lead_no"])
    assert found is not None
    assert found.agent == "A2"


def test_an_untouched_lead_goes_to_somebody_else_and_a_touched_one_stays(
    door: Door, staff_token: Token
) -> None:
    untouched, touched = send(door, "13800138001").body, send(door, "13800138002").body
    token = staff_token(["agent"], "4401", touched["agent"]["code"])
    path = f"/v1/staff/leads/{touched['lead_no']}/contacts"
    assert door.post(path, {"outcome": "reached"}, token=token).status == 201
    assert schedule.run(clock.now() + timedelta(hours=25))["handed_back"] == 1
    moved, stayed = service.find(untouched["lead_no"]), service.find(touched["lead_no"])
    assert moved is not None
    assert stayed is not None
    assert moved.agent not in (None, untouched["agent"]["code"])
    assert stayed.agent == touched["agent"]["code"]


def test_leads_of_who_has_left_are_handed_over_with_their_history(
    door: Door, staff_token: Token
) -> None:
    lead = send(door).body
    staff.leave(lead["agent"]["code"], clock.now())
    assert schedule.run(clock.now() + timedelta(minutes=2))["handed_over"] == 1
    token = staff_token(["assessor"], "44")
    record = door.get(f"/v1/staff/leads/{lead['lead_no']}", token=token).body
    kinds = [event["kind"] for event in record["events"]]
    assert kinds == ["received", "assigned", "handed_over", "assigned"]
    assert record["agent"]["code"] != lead["agent"]["code"]


def test_a_stand_in_gets_a_lead_and_returns_it(door: Door, staff_token: Token) -> None:
    lead = send(door).body
    path = f"/v1/staff/leads/{lead['lead_no']}/assignments"
    token = staff_token(["agent"], "4401", "A1")
    entrusted = door.post(path, {"action": "entrust", "agent": "A2"}, token=token)
    assert (entrusted.status, entrusted.body["agent"]) == (201, None)
    assert door.post(path, {"action": "return"}, token=token).status == 404
    stand_in = staff_token(["agent"], "4401", "A2")
    assert door.post(path, {"action": "return"}, token=stand_in).status == 201
    (item,) = door.get("/v1/staff/leads", token=token).body["items"]
    assert item["agent"]["code"] == "A1"


def test_who_is_away_has_a_stand_in_and_gets_his_leads_back(door: Door) -> None:
    people("A2", "A3", available=False)
    lead = send(door).body
    assert lead["agent"]["code"] == "A1"
    people("A2", available=True)
    people("A1", available=False, stand_in="A2")
    assert schedule.run(clock.now())["stand_ins"] == 1
    assert schedule.run(clock.now())["stand_ins"] == 0
    entrusted = service.find(lead["lead_no"])
    assert entrusted is not None
    assert (entrusted.agent, entrusted.facts["entrusted_by"]) == ("A2", "A1")
    people("A1", available=True)
    assert schedule.run(clock.now())["stand_ins"] == 1
    returned = service.find(lead["lead_no"])
    assert returned is not None
    assert (returned.agent, returned.facts["entrusted_by"]) == ("A1", None)
    kinds = [one.facts["kind"] for one in service.store.of(lead["lead_no"], "event")]
    assert kinds == ["received", "assigned", "entrusted", "returned"]


def test_an_assessor_classifies_anew_and_writes_the_plan_that_the_agent_reads(
    door: Door, aws: Aws, staff_token: Token
) -> None:
    number = send(door).body["lead_no"]
    path = f"/v1/staff/leads/{number}"
    plan = "建议家庭财产综合保险，保额按重置价。"
    agent, assessor = staff_token(["agent"], "4401", "A1"), staff_token(["assessor"], "44")
    told = {"action": "classify", "line": "property", "plan": plan}
    assert door.post(f"{path}/assignments", told, token=agent).status == 403
    assert door.post(f"{path}/assignments", {"action": "classify"}, token=assessor).status == 400
    assert door.post(f"{path}/assignments", told, token=assessor).status == 201
    record = door.get(path, token=agent).body
    validation.validate("leads/record", record)
    assert (record["line"], record["plan"], record["agent"]["code"]) == ("property", plan, "A1")
    assert {one["kind"] for one in record["events"][-2:]} == {"classified", "planned"}
    assert plan not in json.dumps(_stored(aws), default=str, ensure_ascii=False)
    manager = door.get(path, token=staff_token(["branch_manager"], "4401", "S3")).body
    assert plan not in json.dumps(manager, ensure_ascii=False)
    given = {"agent": "A3", "plan": "改由熟悉家财险的同事联系。"}
    assert door.post(f"{path}/assignments", given, token=assessor).status == 201
    seen = door.get(path, token=staff_token(["agent"], "4401", "A3")).body
    assert seen["plan"] == given["plan"]


def test_a_customers_own_agent_goes_before_the_queue_by_exact_identity_alone(door: Door) -> None:
    motor, home = policy_rows.number(), policy_rows.number()
    policy_rows.take(
        policy_rows.policy(motor, agent="A2"),
        policy_rows.policy(home, line="property", agent="A3"),
    )
    (found,) = policies.of_marks([policies.records([motor])[motor].person], 1)[:1]
    for assurance, expected in (("id", "A2"), ("weak", "A1")):
        token, _ = tokens.issue(
            tokens.QueryToken("q", home, str(found.person), assurance), clock.now()
        )
        sent = {**BODY, "contact": {**BODY["contact"], "phone": f"1390013800{len(assurance)}"}}
        assert door.post("/v1/leads", sent, token=token).body["agent"]["code"] == expected


def test_the_agents_registration_number_is_the_registers(door: Door) -> None:
    people("A1", "A2", "A3", registration_no="02000044010080002019000001")
    assert send(door).body["agent"]["registration_no"] == "02000044010080002019000001"


def test_a_prospect_under_one_key_is_entered_once(door: Door, staff_token: Token) -> None:
    prospect = validation.load("leads/prospect")["examples"][0]
    token = staff_token(["agent"], "4401", "A2")

    def enter(told: dict[str, Any], key: str) -> Reply:
        headers = {"idempotency-key": key}
        return door.post("/v1/staff/leads", told, token=token, headers=headers)

    first = enter(prospect, "p1")
    assert (enter(prospect, "p1").body, first.status) == (first.body, 201)
    other = {**prospect, "contact": {**prospect["contact"], "phone": "13700137000"}}
    assert enter(other, "p1").status == 422
    assert enter(other, "p2").status == 201


def test_a_write_from_an_old_view_is_refused(door: Door, staff_token: Token) -> None:
    send(door)
    token = staff_token(["assessor"], "4401")
    (item,) = door.get("/v1/staff/leads", token=token).body["items"]
    path = f"/v1/staff/leads/{item['lead_no']}/assignments"
    headers = {"if-match": item["etag"]}
    assert door.post(path, {"agent": "A3"}, token=token, headers=headers).status == 201
    assert door.post(path, {"agent": "A2"}, token=token, headers=headers).status == 412
    assert door.post(path, {"agent": "nobody"}, token=token).status == 400


def test_a_lost_lead_needs_its_reason(door: Door, staff_token: Token) -> None:
    number = send(door).body["lead_no"]
    token = staff_token(["agent"], "4401", "A1")
    path = f"/v1/staff/leads/{number}/contacts"
    assert door.post(path, {"outcome": "lost"}, token=token).status == 400
    lost = door.post(path, {"outcome": "lost", "lost_reason": "price"}, token=token)
    assert lost.body["status"] == "lost"


def test_staff_see_the_leads_within_their_reach_and_no_others(
    door: Door, staff_token: Token
) -> None:
    number = send(door).body["lead_no"]
    for roles, organisation, sub, count in (
        (["agent"], "4401", "A1", 1),
        (["agent"], "4401", "A2", 0),
        (["assessor"], "44", "S1", 1),
        (["assessor"], "4403", "S2", 0),
    ):
        token = staff_token(roles, organisation, sub)
        assert len(door.get("/v1/staff/leads", token=token).body["items"]) == count
        status = door.get(f"/v1/staff/leads/{number}", token=token).status
        assert status == (200 if count else 404)
    manager = staff_token(["branch_manager"], "4401", "S3")
    (item,) = door.get("/v1/staff/leads", token=manager).body["items"]
    assert (item["name"], item["phone"]) == (None, None)


def test_lists_go_on_where_they_stopped(door: Door, staff_token: Token) -> None:
    numbers = {send(door, f"1380013800{n}").body["lead_no"] for n in range(5)}
    token, seen, cursor = staff_token(["assessor"], "HO"), [], ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = door.get("/v1/staff/leads", token=token, query=query).body
        seen += [item["lead_no"] for item in page["items"]]
        cursor = page["cursor"]
    assert sorted(seen) == sorted(numbers)


def test_an_agent_enters_his_own_prospect_and_nobody_elses(door: Door, staff_token: Token) -> None:
    prospect = validation.load("leads/prospect")["examples"][0]
    token = staff_token(["agent"], "4401", "A2")
    made = door.post("/v1/staff/leads", prospect, token=token)
    assert made.status == 201
    (item,) = door.get("/v1/staff/leads", token=token).body["items"]
    assert (item["lead_no"], item["source"]) == (made.body["lead_no"], "referral")
    other = staff_token(["agent"], "4401", "A3")
    assert door.post("/v1/staff/leads", prospect, token=other).status == 409


def _stored(aws: Aws) -> list[dict[str, Any]]:
    dynamodb = aws.resources.clients.dynamodb
    return list(dynamodb.scan(TableName=aws.name("LeadsTable"))["Items"])


def test_the_example_of_the_schema_is_an_answer_to_the_questionnaire() -> None:
    data = json.loads(Path("schemas/data/questionnaires.json").read_text("utf-8"))
    assert BODY["answers"] == data["versions"][-1]["example"]
