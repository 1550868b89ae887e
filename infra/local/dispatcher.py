"""What starts functions without a caller: EventBridge rules, and queues with their consumers."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from infra.local import events
from infra.local.chaos import Chaos
from infra.local.functions import Function, QueueSource, Rule
from infra.local.pool import Pool
from infra.local.queue_reader import Message, QueueReader
from infra.local.resources import Resources
from infra.local.workers import Result

RETRY_SECONDS = (1, 2)  # Lambda waits one minute and two between attempts of an asynchronous event
HIDDEN_SECONDS = "43200"  # SQS's maximum: the reader itself says when a message comes back


class Dispatcher:
    """Delivers events and batches to the pools; at least once, as AWS does."""

    def __init__(self, resources: Resources, pools: Mapping[str, Pool]) -> None:
        self.chaos = Chaos()
        self._resources = resources
        self._sqs = resources.clients.sqs
        self._readers: list[QueueReader] = []
        self._running: list[asyncio.Task[None]] = []
        for pool in pools.values():
            if pool.function.rules:
                self._readers.append(self._listen_to_rules(pool))
            self._readers += [self._consume(pool, source) for source in pool.function.queues]

    @property
    def queue_urls(self) -> list[str]:
        """The queues that something here reads: dead letters are not among them."""
        return [reader.queue_url for reader in self._readers]

    @property
    def busy(self) -> bool:
        """Whether a batch is being worked on."""
        return any(reader.holding for reader in self._readers)

    def start(self) -> None:
        self._running = [asyncio.create_task(reader.run()) for reader in self._readers]
        for reader in self._running:
            reader.add_done_callback(_raise_failure)

    def ring(self) -> None:
        """A write went to storage, a queue or the bus."""
        for reader in self._readers:
            reader.ring()

    async def close(self) -> None:
        for reader in self._running:
            reader.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _listen_to_rules(self, pool: Pool) -> QueueReader:
        """One queue per function, target of each of its rules."""
        function = pool.function
        url = self._sqs.create_queue(
            QueueName=f"{function.real_name[-60:]}-events",
            Attributes={"VisibilityTimeout": HIDDEN_SECONDS},
        )["QueueUrl"]
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        for rule in function.rules:
            self._put_rule(rule, answer["Attributes"]["QueueArn"])

        async def handle(messages: list[Message]) -> list[Message]:
            event = events.storage_event(json.loads(messages[0]["Body"]))
            await self.chaos.deliver(lambda: self._deliver(pool, event))
            return []

        return QueueReader(
            self._sqs, url, handle, chaos=self.chaos, batch_size=1, parallel=pool.limit
        )

    def _put_rule(self, rule: Rule, queue_arn: str) -> None:
        client = self._resources.clients.events
        client.put_rule(Name=rule.name, EventPattern=json.dumps(rule.pattern))
        client.put_targets(Rule=rule.name, Targets=[{"Id": "local", "Arn": queue_arn}])

    async def _deliver(self, pool: Pool, event: dict[str, Any]) -> None:
        """An asynchronous invocation: tried again, then given to the failure destination."""
        raw = json.dumps(event, ensure_ascii=False).encode()
        result = await pool.invoke(raw)
        for pause in RETRY_SECONDS[: pool.function.retries]:
            if not result.error:
                return
            await asyncio.sleep(pause)
            result = await pool.invoke(raw)
        if result.error and pool.function.on_failure:
            await self._give_up(pool.function, event, result)

    async def _give_up(self, function: Function, event: dict[str, Any], result: Result) -> None:
        name = str(function.on_failure).split(":")[-1]
        url = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
        body = json.dumps(
            {"requestPayload": event, "responsePayload": json.loads(result.payload)},
            ensure_ascii=False,
        )
        await asyncio.to_thread(self._sqs.send_message, QueueUrl=url, MessageBody=body)

    def _consume(self, pool: Pool, source: QueueSource) -> QueueReader:
        """An event-source mapping: batches in, failed messages out."""
        name = source.arn.split(":")[-1]
        url = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]

        async def handle(messages: list[Message]) -> list[Message]:
            region = self._resources.account.region
            records = [events.queue_record(m, arn=source.arn, region=region) for m in messages]
            raw = json.dumps({"Records": records}, ensure_ascii=False).encode()
            result = await self.chaos.deliver(lambda: pool.invoke(raw))
            return failed_messages(messages, result, report_failures=source.report_failures)

        return QueueReader(
            self._sqs,
            url,
            handle,
            chaos=self.chaos,
            batch_size=source.batch_size,
            batch_window=source.batch_window,
            parallel=min(pool.limit, source.concurrency or pool.limit),
        )


def failed_messages(
    messages: list[Message], result: Result, *, report_failures: bool
) -> list[Message]:
    """Which messages of the batch come again; all of them after a malformed report (Lambda)."""
    if result.error:
        return messages
    if not report_failures:
        return []
    answer = json.loads(result.payload)
    failures = (answer.get("batchItemFailures") or []) if isinstance(answer, dict) else []
    named = [failure.get("itemIdentifier") for failure in failures]
    known = {message["MessageId"]: message for message in messages}
    if any(name not in known for name in named):
        return messages
    return [known[name] for name in named]


def _raise_failure(task: asyncio.Task[None]) -> None:
    """A reader only ends by being cancelled; anything else must be seen at once."""
    if not task.cancelled() and (error := task.exception()):
        asyncio.get_running_loop().call_exception_handler(
            {"message": "a queue is no longer read", "exception": error, "task": task}
        )
