"""No leaks (A1), behind the gate and in the night: signed-in staff, messages, lists, the ledger.

The search and the canaries are those of `test_canary.py`.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from pynamodb.transactions import TransactWrite

from chalicelib import aws as clients
from chalicelib import clock, events, http, tables, tokens, validation
from chalicelib.notifications import service as notifications
from chalicelib.organisations import service as organisations
from chalicelib.privacy import service as privacy
from chalicelib.staff import access
from tests import test_canary as canary
from tests.notifications import conftest
from tests.notifications.conftest import Gateway
from tests.test_canary import ADDRESS, ID_NO, NAME, PHONE, Mine, leaks

mine = canary.mine
gateway = conftest.gateway
SUBJECTS = ("E8642", "E8643")
OPEN_TO_STAFF = "/v1/staff/privacy-requests"
"""Who answers a privacy request reads what the customer wrote."""
LEADS = ("/v1/staff/leads", "/v1/staff/today")
"""An agent reads whom to call."""
OF_CUSTOMERS = {route["path"] for route in access.routes() if route["personal"]}


class Desk:
    """Two people with every role, so that one may decide what the other asked for."""

    def __init__(self, mine: Mine, staff_token: Callable[..., str]) -> None:
        self.mine = mine
        self.shown: list[str] = []
        roles = sorted(access.roles())
        self.tokens = {sub: staff_token(roles, "4401", sub=sub) for sub in SUBJECTS}

    def call(self, method: str, path: str, resource: str, body: Any, sub: str, **more: Any) -> Any:
        """One request past the gate, the answer kept apart where it may show what was written."""
        headers = {"authorization": f"Bearer {self.tokens[sub]}", **more}
        authorizer = {"principalId": sub}
        answer = self.mine.call(method, path, resource, body, authorizer, **headers)
        if resource.startswith((OPEN_TO_STAFF, *LEADS)) and self.mine.answers[-1][0] in (200, 201):
            self.shown.append(self.mine.answers.pop()[1])
        return answer

    def everywhere(self, paths: tuple[str, ...]) -> None:
        """Every staff route: its own things, others', none; good, wrong and broken bodies."""
        for route in (one for one in http.ENDPOINTS if one.access == "staff"):
            bodies: list[Any] = [None]
            # A PUT gives a partner, a parameter or a colleague its name: none is a customer's.
            names = route.method == "PUT"
            if route.body:
                for example in validation.load(route.body)["examples"]:
                    bodies += [example, {**example, "extra": NAME}]
                    if not names:
                        bodies.append(canary._filled(example, NAME))
                    if route.path in OF_CUSTOMERS:
                        bodies.append(canary._filled(example, ID_NO))
                bodies += [f'{{"id_no": "{ID_NO}"', json.dumps([NAME]), ADDRESS * 5000]
            for body in bodies:
                for path in paths if names else (*paths, NAME, quote(ID_NO)):
                    for sub in SUBJECTS:
                        self.call(route.method, path, route.path, body, sub)


def requested(policy_no: str) -> str:
    """The number of a deletion request full of canaries."""
    token = tokens.QueryToken("q", policy_no, "p", "id")
    asked = {"kind": "delete", "description": f"{NAME} {ID_NO} {ADDRESS}", "phone": PHONE}
    return privacy.receive(token, asked, clock.now())["request_no"]


def messages(mine: Mine, gateway: Gateway, policy_no: str) -> None:
    """Messages to a canary's telephone: sent, refused by the gateway, and to nobody's number."""
    told = [("R1", PHONE, 200), ("R2", PHONE, 500), ("R3", PHONE, 400), ("R4", NAME, 200)]
    for fact, to, status in told:
        values = {"claim_no": policy_no}
        message = notifications.Message("claim_reported", fact, to, "zh-CN", values)
        item = notifications.outbox_item(message, clock.now())
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.save(item)
        gateway.answers.append(status)
        body = json.dumps({"message_id": notifications.message_id(item)})
        mine.invoke(events.send_message, canary.records(body))
    mine.invoke(events.sweep_outbox, {"time": "2026-11-22T02:00:00Z"})
    mine.work("MESSAGE_QUEUE_URL", events.send_message)
    mine.invoke(events.send_message, canary.records(json.dumps({"message_id": NAME, "to": PHONE})))


