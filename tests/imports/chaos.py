"""A bad day: workers killed anywhere, messages twice and in any order, engines throttled."""

import json
import random
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore import endpoint
from botocore.awsrequest import AWSResponse

from chalicelib import aws as clients
from chalicelib import settings, tables
from chalicelib.contacts import store as contact_store
from chalicelib.imports import service, store
from chalicelib.organisations import store as organisation_store
from chalicelib.policies import store as policy_store

THROTTLED = (400, "ProvisionedThroughputExceededException")
FAILED = (500, "InternalServerError")


class Killed(BaseException):
    """The worker's process is gone."""


class Trouble:
    """Hangs between the clients and the engines, and makes a bad day of a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a seed to repeat, no secret
        self.happened: list[str] = []
        self._failing = 0
        self._answer = THROTTLED
        models = (
            store.ImportItem,
            policy_store.PolicyItem,
            policy_store.PartItem,
            contact_store.ContactItem,
            organisation_store.DirectoryItem,
        )
        dynamodb = [model._get_connection().connection.client for model in models]
        self._clients = {id(one): one for one in [*dynamodb, tables.connection().client]}
        self._others = [clients.client("s3"), clients.client("sqs")]

    def begin(self) -> None:
        """From now on."""
        for client in self._clients.values():
            client.meta.events.register("before-send.dynamodb.*", self._before, "trouble-before")
            client.meta.events.register("after-call.dynamodb.*", self._after, "trouble-after")
        for client in self._others:
            name = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{name}.*", self._kill, "trouble-kill")

    def end(self) -> None:
        """The day is over."""
        for client in self._clients.values():
            client.meta.events.unregister("before-send.dynamodb.*", unique_id="trouble-before")
            client.meta.events.unregister("after-call.dynamodb.*", unique_id="trouble-after")
        for client in self._others:
            name = client.meta.service_model.service_id.hyphenize()
            client.meta.events.unregister(f"before-send.{name}.*", unique_id="trouble-kill")

    def _before(self, **_: Any) -> AWSResponse | None:
        self._kill()
        if not self._failing and self.dice.random() < 0.04:
            self._failing = self.dice.choice((1, 1, 2, 7))
            self._answer = self.dice.choice((THROTTLED, FAILED))
        if not self._failing:
            return None
        self._failing -= 1
        status, code = self._answer
        self.happened.append(code)
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "trouble"}
        return AWSResponse("", status, {}, _Raw(json.dumps(body).encode()))

    def _after(self, **_: Any) -> None:
        self._kill()

    def _kill(self, **_: Any) -> None:
        if self.dice.random() < 0.01:
            self.happened.append("killed")
            raise Killed


class _Raw:
    """A response's body as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def insist(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """As AWS does: again until it succeeds."""
    for _ in range(200):
        try:
            return call(*arguments, **named)
        except (Killed, Exception):  # noqa: S112, BLE001 - whatever happens, AWS tries again
            continue
    raise AssertionError("never succeeded")


def deliver(trouble: Trouble | None) -> None:
    """Empties the queue: in any order, some messages twice, failed ones again."""
    sqs, queue = clients.client("sqs"), settings.get("IMPORT_QUEUE_URL")
    waiting: list[dict[str, Any]] = []
    while True:
        answer = insist(sqs.receive_message, QueueUrl=queue, MaxNumberOfMessages=10)
        waiting += answer.get("Messages", [])
        if not waiting:
            return
        place = trouble.dice.randrange(len(waiting)) if trouble else 0
        message = waiting.pop(place)
        body = json.loads(message["Body"])
        hurried = trouble is not None and trouble.dice.random() < 0.2
        remaining = [900.0, 0.0][hurried].__float__
        for _ in range(2 if trouble and trouble.dice.random() < 0.2 else 1):
            insist(service.work, body["import_id"], body["range"], remaining)
        receipt = message["ReceiptHandle"]
        insist(sqs.delete_message, QueueUrl=queue, ReceiptHandle=receipt)


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore tries again as ever, but does not wait before it does."""
    waitless = SimpleNamespace(time=time.time, sleep=lambda _seconds: None)
    monkeypatch.setattr(endpoint, "time", waitless)
