"""Events without a caller: storage, queues, schedules; twice, in any order, until they fail."""

import json
import re
import uuid
from datetime import datetime

import pytest

from .conftest import Sample


def test_a_dropped_file_makes_the_event_that_s3_sends(sample: Sample) -> None:
    sample.stack.put_object("incoming", "policies/保单 1+2.csv", b"abc")
    assert sample.stack.drain()
    (event,) = sample.seen("file_dropped")
    detail = event.pop("detail")
    found = detail.pop("object")
    bucket = sample.stack.info["buckets"]["incoming"]
    uuid.UUID(event.pop("id"))
    assert datetime.fromisoformat(event.pop("time")).utcoffset() is not None
    (resource,) = event.pop("resources")
    assert resource.endswith(f":s3:::{bucket}")
    account = event.pop("account")
    assert event == {
        "version": "0",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "region": sample.stack.info["region"],
    }
    assert re.fullmatch("[0-9A-F]{18}", found.pop("sequencer"))
    uuid.UUID(found.pop("version-id"))
    assert found == {
        "key": "policies/保单 1+2.csv",
        "size": 3,
        "etag": "900150983cd24fb0d6963f7d28e17f72",
    }
    assert detail.pop("request-id")
    assert detail == {
        "version": "0",
        "bucket": {"name": bucket},
        "requester": account,
        "source-ip-address": "127.0.0.1",
        "reason": "PutObject",
    }


def test_every_event_has_an_id_of_its_own_and_sequencers_grow(sample: Sample) -> None:
    for number in range(3):
        sample.stack.put_object("incoming", f"n/{number}", b"x")
    assert sample.stack.drain()
    events = sample.seen("file_dropped")
    assert len({event["id"] for event in events}) == 3
    assert len({event["detail"]["object"]["sequencer"] for event in events}) == 3


def test_only_the_bucket_that_the_rule_names_makes_events(sample: Sample) -> None:
    sample.stack.put_object("uploads", "x", b"x")
    sample.stack.put_object("documents", "x", b"x")
    assert sample.stack.drain()
    assert sample.seen("file_dropped") == []


def test_on_request_every_event_comes_twice_with_the_same_id(sample: Sample) -> None:
    sample.stack.chaos(duplicate=True)
    sample.stack.put_object("incoming", "twice", b"x")
    assert sample.stack.drain()
    first, second = sample.seen("file_dropped")
    assert first == second


def test_on_request_events_come_in_another_order_and_none_is_lost(sample: Sample) -> None:
    sample.stack.chaos(shuffle=True)
    keys = [f"order/{number:02}" for number in range(20)]
    for key in keys:
        sample.stack.put_object("incoming", key, b"x")
    assert sample.stack.drain()
    came = [event["detail"]["object"]["key"] for event in sample.seen("file_dropped")]
    assert sorted(came) == keys
    assert came != keys


def test_an_event_that_always_fails_is_tried_again_then_given_to_its_destination(
    sample: Sample,
) -> None:
    sample.stack.put_object("incoming", "fail/1", b"x")
    assert sample.stack.drain()
    assert len(sample.seen("file_dropped")) == 2
    (letter,) = sample.dead_letters("file_dead_letters")
    given = json.loads(letter)
    assert given["requestPayload"]["detail"]["object"]["key"] == "fail/1"
    assert given["responsePayload"]["errorType"] == "ValueError"


def test_messages_come_in_batches_in_the_shape_of_lambda(sample: Sample) -> None:
    sample.stack.client("sqs").send_message(
        QueueUrl=sample.stack.info["queues"]["work_queue"],
        MessageBody="保单",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "policies"}},
    )
    assert sample.stack.drain()
    (batch,) = sample.seen("consume")
    (record,) = batch["Records"]
    attributes = record.pop("attributes")
    assert attributes["ApproximateReceiveCount"] == "1"
    assert attributes.keys() >= {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    assert record.pop("eventSourceARN").endswith("-" + record_queue(sample))
    uuid.UUID(record.pop("messageId"))
    assert record.pop("receiptHandle")
    assert record.pop("md5OfBody")
    assert record == {
        "body": "保单",
        "messageAttributes": {
            "kind": {
                "stringValue": "policies",
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": "String",
            }
        },
        "eventSource": "aws:sqs",
        "awsRegion": sample.stack.info["region"],
    }


def record_queue(sample: Sample) -> str:
    return sample.stack.info["queues"]["work_queue"].rpartition("-")[2]


def test_a_batch_is_never_larger_than_the_template_says(sample: Sample) -> None:
    sample.send(*(f"n{number}" for number in range(10)))
    assert sample.stack.drain()
    batches = [len(event["Records"]) for event in sample.seen("consume")]
    assert sum(batches) == 10
    assert max(batches) <= 5


def test_only_the_reported_messages_of_a_batch_come_again_until_they_are_dead(
    sample: Sample,
) -> None:
    sample.send("good", "fail", "good too")
    assert sample.stack.drain()
    bodies = [r["body"] for event in sample.seen("consume") for r in event["Records"]]
    assert sorted(bodies) == ["fail", "fail", "good", "good too"]
    assert sample.dead_letters("work_dead_letters") == ["fail"]


def test_a_batch_whose_function_fails_comes_again_whole(sample: Sample) -> None:
    sample.send("crash")
    assert sample.stack.drain()
    counts = [
        record["attributes"]["ApproximateReceiveCount"]
        for event in sample.seen("consume")
        for record in event["Records"]
    ]
    assert counts == ["1", "2"]
    assert sample.dead_letters("work_dead_letters") == ["crash"]


def test_on_request_a_batch_comes_twice(sample: Sample) -> None:
    sample.stack.chaos(duplicate=True)
    sample.send("once")
    assert sample.stack.drain()
    first, second = sample.seen("consume")
    assert first == second


@pytest.mark.parametrize("at", ["2026-03-01T00%3A00%3A00%2B08%3A00", "2026-03-01T00:00:00+08:00"])
def test_a_schedule_runs_as_if_at_that_moment(sample: Sample, at: str) -> None:
    response = sample.stack.post_json(f"/_local/schedules/report_day?at={at}")
    assert response.json() == {
        "time": "2026-02-28T16:00:00Z",
        "detail_type": "Scheduled Event",
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("schedules/consume", 404),
        ("schedules/nothing", 404),
        ("schedules/report_day?at=soon", 400),
        ("schedules/report_day?at=2026-03-01T00:00:00", 400),
        ("nothing", 404),
    ],
)
def test_what_cannot_be_run_is_a_problem(sample: Sample, path: str, status: int) -> None:
    response = sample.stack.post_json(f"/_local/{path}")
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("application/problem+json")
    problem = response.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["request_id"]


def test_drain_says_when_something_does_not_come_to_rest(sample: Sample) -> None:
    queue = sample.stack.info["queues"]["work_queue"]
    sqs = sample.stack.client("sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="later", DelaySeconds=60)
    assert not sample.stack.drain(seconds=1)
    sqs.purge_queue(QueueUrl=queue)


def test_info_names_what_the_contract_names(sample: Sample) -> None:
    info = sample.stack.info
    assert info["api"] == sample.stack.url
    assert set(info["buckets"]) == {"incoming", "documents", "uploads"}
    assert set(info["tables"]) == {"things"}
    assert info["functions"] == [
        "api_handler",
        "authorize",
        "consume",
        "file_dropped",
        "report_day",
    ]
    assert info["demo"] == {"policies": []}
