"""A stack around a tiny application, and what its handlers noted down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local import outside
from infra.local.outside import OutsideStack

SAMPLE = Path(__file__).parent / "sample"


class Sample:
    """The running sample; `seen` reads what its event handlers were given."""

    def __init__(self, stack: OutsideStack, folder: Path) -> None:
        self.stack = stack
        self._folder = folder

    def seen(self, function: str) -> list[Any]:
        """The events of one function in the order in which they came, each read once."""
        found = sorted(self._folder.glob(f"{function}-*"), key=lambda p: int(p.name.split("-")[1]))
        events = [json.loads(path.read_text()) for path in found]
        for path in found:
            path.unlink()
        return events

    def send(self, *bodies: str) -> None:
        """Messages into the work queue, in one request."""
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies)]
        queue = self.stack.info["queues"]["work_queue"]
        self.stack.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)

    def dead_letters(self, queue: str) -> list[str]:
        """The bodies in a queue of dead letters, taken out."""
        sqs = self.stack.client("sqs")
        url = self.stack.info["queues"][queue]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]


@contextmanager
def running_sample(folder: Path) -> Iterator[Sample]:
    """A stack of its own for who needs one."""
    template = ["--template", str(SAMPLE / "sam.json"), "--workers", "4"]
    with outside.started([*template, "--parameter", f"Seen={folder}"], task_root=SAMPLE) as stack:
        yield Sample(stack, folder)


@pytest.fixture(scope="session")
def shared_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    with running_sample(tmp_path_factory.mktemp("seen")) as sample:
        yield sample


@pytest.fixture
def sample(shared_sample: Sample) -> Iterator[Sample]:
    """The shared sample, orderly and with nothing noted yet."""
    yield shared_sample
    shared_sample.stack.chaos()
    assert shared_sample.stack.drain()
    for function in ("authorize", "file_dropped", "consume"):
        shared_sample.seen(function)
