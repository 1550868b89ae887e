"""What of the policies somebody used: noted by the guard, compared once every suite has run.

A note names the function, the statement's Sid, the action and which of the statement's resources
covered the call, by its place in the list: the guard knows patterns with this account's names in
them, the files have references. Each process writes a file of its own, one note a line.
"""

import json
import os
from pathlib import Path
from typing import NamedTuple

VARIABLE = "PERMISSIONS_USED"
"""Names the folder of the notes. Without it nothing is noted."""


class Use(NamedTuple):
    """One permission of one function: an action of a statement on one of its resources."""

    function: str
    sid: str
    action: str
    resource: int


class Notes:
    """Where one process notes what it uses, each permission once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Use] = set()

    def note(self, use: Use) -> None:
        """Kept at once: workers are killed when their stack ends."""
        if use in self._known:
            return
        self._known.add(use)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps(use) + "\n")


def notes() -> Notes | None:
    """Where this process notes, if it was told to."""
    folder = os.environ.get(VARIABLE)
    return Notes(Path(folder)) if folder else None


def noted(folder: Path) -> set[Use]:
    """What all processes noted."""
    return {
        Use(*json.loads(line))
        for path in folder.glob("*.jsonl")
        for line in path.read_text().splitlines()
    }
