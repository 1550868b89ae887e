"""Filing an objection and following it, over HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import clock, validation
from chalicelib.notifications import hours
from chalicelib.objections import service
from tests.conftest import Aws
from tests.door import Door, Reply
from tests.policies.rows import number, policy, take

ID_NO = "11010519491231002X"
PHONE = "138 0013 8000"


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    return Door()


@pytest.fixture
def policy_no(door: Door) -> str:
    name = number()
    take(policy(name, insured_name="王芳"))
    return name


def query(door: Door, policy_no: str, **more: Any) -> dict[str, Any]:
    asked = {"policy_no": policy_no, **(more or {"id_no": ID_NO})}
    answer = door.post("/v1/queries", asked)
    assert answer.status == 200, answer.body
    return dict(answer.body)


def file(
    door: Door, answer: dict[str, Any], key: str | None = None, language: str = "zh-CN", **more: Any
) -> Reply:
    body = {
        "query_id": answer["query_id"],
        "item": "/policy/premium",
        "claimed": "3000.00",
        "description": "我实际缴纳3000元",
        "phone": PHONE,
        **more,
    }
    headers = {"accept-language": language} | ({"idempotency-key": key} if key else {})
    return door.post("/v1/objections", body, token=answer["token"], headers=headers)


def events() -> list[dict[str, Any]]:
    return list(service.of_day(clock.shanghai_day(clock.now()).isoformat()))


def test_an_objection_is_taken_with_what_was_shown_and_followed(door: Door, policy_no: str) -> None:
    answer = query(door, policy_no)
    taken = file(door, answer)
    assert taken.status == 201
    validation.validate("objections/filed", taken.body)
    number = taken.body["objection_no"]
    assert (taken.body["status_name"], taken.body["subject_name"]) == ("已收到", "承保")
    assert taken.headers["Location"] == f"/v1/objections/{number}"
    followed = door.get(f"/v1/objections/{number}", token=answer["token"])
    assert followed.status == 200
    validation.validate("objections/followed", followed.body)
    assert followed.body["shown"] == {"amount": 328_050, "currency": "CNY"}
    assert (followed.body["status"], followed.body["subject"]) == ("received", "underwriting")
    assert [step["event"] for step in followed.body["timeline"]] == ["filed"]
    assert followed.body["reply"] is None


def test_the_general_limit_is_three_working_days(door: Door, policy_no: str) -> None:
    taken = file(door, query(door, policy_no))
    due = clock.parse(taken.body["due_at"])
    today, last = clock.shanghai_day(clock.now()), clock.shanghai_day(due)
    counted = [
        day
        for day in (today.fromordinal(n) for n in range(today.toordinal() + 1, last.toordinal()))
        if hours.is_working_day(day)
    ]
    assert len(counted) == 3
    assert due == clock.start_of_day(last)


@pytest.mark.parametrize(
    ("item", "subject"),
    [
        ("/policy/premium", "underwriting"),
        ("/policy/payments/0/paid_amount", "payment"),
        ("/policy/endorsements", "endorsement"),
        ("/policy/channel/name", "channel"),
        ("/policy/channel/payment_method", "payment"),
        ("/policy/insured/name", "identity"),
        ("/claims", "claim_progress"),
        ("/data_as_of", "other"),
    ],
)
def test_the_pointer_decides_the_subject(
    door: Door, policy_no: str, item: str, subject: str
) -> None:
    take(policy(policy_no, 2, insured_name="王芳", paid_on="2026-03-01"))
    taken = file(door, query(door, policy_no), item=item)
    assert (taken.status, taken.body["subject"]) == (201, subject)


def test_amount_and_progress_of_a_claim_are_told_apart(door: Door, policy_no: str) -> None:
    answer = query(door, policy_no)
    report = {
        "occurred_at": "2026-10-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": {"name": "王芳", "phone": PHONE, "relation": "insured"},
    }
    claim = door.post("/v1/claims", report, token=answer["token"]).body["claim_no"]
    amount = file(door, answer, item="/claims/0/paid_amount")
    progress = file(door, answer, item="/claims/0/status")
    assert amount.body["subject"] == "claim_amount"
    assert progress.body["subject"] == "claim_progress"
    followed = door.get(f"/v1/objections/{progress.body['objection_no']}", token=answer["token"])
    assert followed.body["shown"] == "reported"
    assert claim


@pytest.mark.parametrize("item", ["/policy/colour", "/claims/7", "/policy/covers/01", "/policy/"])
def test_a_pointer_to_nothing_is_named(door: Door, policy_no: str, item: str) -> None:
    refused = file(door, query(door, policy_no), item=item)
    assert refused.status == 400
    assert [(e["pointer"], e["code"]) for e in refused.body["errors"]] == [
        ("/item", "not-in-answer")
    ]


def test_nothing_that_was_shown_is_taken_from_the_client(door: Door, policy_no: str) -> None:
    refused = file(door, query(door, policy_no), shown="1.00")
    assert refused.status == 400
    assert refused.body["errors"][0]["code"] == "unknown-field"


def test_the_same_key_and_body_give_the_same_objection_and_another_body_is_refused(
    door: Door, policy_no: str
) -> None:
    answer = query(door, policy_no)
    first, again = file(door, answer, "k1"), file(door, answer, "k1")
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert file(door, answer, "k1", claimed="2000.00").status == 422
    assert len(events()) == 1


def test_one_key_sent_by_many_at_once_files_one_objection(door: Door, policy_no: str) -> None:
    answer = query(door, policy_no)
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: file(door, answer, "same"), range(8)))
    assert {reply.status for reply in replies} == {201}
    assert len({reply.body["objection_no"] for reply in replies}) == 1
    assert len(events()) == 1


def test_another_query_and_no_token_file_nothing(door: Door, policy_no: str) -> None:
    first, second = query(door, policy_no), query(door, policy_no)
    assert file(door, {**first, "query_id": second["query_id"]}).status == 404
    assert file(door, {**first, "token": None}).status == 401
    assert file(door, {**first, "token": "forged"}).status == 401
    assert events() == []


def test_another_policys_token_finds_no_objection_nor_does_a_weaker_one(door: Door) -> None:
    mine, other = number(), number()
    take(policy(mine, line="accident", insured_name="王芳"), policy(other))
    answer = query(door, mine, id_no=ID_NO, insured_name="王芳")
    objection_no = file(door, answer).body["objection_no"]
    path = f"/v1/objections/{objection_no}"
    assert door.get(path, token=query(door, other)["token"]).status == 404
    weak = query(door, mine, insured_name="王芳")
    assert weak["assurance"] == "weak"
    assert door.get(path, token=weak["token"]).status == 404
    assert door.get("/v1/objections/Y20261121-00000000", token=answer["token"]).status == 404
    assert door.get("/v1/objections/nonsense", token=answer["token"]).status == 404
    again = query(door, mine, id_no=ID_NO, insured_name="王芳")
    assert door.get(path, token=again["token"]).status == 200


def test_who_has_the_policy_now_does_not_read_what_its_former_insured_wrote(
    door: Door, policy_no: str
) -> None:
    objection_no = file(door, query(door, policy_no)).body["objection_no"]
    other_id = "440524188001010014"
    take(policy(policy_no, 2, insured_name="李雷", insured_id_no=other_id))
    answer = query(door, policy_no, id_no=other_id)
    assert door.get(f"/v1/objections/{objection_no}", token=answer["token"]).status == 404


def test_the_register_says_what_figures_need_and_nothing_personal(
    door: Door, policy_no: str, aws: Aws
) -> None:
    objection_no = file(door, query(door, policy_no), violation=True).body["objection_no"]
    (facts,) = events()
    assert facts["objection_no"] == objection_no
    assert (facts["kind"], facts["seq"], facts["by"]) == ("filed", 0, None)
    assert (facts["line"], facts["organisation"], facts["channel"]) == ("motor", "4401", "online")
    assert (facts["violation"], facts["complexity"]) == (True, "complex")
    dynamodb = aws.resources.clients.dynamodb
    stored = "".join(
        json.dumps(dynamodb.scan(TableName=aws.name(table))["Items"], default=str)
        for table in ("ObjectionsTable", "ObjectionCasesTable", "OutboxTable")
    )
    for secret in ("13800138000", PHONE, "3000", "实际缴纳", ID_NO, "王芳"):
        assert secret not in stored
    register = json.dumps(dynamodb.scan(TableName=aws.name("ObjectionsTable"))["Items"])
    assert policy_no not in register


def test_the_customer_is_told_the_number_at_once(door: Door, policy_no: str, aws: Aws) -> None:
    file(door, query(door, policy_no))
    items = aws.resources.clients.dynamodb.scan(TableName=aws.name("OutboxTable"))["Items"]
    kinds = [json.loads(item["facts"]["S"])["kind"] for item in items if "facts" in item]
    assert kinds == ["objection_received"]
