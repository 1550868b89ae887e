"""One request is known by one id: in the answer, in queues, and in the last worker's log."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import clock, events, observability, queues
from infra.local.events import queue_record
from tests.attachments import test_routes as attachments
from tests.claims import test_moves
from tests.claims.test_routes import body
from tests.conftest import Aws
from tests.door import Door

bearer, door, policy_no = test_moves.bearer, test_moves.door, test_moves.policy_no

ASKED, INVITED = "2b1c7f04-a6d5-4b0e-9d3a-3f8f6f1c0001", "2b1c7f04-a6d5-4b0e-9d3a-3f8f6f1c0002"
STRANGER = "2b1c7f04-a6d5-4b0e-9d3a-3f8f6f1c0009"
OTHER = SimpleNamespace(aws_request_id="lambda-s-own", get_remaining_time_in_millis=lambda: 60_000)
OWN = {ASKED, INVITED, OTHER.aws_request_id}


class Followed:
    """What the functions of this process log, and the queues between them."""

    def __init__(self, aws: Aws, written: io.StringIO) -> None:
        self._aws = aws
        self._written = written

    def ids(self, message: str) -> list[str]:
        """The request ids of all lines with that message."""
        lines = map(json.loads, self._written.getvalue().splitlines())
        return [line["request_id"] for line in lines if line["message"] == message]

    def messages(self, queue: str) -> list[Any]:
        """What waits in a queue of these requests, taken out, as the records that Lambda makes.

        A sweep that another test rang for comes seconds later, whatever was emptied meanwhile.
        """
        sqs, url = self._aws.resources.clients.sqs, self._aws.name(queue)
        found: list[Any] = []
        while read := sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            for one in read:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
                found.append(queue_record(one, arn=queue, region=self._aws.region))
        return [record for record in found if queues.origin(record) in OWN]


@pytest.fixture
def followed(aws: Aws, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    monkeypatch.setenv("SMS_ADAPTER", "sns")
    # A bell that another test has just rung would not name what waits.
    monkeypatch.setattr(queues, "SPAN", timedelta())
    observability.begin("sweep_outbox", STRANGER)
    for queue in ("OUTGOING_QUEUE_URL", "MESSAGE_QUEUE_URL"):
        queues.send(queue, [queues.SWEEP])
    handler = observability.logger.registered_handler
    written = io.StringIO()
    before = handler.setStream(written)
    yield Followed(aws, written)
    handler.setStream(before)


def report(door: Door, bearer: str, **more: Any) -> str:
    answer = door.post("/v1/claims", body(**more), token=bearer, headers={"x-request-id": ASKED})
    assert (answer.status, answer.headers["X-Request-Id"]) == (201, ASKED)
    return str(answer.body["claim_no"])


def test_what_a_queue_is_told_goes_on_with_the_id_of_the_request(
    followed: Followed, door: Door, bearer: str
) -> None:
    report(door, bearer)
    events.hand_out_report({"Records": followed.messages("OutgoingQueue")}, OTHER)
    events.send_message({"Records": followed.messages("MessageQueue")}, OTHER)
    assert followed.ids("report handed out") == [ASKED]
    assert followed.ids("message was settled") == [ASKED]


def test_what_the_queues_lost_goes_on_with_it_from_the_sweep(
    followed: Followed, door: Door, bearer: str
) -> None:
    report(door, bearer)
    followed.messages("OutgoingQueue")
    followed.messages("MessageQueue")
    events.sweep_outbox({"time": clock.stored(clock.now())}, OTHER)
    events.send_message({"Records": followed.messages("MessageQueue")}, OTHER)
    assert followed.ids("report handed out") == [ASKED]
    assert followed.ids("message was settled") == [ASKED]
    # A storm's bell says "sweep" and not what: the function of the queue finds it itself.
    report(door, bearer, occurred_at="2026-10-02T08:30:00+08:00")
    sweep = {"messageId": "m", "body": json.dumps(queues.SWEEP)}
    assert events.hand_out_report({"Records": [sweep]}, OTHER) == {"batchItemFailures": []}
    assert followed.ids("report handed out") == [ASKED, ASKED]
    # The sweep itself is nobody's request.
    assert followed.ids("messages were swept") == ["lambda-s-own"]


def test_a_file_is_checked_under_the_id_of_the_request_that_invited_it(
    followed: Followed, door: Door, bearer: str
) -> None:
    claim_no = report(door, bearer)
    wanted = {"filename": "a.jpg", "content_type": "image/jpeg", "size": len(attachments.PHOTO)}
    invited = door.post(
        f"/v1/claims/{claim_no}/attachments",
        wanted,
        token=bearer,
        headers={"x-request-id": INVITED},
    )
    attachments.upload(invited, attachments.PHOTO)
    events.check_attachment(attachments.arrived(invited, claim_no), OTHER)
    assert followed.ids("attachment checked") == [INVITED]
