"""No leaks (A1): canary personal data go through every route and function, and show up nowhere.

Success and every kind of failure; then logs, object keys, queue messages, table items and answers
are searched for them: plain, escaped, percent-encoded, hexadecimal, base64 in each alignment.
"""

import base64
import io
import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

import app
from chalicelib import aws as clients
from chalicelib import events, http, observability, sealing, settings, tokens, validation
from chalicelib.clock import now
from chalicelib.documents import service as documents
from chalicelib.organisations import service as organisations
from chalicelib.policies import store as policies
from chalicelib.policies import writing
from chalicelib.privacy import dossier
from chalicelib.privacy import service as privacy
from tests.attachments.files import photo
from tests.documents.samples import FONTS

NAME, OTHER_NAME, AGENT = "诸葛探雀", "欧阳金丝雀", "司徒雀跃"
BENEFICIARY = "东方隐雀"
ID_NO, WRONG_ID_NO = "440106198703214411", "440106198703214412"
PHONE, AGENT_PHONE = "13986428642", "13986428643"
ADDRESS = "广东省广州市天河区金丝雀路8642号"
PLATE, VIN = "粤B8642Q", "LSVCANARY86428642"
PRIVATE = (NAME, OTHER_NAME, ID_NO, WRONG_ID_NO, PHONE, ADDRESS)
"""What an answer masks; the rest is shown to whoever has proved who he is."""
CANARIES = (*PRIVATE, BENEFICIARY, AGENT, AGENT_PHONE, PLATE, VIN)
CONTEXT = SimpleNamespace(aws_request_id="canary", get_remaining_time_in_millis=lambda: 180_000)


