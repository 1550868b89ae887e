"""Reads one SQS queue for one function: asks when the bell rings, and once a second anyway."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from infra.local.chaos import COLLECTING_SECONDS, Chaos

Message = dict[str, Any]
Handle = Callable[[list[Message]], Awaitable[list[Message]]]

AT_ONCE = 10  # SQS gives no more in one answer
POLL_SECONDS = 1.0


class QueueReader:
    """Takes batches and settles them: what `handle` gives back failed and is offered again.

    Lambda leaves a failed message hidden until the queue's visibility timeout runs out, which
    may be an hour; here it comes back after `retry_seconds`, its receive count going up all the
    same until the redrive policy moves it to the dead letters.
    """

    def __init__(
        self,
        sqs: Any,
        queue_url: str,
        handle: Handle,
        *,
        chaos: Chaos,
        batch_size: int,
        batch_window: int = 0,
        parallel: int = 1,
        retry_seconds: int = 1,
    ) -> None:
        self.queue_url = queue_url
        self.holding = 0
        self._sqs = sqs
        self._handle = handle
        self._chaos = chaos
        self._batch_size = batch_size
        self._batch_window = batch_window
        self._slots = asyncio.Semaphore(parallel)
        self._retry_seconds = retry_seconds
        self._bell = asyncio.Event()
        self._batches: set[asyncio.Task[None]] = set()

    def ring(self) -> None:
        """Something may have come."""
        self._bell.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._slots.acquire()
                self._bell.clear()
                messages = await self._collect()
                if not messages:
                    self._slots.release()
                    await self._silence()
                for start in range(0, len(messages), self._batch_size):
                    if start:
                        await self._slots.acquire()
                    self._begin(messages[start : start + self._batch_size])
        finally:
            for batch in self._batches:
                batch.cancel()
            await asyncio.gather(*self._batches, return_exceptions=True)

    async def _silence(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return  # delayed and returned messages ring no bell

    async def _collect(self) -> list[Message]:
        """Up to a batch, waiting for it to fill as long as the batch window says; several
        batches where they are to be mixed."""
        shuffle = self._chaos.shuffle
        wanted = self._batch_size * (AT_ONCE if shuffle else 1)
        window = max(self._batch_window, COLLECTING_SECONDS if shuffle else 0)
        messages = await self._receive(wanted)
        if messages and window:
            end = asyncio.get_running_loop().time() + window
            while len(messages) < wanted and asyncio.get_running_loop().time() < end:
                await asyncio.sleep(0.05)
                messages += await self._receive(wanted - len(messages))
        return self._chaos.mix(messages)

    async def _receive(self, count: int) -> list[Message]:
        messages: list[Message] = []
        while len(messages) < count:
            answer = await asyncio.to_thread(
                self._sqs.receive_message,
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=min(AT_ONCE, count - len(messages)),
                WaitTimeSeconds=0,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            received = answer.get("Messages", [])
            messages += received
            if not received:
                break
        return messages

    def _begin(self, messages: list[Message]) -> None:
        self.holding += 1
        batch = asyncio.create_task(self._settle(messages))
        self._batches.add(batch)
        batch.add_done_callback(self._batches.discard)

    async def _settle(self, messages: list[Message]) -> None:
        try:
            failed = await self._handle(messages)
            again = {message["MessageId"] for message in failed}
            done = [m for m in messages if m["MessageId"] not in again]
            await self._in_tens(self._delete, done)
            await self._in_tens(self._return, failed)
        finally:
            self.holding -= 1
            self._slots.release()

    async def _in_tens(
        self, do: Callable[[list[dict[str, Any]]], None], messages: list[Message]
    ) -> None:
        for start in range(0, len(messages), AT_ONCE):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[start : start + AT_ONCE])
            ]
            await asyncio.to_thread(do, entries)

    def _delete(self, entries: list[dict[str, Any]]) -> None:
        self._sqs.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)

    def _return(self, entries: list[dict[str, Any]]) -> None:
        entries = [{**entry, "VisibilityTimeout": self._retry_seconds} for entry in entries]
        self._sqs.change_message_visibility_batch(QueueUrl=self.queue_url, Entries=entries)
