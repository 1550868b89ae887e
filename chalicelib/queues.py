"""Queues: messages of ours, sent in batches; all are taken or the call fails.

Some queues only wake whoever works off what waits in a table anyway. Those have a `Bell`.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib import aws, settings

PER_CALL = 10
SWEEP = {"sweep": True}
"""The message that says: look for everything that waits."""
SPAN = timedelta(seconds=2)
"""How long one sweep is to be the only message of a process."""
DELAY_SECONDS = 3
"""How much later than sent a sweep is done: after its SPAN, with time for an index to follow."""


class NotTakenError(RuntimeError):
    """When a queue took only some of the messages; what sent them is done again as a whole."""


def send(queue: str, messages: Iterable[dict[str, Any]], delay: int = 0) -> None:
    """Puts messages into the queue whose URL the setting `queue` holds, seen after `delay` s."""
    url = settings.get(queue)
    for part in batched(messages, PER_CALL):
        entries = [
            {"Id": str(place), "MessageBody": json.dumps(message), "DelaySeconds": delay}
            for place, message in enumerate(part)
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
        if failed := answer.get("Failed"):
            raise NotTakenError(f"{len(failed)} messages were not taken by {queue}")


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
