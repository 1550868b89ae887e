"""Queues of ours: what wakes a worker comes at once, and in a storm once per span."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import queues
from chalicelib.queues import SPAN, SWEEP, Bell
from tests.conftest import Aws

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TICK = timedelta(milliseconds=10)


@pytest.fixture
def bell(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Bell:
    """A bell at a queue of its own."""
    made = aws.resources.clients.sqs.create_queue(QueueName=f"bell-{secrets.token_hex(4)}")
    monkeypatch.setenv("BELL_QUEUE_URL", made["QueueUrl"])
    return Bell("BELL_QUEUE_URL")


def heard(aws: Aws) -> tuple[list[Any], int]:
    """Messages that can be read now, and how many are still to come."""
    sqs, url = aws.resources.clients.sqs, queues.settings.get("BELL_QUEUE_URL")
    found = []
    while read := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(one["Body"]) for one in read]
    name = "ApproximateNumberOfMessagesDelayed"
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return found, int(told["Attributes"][name])


def test_what_comes_after_a_quiet_while_is_named_at_once(aws: Aws, bell: Bell) -> None:
    bell.ring([{"message_id": "1"}], NOW)
    bell.ring([{"message_id": "2"}], NOW + SPAN)
    assert heard(aws) == ([{"message_id": "1"}, {"message_id": "2"}], 0)


def test_a_storm_is_one_message_and_one_sweep_per_span(aws: Aws, bell: Bell) -> None:
    for place in range(300):
        bell.ring([{"message_id": str(place)}], NOW + place * TICK)
    # 3 s: the first, a sweep for what came until 2.01 s, and one for the rest.
    assert heard(aws) == ([{"message_id": "0"}], 2)
    bell.ring([{"message_id": "later"}], NOW + 300 * TICK + SPAN)
    assert heard(aws) == ([{"message_id": "later"}], 2)


def test_a_sweep_is_done_after_all_that_it_stands_for_was_stored() -> None:
    assert timedelta(seconds=queues.DELAY_SECONDS) > SPAN


def test_what_a_queue_did_not_take_counts_for_nothing(
    aws: Aws, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("BELL_QUEUE_URL", "http://127.0.0.1:9/none")
        for place in range(2):
            with pytest.raises(queues.aws.ClientError):
                bell.ring([{"message_id": str(place)}], NOW + place * TICK)
    bell.ring([{"message_id": "again"}], NOW + 2 * TICK)
    assert heard(aws) == ([{"message_id": "again"}], 0)


def test_a_clock_that_is_set_back_silences_nobody(aws: Aws, bell: Bell) -> None:
    bell.ring([{"message_id": "1"}], NOW)
    bell.ring([{"message_id": "2"}], NOW - timedelta(hours=1))
    assert heard(aws) == ([{"message_id": "1"}, {"message_id": "2"}], 0)


def test_the_word_to_sweep_is_no_message() -> None:
    assert "message_id" not in SWEEP
    assert "key" not in SWEEP