def lists(mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expiry lists with the canary on them, and such that cannot be made."""
    at = {"time": "2027-01-29T22:00:00Z"}
    mine.invoke(events.list_expiring_policies, at)
    mine.work("EXPIRY_QUEUE_URL", events.write_expiry_list)
    mine.work("RENDER_QUEUE_URL", events.render_document)
    mine.invoke(events.list_expiring_policies, at)
    with monkeypatch.context() as patch:
        patch.setenv("CONTACTS_TABLE", "gone")
        mine.work("EXPIRY_QUEUE_URL", events.write_expiry_list)
    broken = {"period": NAME, "organisation": ID_NO, "run": PHONE, "units": [ADDRESS]}
    mine.invoke(events.write_expiry_list, canary.records(json.dumps(broken)))
    letter = {"kind": "expiry_list", "reference": {**broken, "figures": {"policies": NAME}}}
    mine.invoke(events.render_document, canary.records(json.dumps(letter)))


def sealed_lines(mine: Mine) -> str:
    """What the ledger locked away, whole."""
    s3 = clients.client("s3")
    found = []
    for logical in mine.aws.resources.of_type("AWS::S3::Bucket"):
        bucket = mine.aws.name(logical)
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix="ledger/").get("Contents", []):
            content = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            found.append(content.decode())
    return "\n".join(found)


def test_canaries_behind_the_gate_and_in_the_night_show_up_nowhere(
    mine: Mine,
    gateway: Gateway,
    staff_token: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
    row = canary.policy()
    mine.drop("policies/canary.jsonl", json.dumps(row, ensure_ascii=False).encode())
    desk = Desk(mine, staff_token)
    asked = {"id_no": ID_NO, "name": NAME, "purpose": f"回访 {NAME} {PHONE} {ID_NO}"}
    found = desk.call("POST", "", "/v1/staff/customers/searches", asked, SUBJECTS[0])
    assert found["policies"][0]["policy_no"] == row["policy_no"]
    number = requested(row["policy_no"])
    imports = desk.call("GET", "", "/v1/staff/imports", None, SUBJECTS[0])["items"]
    paths = (row["policy_no"], found["customer_id"], number, imports[0]["import_no"])
    lists(mine, monkeypatch)
    messages(mine, gateway, row["policy_no"])
    desk.everywhere(paths)
    mine.work("EXPIRY_QUEUE_URL", events.write_expiry_list)
    mine.work("ARCHIVE_QUEUE_URL", events.pack_documents)
    broken = {"archive_id": NAME, "kind": ID_NO, "period": PHONE, "organisation": ADDRESS}
    mine.invoke(events.pack_documents, canary.records(json.dumps(broken)))
    desk.everywhere(paths)
    for action in ("accept", "restrict"):
        step = {"action": action, "note": f"{NAME} {ID_NO}", "message": f"{PHONE} {ADDRESS}"}
        desk.call("POST", number, f"{OPEN_TO_STAFF}/{{request_no}}/events", step, SUBJECTS[1])
    for name in ("PRIVACY_TABLE", "AUDIT_TABLE", "APPROVALS_TABLE", "POLICIES_TABLE"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "gone")
            desk.call("POST", "", "/v1/staff/customers/searches", asked, SUBJECTS[0])
            desk.call("GET", "", OPEN_TO_STAFF, None, SUBJECTS[0])
            desk.call(
                "GET", found["customer_id"], "/v1/staff/customers/{customer_id}", None, "E8642"
            )
    tomorrow = clock.now() + timedelta(days=1)
    for _ in range(2):
        mine.invoke(events.seal_ledger, {"time": clock.stored(tomorrow)})
        mine.invoke(events.roll_up_day, {"time": clock.stored(tomorrow)})
        mine.invoke(events.report_quarter, {"time": clock.stored(tomorrow)})
    assert PHONE in str(gateway.messages())
    logs = mine.logs.getvalue()
    printed = capfd.readouterr()
    assert {200, 202, 400, 404, 413, 500} <= {status for status, _ in mine.answers}
    assert leaks("\n".join(desk.shown)) >= {NAME, ID_NO}, "who answers requests does see them"
    lines = sealed_lines(mine)
    for done in ("day sealed", "expiry lists begun", "request failed", "record failed"):
        assert done in logs
    assert lines, "what was done was put on record and sealed"
    assert leaks(logs) == set()
    assert leaks(printed.out + printed.err) == set()
    assert leaks("".join(mine.told)) == set()
    assert leaks("\n".join(body for _, body in mine.answers), canary.PRIVATE) == set()
    assert leaks("\n".join(mine.object_keys())) == set()
    assert leaks("\n".join(mine.items())) == set()
    assert leaks("\n".join(mine.messages)) == set()
    assert leaks(lines) == set()
