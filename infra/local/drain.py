"""Waits until nothing is queued and nothing runs."""

import asyncio
from collections.abc import Mapping
from typing import Any

from infra.local.dispatcher import Dispatcher
from infra.local.pool import Pool

SECONDS = 20
_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


async def drain(
    sqs: Any, dispatcher: Dispatcher, pools: Mapping[str, Pool], seconds: float = SECONDS
) -> bool:
    """Whether everything came to rest in time.

    One look at the queues is not enough: while the last queue is looked at, an event may go from
    one that was full to one that was found empty. So two looks have to agree with no invocation
    begun between them.
    """
    try:
        async with asyncio.timeout(seconds):
            seen = -1
            while True:
                begun = sum(pool.invocations for pool in pools.values())
                resting = not dispatcher.busy and not any(p.busy for p in pools.values())
                if not (resting and await _empty(sqs, dispatcher.queue_urls)):
                    seen = -1
                    await asyncio.sleep(0.05)
                elif begun == seen:
                    return True
                else:
                    seen = begun
    except TimeoutError:
        return False


async def _empty(sqs: Any, urls: list[str]) -> bool:
    for url in urls:
        answer = await asyncio.to_thread(
            sqs.get_queue_attributes, QueueUrl=url, AttributeNames=list(_COUNTS)
        )
        if any(int(answer["Attributes"][count]) for count in _COUNTS):
            return False
    return True
