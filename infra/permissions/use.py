"""What of the policies somebody used: noted by the guard, compared once every suite has run.

A note names the function, the statement's Sid, the action and which of the statement's resources
covered the call, by its place in the list: the guard knows patterns with this account's names in
them, the files have references. Each process writes a file of its own, one note a line.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "PERMISSIONS_USED"
"""Names the folder of the notes. Without it nothing is noted."""


class Use(NamedTuple):
    """One permission of one function: an action of a statement on one of its resources."""

    function: str
    sid: str
    action: str
    resource: int


class Notes[Note: tuple[Any, ...]]:
    """Where one process notes what it uses, or does else, each note once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Note] = set()

    def note(self, note: Note) -> None:
        """Kept at once: workers are killed when their stack ends."""
        if note in self._known:
            return
        self._known.add(note)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps(note) + "\n")


def notes() -> Notes[Use] | None:
    """Where this process notes, if it was told to."""
    folder = os.environ.get(VARIABLE)
    return Notes(Path(folder)) if folder else None


def read(folder: Path) -> Iterator[list[Any]]:
    """The notes of all processes, as JSON has them; some more than once."""
    for path in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, path.read_text().splitlines())


def noted(folder: Path) -> set[Use]:
    """What all processes used."""
    return {Use(*note) for note in read(folder)}
