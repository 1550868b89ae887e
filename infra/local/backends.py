"""Both engines with the front before them: what stands in for AWS, for the stack and for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import engines
from infra.local.account import Account
from infra.local.children import ChildDiedError
from infra.local.engines import Engine
from infra.local.front import Front
from infra.local.makers import Clients


@dataclass
class Backends:
    """Where the AWS services answer, as whom, and how the stack itself speaks to them."""

    account: Account
    endpoints: dict[str, str]
    clients: Clients
    engines: list[Engine] = field(default_factory=list)
    on_write: list[Callable[[], None]] = field(default_factory=list)

    async def until_one_ends(self) -> None:
        """ChildDiedError when an engine ends that nobody asked to end."""
        waiting = [asyncio.ensure_future(e.child.process.wait()) for e in self.engines]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waiting:
                wait.cancel()
        ended = next(engine.child for engine in self.engines if not engine.child.alive)
        raise ChildDiedError(f"{ended.name} has ended:\n{ended.last_lines()}")


@asynccontextmanager
async def running(
    account: Account, folder: Path, logs: Path, say: Callable[[str], None]
) -> AsyncIterator[Backends]:
    """Starts moto and DynamoDB Local at the same time; ends both.

    `folder` takes what moto spools; each write to a service that may leave something in a queue
    calls what stands in `on_write`.
    """
    listeners: list[Callable[[], None]] = []

    def wrote() -> None:
        for listener in listeners:
            listener()

    started = await _both(
        _started(engines.start_moto(folder, logs / "moto.log"), say),
        _started(engines.start_dynamodb(logs / "dynamodb.log"), say),
    )
    try:
        moto, dynamodb = (engine.url for engine in started)
        front = Front(account, moto, wrote)
        await front.start()
        try:
            clients = Clients(account, moto=moto, dynamodb=dynamodb, front=front.url)
            endpoints = {"aws": front.url, "dynamodb": dynamodb, "moto": moto}
            yield Backends(account, endpoints, clients, started, listeners)
        finally:
            await front.close()
    finally:
        await asyncio.gather(*(engine.child.kill() for engine in started))


async def _both(*starting: Coroutine[None, None, Engine]) -> list[Engine]:
    """Both, or neither: what has started ends again when the other does not."""
    tasks = [asyncio.ensure_future(start) for start in starting]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Engine):
                await result.child.kill()
        raise


async def _started(starting: Coroutine[None, None, Engine], say: Callable[[str], None]) -> Engine:
    engine = await starting
    say(f"{engine.child.name} answers at {engine.url}")
    return engine
