"""What is no answer to somebody who waits goes out by day, whichever hour the suites run at."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock, queues
from chalicelib.claims import letters, service
from chalicelib.notifications import store as outbox
from tests.claims import test_moves
from tests.claims.desk import Desk
from tests.claims.test_routes import items
from tests.conftest import Aws

door, desk = test_moves.door, test_moves.desk
policy_no, bearer, claim_no = test_moves.policy_no, test_moves.bearer, test_moves.claim_no

HOURS = pytest.mark.parametrize(("hour", "goes_out"), [(10, 10), (21, 8 + 24)])
"""An hour of tomorrow in Shanghai, and the one at which a message of that hour goes out."""


@pytest.fixture(autouse=True)
def every_message_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "SPAN", timedelta())


def tomorrow(hour: float) -> datetime:
    day = clock.shanghai_day(clock.now()) + timedelta(days=1)
    return clock.start_of_day(day) + timedelta(hours=hour)


def rung(aws: Aws) -> str:
    """Everything that the sender was woken with."""
    sqs, queue = aws.resources.clients.sqs, aws.name("MessageQueue")
    ask: dict[str, Any] = {"QueueUrl": queue, "MaxNumberOfMessages": 10}

    def bodies() -> Iterator[str]:
        while found := sqs.receive_message(**ask).get("Messages"):
            yield from (one["Body"] for one in found)

    return "\n".join(bodies())


def kept(aws: Aws, kind: str) -> outbox.OutboxItem:
    """The one message of a kind."""
    stored = [
        outbox.OutboxItem.from_raw_data(item)
        for item in items(aws, "OutboxTable")
        if item["sk"]["S"] == outbox.MESSAGE
    ]
    (found,) = [one for one in stored if one.facts["kind"] == kind]
    return found


def waits_until(aws: Aws, kind: str, due: datetime, now: datetime) -> None:
    message = kept(aws, kind)
    assert message.due_at == clock.stored(due)
    assert (message.pk.removeprefix("message/") in rung(aws)) is (due == now)


@HOURS
def test_what_a_file_says_is_sent_at_once_by_day_and_in_the_morning_by_night(
    aws: Aws, claim_no: str, policy_no: str, hour: float, goes_out: float
) -> None:
    at, due = tomorrow(hour), tomorrow(goes_out)
    row = {"claim_no": f"C{policy_no}", "seq": 1, "policy_no": policy_no, "report_no": claim_no}
    row |= {"stage": "surveyed", "at": clock.stored(at - timedelta(minutes=1))}
    with aws.guard.acting("import_rows"):
        service.take([(row, "f#1")], at)
    waits_until(aws, "claim_stage", due, at)


@HOURS
def test_a_letter_is_told_of_at_once_by_day_and_in_the_morning_by_night(
    aws: Aws,
    desk: Desk,
    claim_no: str,
    hour: float,
    goes_out: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.act("clerk", claim_no, "refuse", reason="不属于保险责任。")
    at, due = tomorrow(hour), tomorrow(goes_out)
    monkeypatch.setattr(clock, "now", lambda: at)
    letters.render(claim_no)
    waits_until(aws, "claim_letter", due, at)