def encoded(canary: str) -> Iterator[str]:
    """Every spelling in which the canary may have got somewhere."""
    plain = canary.encode()
    yield canary
    yield json.dumps(canary)[1:-1]
    yield quote(canary)
    yield plain.hex()
    for shift in range(3):
        # Whole groups of three bytes only: their characters do not depend on the neighbours.
        whole = plain[shift : shift + (len(plain) - shift) // 3 * 3]
        yield base64.b64encode(whole).decode()
        yield base64.urlsafe_b64encode(whole).decode()


def leaks(text: str, canaries: tuple[str, ...] = CANARIES) -> set[str]:
    """The canaries that the text holds in any spelling."""
    lowered = text.lower()
    return {
        canary
        for canary in canaries
        if any(form in text or form.lower() in lowered for form in encoded(canary))
    }


def records(body: str, receipt: str = "none") -> dict[str, Any]:
    """The event that Lambda makes of one message."""
    attributes = {"ApproximateReceiveCount": "1"}
    record = {"messageId": "1", "body": body, "attributes": attributes, "receiptHandle": receipt}
    return {"Records": [record]}


class Mine:
    """One run of the whole system in this process, with everything that it left behind."""

    def __init__(self, aws: Any) -> None:
        self.aws = aws
        self.logs = io.StringIO()
        self.answers: list[tuple[int, str]] = []
        self.messages: list[str] = []
        self.told: list[str] = []

    def call(
        self,
        method: str,
        path: str,
        resource: str,
        body: Any,
        authorizer: dict[str, str] | None = None,
        **headers: str,
    ) -> Any:
        """One request through the switchboard; `path` fills the resource's only parameter."""
        names = [part[1:-1] for part in resource.split("/") if part.startswith("{")]
        event = {
            "httpMethod": method,
            "resource": resource,
            "path": resource,
            "headers": {"content-type": "application/json", **headers},
            "multiValueHeaders": {},
            "multiValueQueryStringParameters": {"purpose": [ID_NO]},
            "queryStringParameters": {"purpose": ID_NO},
            "pathParameters": dict.fromkeys(names, path),
            "stageVariables": None,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "requestId": "canary",
                "identity": {"sourceIp": "192.0.2.1"},
                "authorizer": authorizer or {},
            },
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        answer = app.app(event, CONTEXT)
        self.answers.append((answer["statusCode"], answer["body"] + json.dumps(answer["headers"])))
        return json.loads(answer["body"] or "null")

    def drop(self, key: str, content: bytes) -> None:
        """A file in the incoming bucket and its event, and all the work that follows."""
        bucket = settings.get("INCOMING_BUCKET")
        clients.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
        event = {"detail": {"bucket": {"name": bucket}, "object": {"key": key}}}
        self.invoke(events.import_file, event)
        self.work("IMPORT_QUEUE_URL", events.import_rows)
        self.work("RENDER_QUEUE_URL", events.render_document)

    def work(self, queue: str, function: Any) -> None:
        """Hands a function what waits in its queue, once, however it ends."""
        sqs, url = clients.client("sqs"), settings.get(queue)
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.messages.append(json.dumps(message))
                self.invoke(function, records(message["Body"], message["ReceiptHandle"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def invoke(self, function: Any, event: dict[str, Any]) -> None:
        """As Lambda does: what comes through is written to the log, message and all."""
        try:
            function(event, CONTEXT)
        except Exception as error:  # noqa: BLE001 - whatever it is, Lambda logs it
            self.told.append(f"{error!r} {error.__cause__!r}")

    def items(self) -> Iterator[str]:
        """Every item of every table, bytes as text."""
        dynamodb = self.aws.resources.clients.dynamodb
        for logical in self.aws.resources.of_type("AWS::DynamoDB::Table"):
            pages = dynamodb.get_paginator("scan").paginate(TableName=self.aws.name(logical))
            for item in (item for page in pages for item in page["Items"]):
                yield json.dumps(item, ensure_ascii=False, default=_text)

    def object_keys(self) -> Iterator[str]:
        """Every object's key and metadata in every bucket."""
        s3 = self.aws.resources.clients.s3
        for logical in self.aws.resources.of_type("AWS::S3::Bucket"):
            for found in s3.list_objects_v2(Bucket=self.aws.name(logical)).get("Contents", []):
                head = s3.head_object(Bucket=self.aws.name(logical), Key=found["Key"])
                yield found["Key"] + json.dumps(head["Metadata"])


def _text(value: Any) -> Any:
    return list(value) if isinstance(value, set) else bytes(value).decode("utf-8", "replace")


@pytest.fixture
def mine(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mine]:
    """A run on empty tables, whose log can be read."""
    aws.empty()
    monkeypatch.setenv("FONTS_DIR", str(FONTS))
    run = Mine(aws)
    handler = observability.logger.registered_handler
    monkeypatch.setattr(handler, "stream", run.logs)
    yield run
    aws.empty()


def policy(**changes: Any) -> dict[str, Any]:
    """A row of a policy file, full of canaries, with a number that no other test uses."""
    return {
        "policy_no": f"PDZA{uuid4().hex[:16].upper()}",
        "version": "1",
        "line": "motor",
        "motor_kind": "commercial",
        "status": "in_force",
        "issued_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "ends_on": "2027-03-01",
        "organisation": "4401",
        "agent": "4401001",
        "insured_name": NAME,
        "insured_id_type": "resident_id",
        "insured_id_no": ID_NO,
        "insured_address": ADDRESS,
        "policyholder_name": OTHER_NAME,
        "policyholder_phone": PHONE,
        "beneficiary": OTHER_NAME,
        "special_agreements": f"第一受益人{BENEFICIARY}",
        "mobile": PHONE,
        "plate_no": PLATE,
        "vin": VIN,
        "premium": "3280.50",
        **changes,
    }


def everything(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files, functions and routes, in success and in failure."""
    good = policy()
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
    agent = {"code": "4401001", "name": AGENT, "phone": AGENT_PHONE, "organisation": "4401"}
    organisations.take("agents", [(agent, "t")])
    rows = [
        good,
        {**good, "insured_name": OTHER_NAME},
        policy(insured_id_no=WRONG_ID_NO),
        policy(starts_on=NAME, premium=ID_NO, line=ADDRESS, insured_sex=PHONE),
        policy(version="2", insured_name=f"{NAME}\U0010fffd"),
    ]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    mine.drop("policies/canary.jsonl", f"{lines}\n{{{NAME}\n".encode())
    mine.drop("policies/canary.csv", f"{NAME},{ID_NO}\n{PHONE},{ADDRESS}\n".encode("gb18030"))
    mine.drop("policies/canary.xlsx", f"{NAME},{ID_NO}".encode())
    mine.drop(f"{uuid4().hex}/canary.csv", NAME.encode())
    answer = mine.call("POST", "", "/v1/queries", {"policy_no": good["policy_no"], "id_no": ID_NO})
    assert answer["policy"]["insured"]["name"].startswith(NAME[:1])
    bearer = {"authorization": f"Bearer {answer['token']}"}
    objected(mine, answer["query_id"], bearer)
    all_routes(mine, good["policy_no"], bearer)
    attached(mine, bearer)
    copied(mine, monkeypatch, good["policy_no"])
    damaged(mine, monkeypatch, good["policy_no"])


def all_routes(mine: Mine, policy_no: str, bearer: dict[str, str]) -> None:
    """Every route: its own thing, another's, none; valid, wrong, broken and oversized bodies."""
    for route in http.ENDPOINTS:
        bodies: list[Any] = [None]
        if route.body:
            for example in validation.load(route.body)["examples"]:
                bodies += [example, _filled(example, NAME), _filled(example, ID_NO)]
                bodies.append({**example, "id_no": WRONG_ID_NO, "insured_name": NAME, "extra": 1})
            bodies += [f'{{"id_no": "{ID_NO}"', json.dumps([NAME]), ADDRESS * 5000]
        for body in bodies:
            for path in (policy_no, "absent", NAME, quote(ID_NO)):
                for headers in (bearer, {}, {"authorization": f"Bearer {NAME}"}):
                    mine.call(route.method, path, route.path, body, **headers)
        plain = {**bearer, "content-type": "text/plain", "x-request-id": NAME}
        mine.call(route.method, policy_no, route.path, NAME, **plain)


def objected(mine: Mine, query_id: str, bearer: dict[str, str]) -> None:
    """Objections to what was shown, full of names and numbers."""
    body = {
        "query_id": query_id,
        "item": "/policy/insured/name",
        "claimed": NAME,
        "description": f"{ID_NO} {ADDRESS}",
        "phone": PHONE,
        "evidence": PLATE,
    }
    for item in (body["item"], f"/{NAME}", f"/policy/{ID_NO}"):
        wanted = {**body, "item": item}
        headers = {**bearer, "idempotency-key": ID_NO}
        mine.call("POST", "", "/v1/objections", wanted, **headers)
    number = mine.call("POST", "", "/v1/objections", body, **bearer)["objection_no"]
    mine.call("GET", number, "/v1/objections/{objection_no}", None, **bearer)
    # Whoever wrote it reads it again: that answer alone holds his words.
    status, told = mine.answers.pop()
    assert (status, leaks(told)) == (200, {NAME, ID_NO, ADDRESS})
    answers = "/v1/objections/{objection_no}/answers"
    mine.call("POST", number, answers, {"message": NAME, "question_id": ID_NO}, **bearer)
    shows(mine, number, "/v1/objections/{objection_no}/attachments", f"objections/{number}", bearer)


def attached(mine: Mine, bearer: dict[str, str]) -> None:
    """Photos and documents of a claim, whole and broken, under the names of people."""
    report = validation.load("claims/report")["examples"][0]
    report = {name: value for name, value in report.items() if name != "policy_no"}
    claim_no = mine.call("POST", "", "/v1/claims", report, **bearer)["claim_no"]
    shows(mine, claim_no, "/v1/claims/{claim_no}/attachments", claim_no, bearer)
    mine.call("GET", claim_no, "/v1/claims/{claim_no}", None, **bearer)


def shows(mine: Mine, number: str, route: str, owner: str, bearer: dict[str, str]) -> None:
    """A photo and a broken document, checked, beside objects that nobody invited."""
    bucket = settings.get("UPLOADS_BUCKET")
    broken = f"%PDF-1.7\n1 0 obj << /{NAME} ({ID_NO}) >> {ADDRESS}".encode()
    for content, kind in ((photo(), "image/jpeg"), (broken, "application/pdf")):
        wanted = {"filename": f"{NAME}{ID_NO}.jpg", "content_type": kind, "size": len(content)}
        key = mine.call("POST", number, route, wanted, **bearer)["upload"]["fields"]["key"]
        clients.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
        for place in (key, f"arrived/{owner}/gone", f"arrived/{NAME}/{ID_NO}", NAME):
            event = {"detail": {"bucket": {"name": bucket}, "object": {"key": place}}}
            mine.invoke(events.check_attachment, event)


def copied(mine: Mine, monkeypatch: pytest.MonkeyPatch, policy_no: str) -> None:
    """A copy of all that is kept of the person, failing for a lost table and an odd character."""
    token = tokens.QueryToken("q", policy_no, "p", "id")
    request_no = privacy.receive(token, {"kind": "access"}, now())["request_no"]
    for action in ("accept", "copy"):
        told = {"action": action, "message": NAME}
        privacy.act(request_no, told, "S1", lambda _: True, "zh-CN", now())
    body = json.dumps({"kind": "privacy_copy", "reference": request_no})
    for table in ("OBJECTION_CASES_TABLE", "ATTACHMENTS_TABLE", "LEADS_TABLE"):
        with monkeypatch.context() as patch:
            patch.setenv(table, "gone")
            mine.invoke(events.render_document, records(body))
    mine.work("RENDER_QUEUE_URL", events.render_document)
    assert "copy not made" in mine.logs.getvalue()
    with mine.aws.guard.acting("render_document"):
        (found, *_) = dossier.collect(policy_no, request_no, now())["objections"]
    wrote = leaks(json.dumps(found, ensure_ascii=False))
    assert wrote >= {NAME, ID_NO, ADDRESS, PHONE, PLATE}, "the copy has what was written"


def _filled(example: Any, canary: str) -> Any:
    """The example with the canary in place of every text."""
    if isinstance(example, dict):
        return {name: _filled(value, canary) for name, value in example.items()}
    if isinstance(example, list):
        return [_filled(value, canary) for value in example]
    return canary if isinstance(example, str) else example


def damaged(mine: Mine, monkeypatch: pytest.MonkeyPatch, policy_no: str) -> None:
    """Defects whose messages carry values, a lost table, a lost key: the last guards at work."""
    item = policies.current(policy_no)
    assert item is not None
    ask = {"policy_no": policy_no, "id_no": ID_NO}
    content = sealing.unseal("policies", f"{policy_no}/1", item.sealed)
    broken = {**content, "ends_on": NAME, "status": ID_NO}
    sealed = sealing.seal("policies", f"{policy_no}/1", broken)
    writing.renew(item, {"sealed": sealed})
    mine.call("POST", "", "/v1/queries", ask)
    documents.request([(policy_no, 1)])
    item.update(actions=[policies.PolicyItem.document.set({"version": 1, "status": "pending"})])
    mine.work("RENDER_QUEUE_URL", events.render_document)
    for body in (f"{{{NAME}", json.dumps({"policy_no": NAME, "version": 1})):
        mine.invoke(events.import_rows, records(body))
        mine.invoke(events.render_document, records(body))
    token = tokens.QueryToken("q", policy_no, "p", "id")
    bearer = {"authorization": f"Bearer {tokens.issue(token, now())[0]}"}
    for name in (
        "POLICIES_TABLE",
        "QUERIES_TABLE",
        "ORGANISATIONS_TABLE",
        "DOCUMENTS_TABLE",
        "ATTACHMENTS_TABLE",
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, "gone")
            mine.call("POST", "", "/v1/queries", ask)
            all_routes(mine, policy_no, bearer)
    with monkeypatch.context() as patch:
        patch.setenv("INCOMING_BUCKET", "gone")
        patch.setattr(sys, "argv", [NAME])
        gone = {"detail": {"bucket": {"name": "gone"}, "object": {"key": "policies/a.csv"}}}
        mine.invoke(events.import_file, gone)
    with monkeypatch.context() as patch:
        patch.setenv("ATTACHMENTS_TABLE", "gone")
        lost = {"detail": {"bucket": {"name": "gone"}, "object": {"key": f"arrived/{NAME}/a"}}}
        mine.invoke(events.check_attachment, lost)


def test_canaries_that_go_through_everything_show_up_nowhere(
    mine: Mine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    everything(mine, monkeypatch)
    logs = mine.logs.getvalue()
    printed = capfd.readouterr()
    assert {500, 403, 400, 401, 404, 413, 415, 200} <= {status for status, _ in mine.answers}
    for failed in ("request failed", "event failed", "record failed"):
        assert failed in logs, "the failures that are searched did happen"
    assert leaks(logs) == set()
    assert leaks(printed.out + printed.err) == set()
    assert leaks("".join(mine.told)) == set()
    assert leaks("\n".join(body for status, body in mine.answers if status >= 400)) == set()
    assert leaks("\n".join(body for _, body in mine.answers), PRIVATE) == set()
    assert leaks("\n".join(mine.object_keys())) == set()
    assert leaks("\n".join(mine.items())) == set()
    assert leaks("\n".join(mine.messages)) == set()


@pytest.mark.parametrize("spell", [str, quote, json.dumps, lambda text: text.encode().hex()])
def test_a_leak_in_any_spelling_is_found(spell: Any) -> None:
    for canary in CANARIES:
        assert leaks(f"x={spell(canary)}&y=1") >= {canary}
        for before in ("", "a", "ab", "abc"):
            wrapped = base64.b64encode(f"{before}{canary}, and more".encode()).decode()
            assert leaks(wrapped) >= {canary}


def test_an_exception_in_the_log_names_type_and_place_and_no_value(
    mine: Mine,
) -> None:
    try:
        sealing.unseal(NAME, ID_NO, b"\x02")
    except sealing.SealError:
        observability.logger.exception("tried")
    line = json.loads(mine.logs.getvalue())
    assert line["error"]["types"] == ["SealError"]
    assert line["error"]["frames"][-1].startswith("chalicelib/sealing.py:")
    assert leaks(mine.logs.getvalue()) == set()
