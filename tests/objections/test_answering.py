"""The customer's answer to a question, and the evidence he sends."""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from chalicelib import clock, dated, settings, validation
from chalicelib import events as handlers
from chalicelib.attachments import store as files_of
from chalicelib.objections import cases, clocks, erasure, evidence
from tests.attachments.files import photo
from tests.conftest import Aws
from tests.door import Reply
from tests.objections import test_moves
from tests.objections.test_filing import events, file, query
from tests.objections.test_moves import Desk
from tests.policies.rows import number, policy, take

CONTEXT = SimpleNamespace(aws_request_id="test")
PHOTO = photo()
SAID = {"message": "收据在我这里,已经上传。"}
desk = test_moves.desk


def says(desk: Desk, key: str | None = None, etag: str | None = None, **body: Any) -> Reply:
    headers = {"idempotency-key": key} if key else {}
    headers |= {"if-match": etag} if etag else {}
    path = f"/v1/objections/{desk.number}/answers"
    return desk.door.post(path, SAID | body, token=desk.answer["token"], headers=headers)


def asked(desk: Desk, message: str = "请提供收据。") -> None:
    desk.did("clerk", "ask", message=message)


def offers(desk: Desk, content: bytes = PHOTO, **more: Any) -> Reply:
    wanted = {"filename": "收据.jpg", "content_type": "image/jpeg", "size": len(content), **more}
    path = f"/v1/objections/{desk.number}/attachments"
    return desk.door.post(path, wanted, token=desk.answer["token"])


def sends(desk: Desk, content: bytes = PHOTO) -> str:
    """A file as a browser sends it, checked twice as storage may tell twice; its id."""
    invited = offers(desk, content)
    assert invited.status == 201, invited.body
    form = invited.body["upload"]
    sent = requests.post(form["url"], data=form["fields"], files={"file": content}, timeout=30)
    assert sent.status_code == 204
    bucket = {"name": settings.get("UPLOADS_BUCKET")}
    event = {"detail": {"bucket": bucket, "object": {"key": form["fields"]["key"]}}}
    for _ in range(2):
        handlers.check_attachment(event, CONTEXT)
    return str(invited.body["attachment_id"])


def looks(desk: Desk, who: str, attachment_id: str) -> Reply:
    path = f"/v1/staff/objections/{desk.number}/attachments/{attachment_id}/links"
    return desk.door.post(path, {"purpose": "核实"}, token=desk.tokens[who])


def test_an_answer_lets_the_clock_go_on_and_is_on_record_with_its_words_sealed(
    desk: Desk, aws: Aws
) -> None:
    desk.did("clerk", "acknowledge")
    asked(desk)
    waiting = desk.followed()
    assert (waiting["question"], waiting["paused"]) == ("请提供收据。", True)
    taken = says(desk, question_id=waiting["question_id"])
    assert taken.status == 201, taken.body
    validation.validate("objections/answered", taken.body)
    case = cases.load(desk.number)
    assert (case.objection.status, case.objection.question) == ("investigating", None)
    assert not any(one.paused for one in clocks.running(case.objection))
    (event,) = (facts for facts in events() if facts["kind"] == "answered")
    assert (event["by"], event["question"]) == (None, waiting["question_id"])
    followed = desk.followed()
    assert (followed["question"], followed["question_id"]) == (None, None)
    told = [one["message"] for one in followed["timeline"] if one["event"] == "answered"]
    assert told == [SAID["message"]]
    shown = desk.did("clerk", "investigate", note="核对收据")
    assert SAID["message"] in json.dumps(shown, ensure_ascii=False)
    dynamodb = aws.resources.clients.dynamodb
    for table in ("ObjectionsTable", "ObjectionCasesTable"):
        stored = dynamodb.scan(TableName=aws.name(table))["Items"]
        assert SAID["message"] not in json.dumps(stored, default=str, ensure_ascii=False)


