"""A step of the set-up: done once for each state of its inputs, remembered in a stamp file."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.setup.machine import CACHE, ROOT, say


@dataclass(frozen=True)
class Step:
    """What to make, when it counts as made, and how to make it."""

    name: str
    key: str
    """Changes whenever the step must be done again."""
    outputs: tuple[Path, ...]
    make: Callable[[], None]

    @property
    def stamp(self) -> Path:
        """Holds the key of the state that was made last."""
        return CACHE / "stamps" / self.name.replace(" ", "-")

    def ready(self) -> bool:
        """Whether everything is there, made from the inputs as they are now."""
        if not all(output.exists() for output in self.outputs):
            return False
        return self.stamp.is_file() and self.stamp.read_text() == self.key

    def ensure(self) -> None:
        """Makes it unless it is ready."""
        if self.ready():
            return
        say(f"{self.name} …")
        begun = time.monotonic()
        self.make()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.key)
        say(f"{self.name}: done in {time.monotonic() - begun:.1f} s")


def digest(paths: Iterable[Path], *facts: str) -> str:
    """One key for the contents of files and further facts."""
    total = hashlib.sha256("\x00".join(facts).encode())
    for path in sorted(paths):
        total.update(f"\x00{path.relative_to(ROOT)}\x00".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
