"""The workers of one function: spawned on demand up to a limit, each with one event at a time."""

import asyncio
from collections import deque
from collections.abc import Callable

from infra.local.functions import Function
from infra.local.metrics import Metrics
from infra.local.workers import Invocation, Launch, Result, Worker, failed


class Pool:
    """A function that can be invoked; what waits while every worker is busy waits in order.

    Lambda would answer 429 beyond a function's concurrency; a laptop waits instead.
    """

    def __init__(
        self,
        function: Function,
        launch: Launch,
        *,
        limit: int,
        metrics: Metrics,
        on_failed_start: Callable[[Function, str], None],
    ) -> None:
        self.function = function
        self.limit = min(limit, function.concurrency or limit)
        self.invocations = 0
        self._launch = launch
        self._metrics = metrics
        self._on_failed_start = on_failed_start
        self._waiting: deque[Invocation] = deque()
        self._idle: list[Worker] = []
        self._lives: dict[Worker, asyncio.Task[None]] = {}
        self._started = 0
        self._running = 0
        self._change = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether an invocation runs or waits."""
        return self._running > 0

    async def invoke(self, event: bytes, *, trace_id: str = "") -> Result:
        """The result, whatever it is; an event whose caller gives up before it began is dropped."""
        invocation = Invocation(event, trace_id=trace_id)
        self.invocations += 1
        self._running += 1
        invocation.result.add_done_callback(self._ended)
        self._waiting.append(invocation)
        self._assign()
        try:
            return await asyncio.shield(invocation.result)
        except asyncio.CancelledError:
            if invocation in self._waiting:
                self._waiting.remove(invocation)
                invocation.result.cancel()
            raise

    async def warm(self, count: int) -> None:
        """Starts that many workers, until each has asked for its first event or has died."""
        for _ in range(min(count, self.limit) - len(self._lives)):
            self._spawn()
        started = list(self._lives)
        while any(not worker.was_ready and worker in self._lives for worker in started):
            self._change.clear()
            await self._change.wait()

    async def close(self) -> None:
        """Ends every worker, whatever it does."""
        lives = list(self._lives.values())
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)

    def _assign(self) -> None:
        while self._waiting and self._idle:
            self._idle.pop().invoke(self._waiting.popleft())
        starting = sum(not worker.was_ready for worker in self._lives)
        wanted = min(len(self._waiting) - starting, self.limit - len(self._lives))
        for _ in range(wanted):
            self._spawn()

    def _spawn(self) -> None:
        self._started += 1
        worker = Worker(self.function, self._started, self._launch, self._ready)
        self._lives[worker] = asyncio.create_task(self._live(worker), name=worker.name)

    def _ready(self, worker: Worker) -> None:
        self._idle.append(worker)
        self._change.set()
        self._assign()

    async def _live(self, worker: Worker) -> None:
        try:
            died_of = await worker.run()
        finally:
            del self._lives[worker]
            if worker in self._idle:
                self._idle.remove(worker)
            self._change.set()
        if not worker.was_ready:
            self._on_failed_start(self.function, died_of)
            # One event pays for each failed start, as in Lambda: no endless respawning.
            if self._waiting:
                self._waiting.popleft().finish(failed("Runtime.InitError", died_of))
        self._assign()

    def _ended(self, result: asyncio.Future[Result]) -> None:
        self._running -= 1
        if not result.cancelled() and result.result().error:
            self._metrics.count("AWS/Lambda", "Errors")