def test_an_answer_that_comes_again_is_one_answer(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    asked(desk)
    first, again = says(desk, "k1"), says(desk, "k1")
    assert (first.status, again.status, first.body) == (201, 201, again.body)
    assert says(desk, "k1", message="另外的话").status == 422
    assert says(desk).body["code"] == "move-not-allowed"
    assert [facts["kind"] for facts in events()].count("answered") == 1


def test_who_answers_a_question_of_before_is_told_that_there_is_another(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    assert says(desk).status == 409
    asked(desk)
    old = desk.followed()["question_id"]
    desk.did("clerk", "receive_answer", message="来电说明")
    asked(desk, "请说明缴费方式。")
    assert says(desk, question_id=old).body["code"] == "overtaken"
    assert says(desk, etag='"1"').status == 412
    path = f"/v1/objections/{desk.number}"
    etag = desk.door.get(path, token=desk.answer["token"]).headers["ETag"]
    assert says(desk, etag=etag).status == 201


def test_nobody_else_answers_or_sends_evidence(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    asked(desk)
    other = number()
    take(policy(other))
    token = query(desk.door, other)["token"]
    for path, body in (("answers", SAID), ("attachments", {"filename": "a", "content_type": "x"})):
        url = f"/v1/objections/{desk.number}/{path}"
        sent = body if path == "answers" else {**body, "size": 1}
        assert desk.door.post(url, sent, token=token).status == 404
        assert desk.door.post(url, sent).status == 401
    assert desk.followed()["question"]


def test_evidence_counts_once_it_was_checked_and_the_register_names_its_digest(
    desk: Desk,
) -> None:
    attachment_id = sends(desk)
    followed = desk.followed()
    (shown,) = followed["evidence"]
    assert (shown["status"], shown["attachment_id"]) == ("received", attachment_id)
    assert followed["timeline"][-1]["event"] == "evidence"
    (event,) = (facts for facts in events() if facts["kind"] == "evidence")
    url = looks(desk, "clerk", attachment_id).body["url"]
    content = requests.get(url, timeout=30).content
    assert event["sha256"] == hashlib.sha256(content).hexdigest()
    assert event["attachment_id"] == attachment_id
    assert "收据" not in json.dumps(event, ensure_ascii=False)
    seen = desk.did("clerk", "acknowledge")
    assert [one["filename"] for one in seen["evidence"]] == ["收据.jpg"]
    assert looks(desk, "other_province", attachment_id).status == 404
    assert looks(desk, "clerk", "0" * 24).status == 404


def test_what_is_no_photo_is_rejected_and_never_on_record(desk: Desk) -> None:
    attachment_id = sends(desk, b"MZ" + bytes(500))
    (shown,) = desk.followed()["evidence"]
    assert (shown["status"], shown["reason"]["code"]) == ("rejected", "not-this-type")
    assert [facts["kind"] for facts in events()] == ["filed"]
    assert looks(desk, "clerk", attachment_id).status == 404


def test_evidence_has_the_limits_that_claims_have_and_ends_with_the_reply(desk: Desk) -> None:
    rule = dated.in_force("data/attachments", clock.shanghai_day(clock.now()))
    largest = rule["max_bytes"]["image/jpeg"]
    assert offers(desk, size=largest + 1).status == 413
    assert offers(desk, content_type="text/html").status == 400
    for _ in range(rule["max_files"]):
        assert offers(desk).status == 201
    assert offers(desk).body["code"] == "too-many-attachments"
    desk.propose("unfounded")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    assert offers(desk).body["code"] == "move-not-allowed"


def test_erasure_takes_names_of_files_and_closes_the_evidence(desk: Desk) -> None:
    attachment_id = sends(desk)
    desk.propose("unfounded")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    # Two people have the API do it.
    with desk.door.guard.acting("api_handler"):
        erasure.erase([desk.number])
        erasure.erase([desk.number])
    items = files_of.of(evidence.owner(desk.number))
    assert not any(item.sealed for item in items)
    assert looks(desk, "clerk", attachment_id).status == 404
    assert cases.load(desk.number).objection.status == "replied"


def test_one_query_files_so_many_objections_and_then_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = json.loads(json.dumps(validation.load("data/limits")["versions"][-1]))
    few["targets"]["objection_session"] |= {"challenge_after": 3, "lock_after": 3}
    monkeypatch.setattr("chalicelib.limits.service._versions", lambda: [few])
    answer = query(desk.door, desk.policy_no)
    for key in ("a", "a", "b", "c", "c"):
        assert file(desk.door, answer, key).status == 201
    refused = file(desk.door, answer, "d")
    assert (refused.status, refused.body["code"]) == (429, "too-many-objections")
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert file(desk.door, answer, "c").status == 201
    assert file(desk.door, query(desk.door, desk.policy_no)).status == 201
