"""At-least-once, made likely: on request every delivery comes twice, or in any order."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

COLLECTING_SECONDS = 0.3  # how long a shuffled delivery waits for others to be mixed with


@dataclass
class Chaos:
    """What AWS may do at any time and does here when a test asks for it."""

    duplicate: bool = False
    shuffle: bool = False

    async def deliver[T](self, deliver: Callable[[], Awaitable[T]]) -> T:
        """Delivers once, or twice: together or one after the other. The first result counts."""
        if not self.duplicate:
            return await deliver()
        if random.random() < 0.5:  # noqa: S311 - a coin, no secret
            first, _ = await asyncio.gather(deliver(), deliver())
            return first
        result = await deliver()
        await deliver()
        return result

    def mix[T](self, things: list[T]) -> list[T]:
        """The things in the order in which they will be delivered."""
        return random.sample(things, len(things)) if self.shuffle else things
