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
    called: list[bytes] = []
    functions = SimpleNamespace(invoke=lambda **named: called.append(named["Payload"]))
    names = {
        logical: aws.name(logical)
        for logical in ("ImportQueue", "ImportDeadLetters", "FileDeadLetters")
    }
    operator = SimpleNamespace(sqs=clients.client("sqs"), functions=functions, called=called)
    return operator, {**names, "ImportFile": "import-file"}


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


def test_an_event_that_no_function_took_goes_back_to_its_function(
    desk: tuple[Any, dict[str, str]],
) -> None:
    operator, names = desk
    operator.sqs.send_message(QueueUrl=names["FileDeadLetters"], MessageBody='{"detail": {}}')
    counts = dead_letters.redrive(operator, names, [])
    assert counts == {"FileDeadLetters": 1, "ImportDeadLetters": 0}
    assert operator.called == [b'{"detail": {}}']


def test_unknown_names_are_refused(desk: tuple[Any, dict[str, str]]) -> None:
    with pytest.raises(SystemExit):
        dead_letters.redrive(*desk, ["Nothing"])
