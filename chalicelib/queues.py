"""Queues: messages of ours, sent in batches; all are taken or the call fails.

Some queues only wake whoever works off what waits in a table anyway. Those have a `Bell`.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib import aws, observability, settings

PER_CALL = 10
ORIGIN = "request_id"
"""The attribute of a message that says which request it comes from."""
SWEEP = {"sweep": True}
"""The message that says: look for everything that waits."""
SPAN = timedelta(seconds=2)
"""How long one sweep is to be the only message of a process."""
DELAY_SECONDS = 3
"""How much later than sent a sweep is done: after its SPAN, with time for an index to follow."""


class NotTakenError(RuntimeError):
    """When a queue took only some of the messages; what sent them is done again as a whole."""


def send(queue: str, messages: Iterable[dict[str, Any]], delay: int = 0) -> None:
    """Puts messages into the queue whose URL the setting `queue` holds, seen after `delay` s.

    They carry the id of the request that they come from, which their worker's log goes on with.
    """
    url, carried = settings.get(queue), observability.request_id()
    more = {"MessageAttributes": {ORIGIN: _text(carried)}} if carried else {}
    for part in batched(messages, PER_CALL):
        entries = [
            {"Id": str(place), "MessageBody": json.dumps(message), "DelaySeconds": delay, **more}
            for place, message in enumerate(part)
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
        if failed := answer.get("Failed"):
            raise NotTakenError(f"{len(failed)} messages were not taken by {queue}")


def origin(record: dict[str, Any]) -> str:
    """The id of the request that a record of a queue comes from; empty where it carries none."""
    return str(record.get("messageAttributes", {}).get(ORIGIN, {}).get("stringValue", ""))


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


class Bell:
    """Wakes a queue's worker for what this process has stored: at once, but never in a storm.

    The first message after a quiet SPAN names what waits. What follows is covered by one sweep per
    SPAN, sent ahead and done when the SPAN is over, so that a busy process spends one call every
    two seconds on what a call per fact did. What a sweep misses waits for that of the minute.
    """

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._stored: datetime | None = None
        self._covered: datetime | None = None

    def ring(self, messages: Iterable[dict[str, Any]], now: datetime) -> None:
        """For facts that were stored before `now`: `messages` name them."""
        if not _within(self._covered, now):
            if _within(self._stored, now):
                send(self._queue, [SWEEP], DELAY_SECONDS)
                self._covered = now
            else:
                send(self._queue, messages)
        self._stored = now


def _within(since: datetime | None, now: datetime) -> bool:
    """Whether it is not yet a SPAN ago; a clock that was set back begins anew."""
    return since is not None and since <= now < since + SPAN
