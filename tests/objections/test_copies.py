"""What a person gets of his objections with the copy of his data, and what is left once erased."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib import clock, codes, keys, sealing, tokens, validation
from chalicelib.ledger import service as ledger
from chalicelib.ledger import signing, verification
from chalicelib.objections import cases, copies, erasure, persons, store
from chalicelib.privacy import dossier, printing
from infra import keys as operation
from tests.conftest import Aws
from tests.documents.samples import bare, text
from tests.ledger.register import no_ledger
from tests.objections import test_moves
from tests.objections.test_answering import SAID, asked, says, sends
from tests.objections.test_filing import file, query
from tests.objections.test_moves import ITEM, Desk
from tests.policies.rows import number, policy, take

desk = test_moves.desk
NOTE, QUESTION = "柜员称客户多次来电", "请提供收据。"
WROTE = ("我实际缴纳3000元", "138 0013 8000", QUESTION, SAID["message"], "录入有误", "收据.jpg")


@pytest.fixture
def answered(desk: Desk) -> Desk:
    """An objection that was asked about, answered, proved and decided."""
    desk.did("clerk", "acknowledge")
    asked(desk, QUESTION)
    assert says(desk).status == 201
    sends(desk)
    desk.did("clerk", "investigate", note=NOTE)
    desk.did("clerk", "propose", result="corrected", items=[ITEM], reasons="录入有误")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    return desk


@pytest.fixture
def today(answered: Desk) -> Iterator[date]:
    """The day of what happened, sealed; no other test finds its seal."""
    no_ledger()
    day = clock.shanghai_day(clock.now())
    ledger._seal(day)
    yield day
    no_ledger()


def collected(desk: Desk, at: datetime | None = None) -> dict[str, Any]:
    with desk.door.guard.acting("render_document"):
        return dossier.collect(desk.policy_no, "PR1", at or clock.now())


def test_a_person_gets_his_objections_with_the_dialogue_the_decision_and_his_evidence(
    answered: Desk,
) -> None:
    other = number()
    take(policy(other, insured_name="李雷", insured_id_no="110105194912310021"))
    file(answered.door, query(answered.door, other, id_no="110105194912310021"))
    content = collected(answered)
    (found,) = content["objections"]
    assert (found["objection_no"], found["policy_no"]) == (answered.number, answered.policy_no)
    assert found["shown"] == {"amount": 328_050, "currency": "CNY"}
    assert (found["claimed"], found["phone"]) == ("3000.00", "138 0013 8000")
    assert found["reply"]["items"] == [{**ITEM, "item_name": "保费"}]
    messages = [step["message"] for step in found["timeline"] if step["message"]]
    assert messages == [QUESTION, SAID["message"]]
    (sent,) = found["evidence"]
    assert (sent["filename"], sent["status"], len(sent["sha256"])) == ("收据.jpg", "received", 64)
    opened = answered.door.get(sent["opened_by"], token=answered.answer["token"])
    assert opened.status == 200
    validation.validate("attachments/link", opened.body)
    kept = requests.get(opened.body["url"], timeout=30).content
    assert hashlib.sha256(kept).hexdigest() == sent["sha256"], "the very file that is on record"
    whole = json.dumps(content, ensure_ascii=False)
    for inside in (NOTE, "clerk", "reviewer"):
        assert inside not in whole
    assert {"objection", "customer_contact"} <= {rule["kind"] for rule in content["kept"]}
    with answered.door.guard.acting("render_document"):
        read = text(printing.pdf(content, "PR1", clock.now()))
    decided = codes.name("objection_result", "corrected", "zh-CN")
    for words in (answered.number, "3,280.50", "3,000.00", str(decided), *WROTE):
        assert bare(words) in read, words
    with answered.door.guard.acting("render_document"):
        at = clock.now()
        content = dossier.collect(answered.policy_no, "PR1", at, "en")
        read = text(printing.pdf(content, "PR1", at, "en"))
    decided = codes.name("objection_result", "corrected", "en")
    for words in ("What the answer showed", "CNY 3,000.00", "Premium", str(decided), *WROTE):
        assert bare(words) in read, words


def test_who_filed_by_less_than_the_id_number_is_not_told_to_the_insured(desk: Desk) -> None:
    cargo = number()
    take(policy(cargo, line="cargo", insured_name="王芳"))
    weak = query(desk.door, cargo, insured_name="王芳")
    assert weak["assurance"] == "weak"
    filed = file(desk.door, weak, phone="13911112222").body["objection_no"]
    found = {one["objection_no"]: one for one in collected(desk)["objections"]}
    assert found[filed]["phone"] == "139****2222"
    desk.number, desk.answer = filed, weak
    sent = sends(desk)
    (named,) = next(
        one["evidence"] for one in collected(desk)["objections"] if one["objection_no"] == filed
    )
    assert (named["attachment_id"], named["opened_by"]) == (sent, None)
    insured = tokens.QueryToken("q", cargo, "p", "id")
    path = f"/v1/objections/{filed}/attachments/{sent}"
    opened = desk.door.get(path, token=tokens.issue(insured, clock.now())[0])
    assert opened.status == 404


def test_a_file_of_evidence_opens_to_nobody_but_its_customer_with_the_id_number(
    answered: Desk, aws: Aws
) -> None:
    (found,) = collected(answered)["objections"]
    path = found["evidence"][0]["opened_by"]
    other = number()
    take(policy(other, insured_name="李雷", insured_id_no="110105194912310021"))
    stranger = query(answered.door, other, id_no="110105194912310021")["token"]
    assert answered.door.get(path, token=stranger).status == 404
    weak = tokens.QueryToken("q", answered.policy_no, "p", "weak")
    refused = answered.door.get(path, token=tokens.issue(weak, clock.now())[0])
    assert (refused.status, refused.body["code"]) == (403, "assurance-too-low")
    mine = answered.answer["token"]
    assert answered.door.get(f"{path}0", token=mine).status == 404
    assert answered.door.get(path, token=mine).status == 200
    with answered.door.guard.acting("api_handler"):
        erasure.erase([answered.number])
    assert answered.door.get(path, token=mine).status == 404


def test_what_is_erased_is_in_no_copy_and_the_ledger_stays_whole(
    answered: Desk, today: date, aws: Aws
) -> None:
    whose, key = _identity(answered), signing.public_key(None)

    def wrong() -> list[str]:
        return [one.kind for one in verification.verify(today, today, key) if one.kind != "late"]

    assert wrong() == []
    before = [entry.facts for entry in store.events(cases.load(answered.number).keys)]
    with answered.door.guard.acting("api_handler"):
        erasure.erase([answered.number])
    assert collected(answered)["objections"] == []
    assert wrong() == []
    assert [e.facts for e in store.events(cases.load(answered.number).keys)] == before
    dynamodb = aws.resources.clients.dynamodb
    for table in ("ObjectionsTable", "ObjectionCasesTable", "AttachmentsTable"):
        items = dynamodb.scan(TableName=aws.name(table))["Items"]
        stored = json.dumps(items, default=str, ensure_ascii=False)
        for gone in (answered.policy_no, sealing.keyed_hash(*whose), *WROTE):
            assert gone not in stored, (table, gone)
        assert not any("sealed" in one for one in items)


def test_an_objection_is_found_again_when_hash_keys_are_exchanged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whose = _identity(desk)

    def marked(progress: str) -> int:
        done = operation.reseal(tmp_path / progress)
        return int(done["tables"]["OBJECTION_CASES_TABLE"]["changed"])

    assert marked("before") == 0
    now, *_ = keys.live("hash")
    monkeypatch.setattr(keys, "live", lambda _: [("9", b"another key of hashes"), now])
    monkeypatch.setattr(keys, "newest", lambda _: ("9", b"another key of hashes"))
    assert [case.number for case in persons.of(whose, 10)] == [desk.number]
    assert marked("first") == 1
    assert marked("again") == 0
    assert store.of_person([sealing.keyed_hash(*whose)], 10) == [desk.number]
    assert len(copies.of(whose, "en", clock.now(), 10)) == 1


def _identity(desk: Desk) -> tuple[str, str]:
    kind, value = cases.load(desk.number).told()["insured"]
    return kind, value
