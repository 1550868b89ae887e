"""A message that poisons its worker ends among the dead letters, and comes back from there."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import settings
from chalicelib.imports import kinds, service
from infra import dead_letters
from tests.imports.files import (
    AT,
    KilledError,
    announce,
    as_csv,
    die,
    drop,
    report,
    row,
    totals,
    work_queue,
)

ALL = ["ImportDeadLetters"]


@pytest.fixture
def desk(aws: Any) -> tuple[Any, dict[str, str]]:
    """The operator's clients, with a function that notes what it is called with."""
    called: list[tuple[str, Any]] = []

    def invoke(**named: Any) -> None:
        called.append((named["FunctionName"], json.loads(named["Payload"])))

    names = {
        logical: aws.name(logical)
        for logical in ("ImportQueue", "ImportDeadLetters", "FileDeadLetters")
    }
    names |= {"IncomingBucket": "incoming", "UploadsBucket": "uploads"}
    names |= {"ImportFile": "import-file", "CheckAttachment": "check-attachment"}
    functions = SimpleNamespace(invoke=invoke)
    operator = SimpleNamespace(sqs=clients.client("sqs"), functions=functions, called=called)
    return operator, names


def stored(bucket: str) -> dict[str, Any]:
    """The event of a file in a bucket."""
    return {"detail": {"bucket": {"name": bucket}, "object": {"key": "policies/保单.csv"}}}


def fail_until_given_up() -> None:
    """Takes the message as often as the queue allows, and dies of it each time."""
    sqs, queue = clients.client("sqs"), settings.get("IMPORT_QUEUE_URL")
    while messages := sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0).get("Messages"):
        body = json.loads(messages[0]["Body"])
        with pytest.raises(KilledError):
            service.work(body["import_id"], body["range"])


def test_a_poisoned_message_is_shown_and_after_mending_finishes_its_file(
    desk: tuple[Any, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, names = desk
    announce()
    content = as_csv([row(), row()])
    file = drop(content, "a.csv")
    service.begin(file, AT)
    with monkeypatch.context() as broken:
        broken.setattr(kinds.Intake, "take", die)
        fail_until_given_up()
    for _ in range(2):
        (line,) = dead_letters.show(operator, names, ALL)
        assert file.key in line
    assert dead_letters.redrive(operator, names, ALL) == {"ImportDeadLetters": 1}
    assert list(dead_letters.show(operator, names, ALL)) == []
    work_queue()
    assert totals(report(file, content)) == (2, 2, 0, 0, 0)


@pytest.mark.parametrize(
    ("bucket", "function"), [("incoming", "import-file"), ("uploads", "check-attachment")]
)
def test_an_event_goes_back_to_its_function_whoever_put_it_aside(
    desk: tuple[Any, dict[str, str]], bucket: str, function: str
) -> None:
    operator, names = desk
    event = stored(bucket)
    # As EventBridge puts aside what it could not deliver, and Lambda what failed all its tries.
    for body in (event, {"version": "1.0", "requestPayload": event, "responsePayload": None}):
        operator.sqs.send_message(QueueUrl=names["FileDeadLetters"], MessageBody=json.dumps(body))
    counts = dead_letters.redrive(operator, names, [])
    assert counts == {"FileDeadLetters": 2, "ImportDeadLetters": 0}
    assert operator.called == [(function, event), (function, event)]


def test_a_letter_of_nobody_s_stays_where_it_lies_and_keeps_no_other_back(
    desk: tuple[Any, dict[str, str]],
) -> None:
    operator, names = desk
    for bucket in ("another", "incoming"):
        body = json.dumps(stored(bucket))
        operator.sqs.send_message(QueueUrl=names["FileDeadLetters"], MessageBody=body)
    assert dead_letters.redrive(operator, names, ["FileDeadLetters"]) == {"FileDeadLetters": 1}
    assert operator.called == [("import-file", stored("incoming"))]
    attribute = "ApproximateNumberOfMessagesNotVisible"
    found = operator.sqs.get_queue_attributes(
        QueueUrl=names["FileDeadLetters"], AttributeNames=[attribute]
    )
    assert found["Attributes"][attribute] == "1"


def test_a_message_comes_back_with_the_id_of_its_request(desk: tuple[Any, dict[str, str]]) -> None:
    operator, names = desk
    own = {"request_id": {"DataType": "String", "StringValue": "browser-1"}}
    operator.sqs.send_message(
        QueueUrl=names["ImportDeadLetters"], MessageBody="{}", MessageAttributes=own
    )
    dead_letters.redrive(operator, names, ALL)
    (message,) = operator.sqs.receive_message(
        QueueUrl=names["ImportQueue"], MessageAttributeNames=["All"]
    )["Messages"]
    assert message["MessageAttributes"] == own


def test_unknown_names_are_refused(desk: tuple[Any, dict[str, str]]) -> None:
    with pytest.raises(SystemExit):
        dead_letters.redrive(*desk, ["Nothing"])
