"""Looks at other processes through the kernel: who descends from whom, and who is gone."""

import os
import select
from contextlib import suppress
from pathlib import Path


def descendants(pid: int) -> dict[int, int]:
    """Process id → descriptor of every child, its children included."""
    found: dict[int, int] = {}
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found[child] = os.pidfd_open(child)
                found |= descendants(child)
    return found


def still_alive(descriptors: dict[int, int], seconds: float) -> list[int]:
    """Which of them have not ended after so many seconds at most; closes the descriptors."""
    poll = select.poll()
    names = {descriptor: pid for pid, descriptor in descriptors.items()}
    for descriptor in names:
        poll.register(descriptor, select.POLLIN)
    alive = dict(names)
    while alive and (ended := poll.poll(seconds * 1000)):
        for descriptor, _ in ended:
            poll.unregister(descriptor)
            del alive[descriptor]
    for descriptor in names:
        os.close(descriptor)
    return list(alive.values())
