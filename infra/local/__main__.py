"""`make run`: starts the stack, loads the demonstration data, stays until Ctrl-C."""

import asyncio
import signal
import sys

from infra.local import demonstration, options, stack
from infra.local.children import ChildDiedError
from infra.local.demonstration import DemonstrationError
from infra.local.engines import MissingEngineError
from infra.local.examples import examples
from infra.local.intrinsics import TemplateError
from infra.local.options import Options
from infra.local.progress import Progress
from infra.local.server import PortTakenError
from infra.packaging.project import PackagingError

_KNOWN = (
    ChildDiedError,
    DemonstrationError,
    MissingEngineError,
    PackagingError,
    PortTakenError,
    TemplateError,
)


async def main(chosen: Options) -> int:
    """The exit status: 0 after Ctrl-C or SIGTERM, 1 when the stack could not be brought up."""
    loop = asyncio.get_running_loop()
    life = asyncio.create_task(_live(chosen))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, life.cancel)
    try:
        await life
    except asyncio.CancelledError:
        print("\nended", flush=True)
    except _KNOWN as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1
    return 0


async def _live(chosen: Options) -> None:
    progress = Progress()
    async with stack.running(chosen, progress) as running:
        not_made: list[str] = []
        if chosen.demo_policies:
            not_made = await demonstration.load(
                running, progress, chosen.seed, chosen.demo_policies
            )
            if chosen.figures:
                await demonstration.count(running.schedules, progress)
        _show(running, progress, not_made)
        await running.backends.until_one_ends()


def _show(running: stack.Stack, progress: Progress, not_made: list[str]) -> None:
    endpoints = running.backends.endpoints
    progress.plain()
    progress.plain(f"pages      {running.url}/")
    progress.plain(f"API        {running.url}/v1")
    progress.plain(f"AWS        {endpoints['aws']}  (S3, SQS, KMS and the others)")
    progress.plain(f"DynamoDB   {endpoints['dynamodb']}")
    progress.plain(f"all names  {running.url}/_local/info")
    progress.plain(f"logs       {running.logs}")
    for number, (title, command) in enumerate(examples(running.info()), 1):
        progress.plain(f"\n{number}. {title}\n\n{command}")
    if not_made:
        progress.plain(f"\n{len(not_made)} policy documents could NOT be made:")
        for reason in not_made[:10]:
            progress.plain(f"  {reason}")
    progress.plain("\nCtrl-C ends everything.")
    progress.plain(f"ready {running.url}")


if __name__ == "__main__":
    sys.exit(asyncio.run(main(options.parse(sys.argv[1:]))))
