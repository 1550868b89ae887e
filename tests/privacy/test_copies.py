"""A copy of one's data: asked for by staff, made with the press, fetched by the person himself."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from chalicelib import aws as clients
from chalicelib import clock, events, settings, tokens, validation
from chalicelib.contacts import service as contacts
from chalicelib.organisations import service as organisations
from chalicelib.policies import parts
from chalicelib.privacy import copies, dossier, printing, service, store
from tests.documents.samples import bare, text
from tests.policies.rows import AT, number, policy, take

NAME, ID_NO, HOLDER = "欧阳静", "110105194912310021", "王建国"


@pytest.fixture
def mine(aws: Any) -> list[str]:
    """Two policies of one person, the first with everything that is kept beside it."""
    aws.empty()
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
    organisations._tree.cache_clear()
    numbers = [number(), number()]
    own = {"insured_name": NAME, "insured_id_no": ID_NO, "insured_address": "天河路385号"}
    holder = {
        "policyholder_name": HOLDER,
        "policyholder_id_type": "resident_id",
        "policyholder_id_no": "11010519491231002X",
        "policyholder_phone": "13811112222",
        "policyholder_sex": "male",
    }
    take(policy(numbers[0], **own, **holder, mobile="13812345678"), policy(numbers[1], **own))
    first = {"policy_no": numbers[0]}
    parts.take_payments([({**first, "instalment": 1, "paid_amount": 328050}, "p#1")], AT)
    parts.take_endorsements(
        [({**first, "endorsement_no": "E100", "summary": "变更地址"}, "e#1")], AT
    )
    phone = {"phone": "13987654321", "phone_kind": "mobile", "source": "renewal"}
    contacts.take([({**first, **phone, "recorded_on": "2026-10-01"}, "c#1")])
    return numbers


def token(policy_no: str, assurance: str = "id") -> tokens.QueryToken:
    return tokens.QueryToken(f"q-{assurance}", policy_no, "p", assurance)


def bearer(policy_no: str, assurance: str = "id") -> str:
    return tokens.issue(token(policy_no, assurance), clock.now())[0]


def asked(policy_no: str, kind: str = "access", assurance: str = "id") -> str:
    return service.receive(token(policy_no, assurance), {"kind": kind}, clock.now())["request_no"]


def act(door: Any, officer: str, request_no: str, action: str, **more: str) -> Any:
    path = f"/v1/staff/privacy-requests/{request_no}/events"
    return door.post(path, {"action": action, **more}, token=officer)


@pytest.fixture
def officer(staff_token: Any) -> str:
    return str(staff_token(["compliance_officer"], "4401", sub="officer"))


def render_all() -> int:
    """Works on what waits in the render queue; how many letters there were."""
    queue, done = settings.get("RENDER_QUEUE_URL"), 0
    while found := clients.client("sqs").receive_message(QueueUrl=queue).get("Messages"):
        for message in found:
            body = json.loads(message["Body"])
            clients.client("sqs").delete_message(
                QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
            )
            if body.get("kind") == copies.KIND:
                dossier.render(body["reference"])
                done += 1
    return done


def test_a_person_gets_everything_that_is_kept_of_him_as_json_and_pdf(
    door: Any, mine: list[str], officer: str
) -> None:
    request_no = asked(mine[0])
    path = f"/v1/privacy-requests/{request_no}"
    act(door, officer, request_no, "accept")
    accepted = door.get(path, token=bearer(mine[0])).body
    assert (accepted["kind_name"], accepted["status_name"]) == ("查阅、复制", "已受理")
    assert accepted["copies"] == []
    reply = act(door, officer, request_no, "copy", message="已为您准备副本")
    assert (reply.status, reply.body["copy"]) == (200, "asked")
    assert render_all() >= 1
    own = door.get(path, token=bearer(mine[0]))
    assert (own.status, own.body["message"]) == (200, "已为您准备副本")
    files = {entry["format"]: entry for entry in own.body["copies"]}
    fetched = {form: requests.get(entry["url"], timeout=10) for form, entry in files.items()}
    for form, entry in files.items():
        assert hashlib.sha256(fetched[form].content).hexdigest() == entry["sha256"]
    content = fetched["json"].json()
    assert content["person"] == {"name": NAME, "id_type": "resident_id", "id_no": ID_NO}
    found = {one["policy"]["policy_no"]: one for one in content["policies"]}
    assert set(found) == set(mine)
    first = found[mine[0]]
    assert first["policy"]["insured_address"] == "天河路385号"
    assert first["payments"][0]["paid_amount"] == 328050
    assert first["endorsements"][0]["summary"] == "变更地址"
    assert {one["phone"] for one in first["telephones"]} == {"13812345678", "13987654321"}
    read = text(fetched["pdf"].content)
    for words in ("个人信息副本", NAME, ID_NO, mine[0], "天河路385号", "3,280.50", "变更地址"):
        assert bare(words) in read, words


def test_who_asked_in_english_gets_the_copy_in_english_too(
    door: Any, mine: list[str], officer: str
) -> None:
    wanted = {"accept-language": "en"}
    received = door.post(
        "/v1/privacy-requests", {"kind": "access"}, token=bearer(mine[0]), headers=wanted
    )
    request_no = received.body["request_no"]
    act(door, officer, request_no, "accept")
    act(door, officer, request_no, "copy")
    assert render_all() >= 1
    own = door.get(f"/v1/privacy-requests/{request_no}", token=bearer(mine[0]))
    validation.validate("privacy/own", own.body)
    files = {(entry["format"], entry["language"]): entry for entry in own.body["copies"]}
    assert set(files) == {("json", "zh-CN"), ("pdf", "zh-CN"), ("pdf", "en")}
    entry = files["pdf", "en"]
    fetched = requests.get(entry["url"], timeout=10).content
    assert hashlib.sha256(fetched).hexdigest() == entry["sha256"]
    read = text(fetched)
    english = ("Copy of your data", "Issued on", "Insured address", "Insured ID number", "Motor")
    for words in (*english, "CNY 3,280.50", "10 years", NAME, ID_NO, "变更地址"):
        assert bare(words) in read, words
    for chinese in ("签单日期", "个人信息副本", "机动车辆保险", "年"):
        assert chinese not in read, chinese


def test_other_people_in_ones_policies_are_masked(mine: list[str]) -> None:
    content = dossier.collect(mine[0], "PR", AT)
    whole = json.dumps(content, ensure_ascii=False)
    assert "王**" in whole
    for private in (HOLDER, "11010519491231002X", "13811112222"):
        assert private not in whole
    assert "policyholder_sex" not in content["policies"][0]["policy"]


def test_only_who_proved_his_id_number_gets_a_copy(
    door: Any, mine: list[str], officer: str
) -> None:
    weak = asked(mine[0], assurance="weak")
    act(door, officer, weak, "accept")
    assert act(door, officer, weak, "copy").status == 400
    other = asked(mine[0], "correct")
    act(door, officer, other, "accept")
    assert act(door, officer, other, "copy").status == 400
    strong = asked(mine[0])
    assert act(door, officer, strong, "copy").status == 400, "not before it is accepted"
    act(door, officer, strong, "accept")
    act(door, officer, strong, "copy")
    render_all()
    path = f"/v1/privacy-requests/{strong}"
    assert door.get(path, token=bearer(mine[0], "weak")).body["copies"] == []
    assert door.get(path, token=bearer(mine[1])).status == 404
    assert door.get(path).status == 401
    assert len(door.get(path, token=bearer(mine[0])).body["copies"]) == 2


def test_a_message_that_comes_twice_makes_the_copy_once(
    door: Any, mine: list[str], officer: str
) -> None:
    request_no = asked(mine[0])
    act(door, officer, request_no, "accept")
    act(door, officer, request_no, "copy")
    record = {"messageId": "1", "body": json.dumps({"kind": copies.KIND, "reference": request_no})}
    context = type("Context", (), {"aws_request_id": "test"})()
    for _ in range(2):
        answer = events.render_document({"Records": [record]}, context)
        assert answer == {"batchItemFailures": []}
    item = store.get(f"requests/{request_no[2:6]}", request_no)
    assert item is not None
    assert item.facts["copy"]["status"] == "ready"
    dossier.render("PR202611210000")


def test_the_copy_goes_after_its_time(door: Any, mine: list[str], officer: str) -> None:
    copy = {"status": "ready", "at": clock.stored(AT), "sha256": {"json": "a", "pdf": "b"}}
    assert len(copies.links("PR", copy, AT + timedelta(days=29))) == 2
    assert copies.links("PR", copy, AT + timedelta(days=31)) == []


def test_what_cannot_be_printed_is_noted_as_failed(
    door: Any, mine: list[str], officer: str
) -> None:
    odd = number()
    take(policy(odd, insured_name="甲\U00030100", insured_id_type="other", insured_id_no="Z1"))
    request_no = asked(odd)
    act(door, officer, request_no, "accept")
    act(door, officer, request_no, "copy")
    render_all()
    item = store.get(f"requests/{request_no[2:6]}", request_no)
    assert item is not None
    assert item.facts["copy"]["status"] == "failed"


def test_what_was_uploaded_with_a_claim_is_named(door: Any, mine: list[str]) -> None:
    query = bearer(mine[0])
    loss = {
        "policy_no": mine[0],
        "occurred_at": "2026-11-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "scratch",
        "description": "车门划痕",
        "reporter": {"name": NAME, "phone": "13812345678", "relation": "insured"},
    }
    claim_no = door.post("/v1/claims", loss, token=query).body["claim_no"]
    wanted = {"filename": "车门.jpg", "content_type": "image/jpeg", "size": 1000}
    assert door.post(f"/v1/claims/{claim_no}/attachments", wanted, token=query).status == 201
    with door.guard.acting("render_document"):
        first = dossier.collect(mine[0], "PR", clock.now())["policies"][0]
    (file,) = first["uploads"]
    assert (file["claim_no"], file["filename"], file["status"]) == (claim_no, "车门.jpg", "waiting")
    assert printing._file(file)[:2] == ("车门.jpg", file["status_name"])
