"""Queues: messages of ours, sent in batches; all are taken or the call fails."""

import json
from collections.abc import Iterable
from itertools import batched
from typing import Any

from chalicelib import aws, settings

PER_CALL = 10


class NotTakenError(RuntimeError):
    """When a queue took only some of the messages; what sent them is done again as a whole."""


def send(queue: str, messages: Iterable[dict[str, Any]]) -> None:
    """Puts messages into the queue whose URL the setting `queue` holds."""
    url = settings.get(queue)
    for part in batched(messages, PER_CALL):
        entries = [
            {"Id": str(place), "MessageBody": json.dumps(message)}
            for place, message in enumerate(part)
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
        if failed := answer.get("Failed"):
            raise NotTakenError(f"{len(failed)} messages were not taken by {queue}")
