"""Child processes: out of the terminal's reach, tied to this process, logged to a file each."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TETHER = str(Path(__file__).with_name("tether.py"))


class ChildDiedError(RuntimeError):
    """When a child ends before it did what it was started for; carries its last lines."""


@dataclass
class Child:
    """A running program and the file that it writes to."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def last_lines(self, count: int = 15) -> str:
        """The end of what it wrote, indented for people."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-count:]
        return "\n".join(f"    {line}" for line in lines)

    async def kill(self) -> None:
        """Ends it now. What these programs hold is in memory or in the stack's own folder."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def start(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path | None = None,
) -> Child:
    """Starts the program in a session of its own, so that Ctrl-C reaches only the supervisor."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *tethered(command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )
    return Child(name, process, log)


def tethered(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` tied to the calling process (must be called and used
    on the main thread: the kernel watches the thread that forks)."""
    return [sys.executable, "-I", "-S", TETHER, str(os.getpid()), *command]
