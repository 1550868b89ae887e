"""What the person sees while the stack starts: one line per step, with the seconds so far."""

import time

from infra.local.functions import Function


class Progress:
    """Lines on standard output, written at once."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def say(self, text: str) -> None:
        """A step, with the seconds since the start."""
        print(f"[{time.monotonic() - self._began:5.1f} s] {text}", flush=True)

    def plain(self, text: str = "") -> None:
        """A line that stands for itself."""
        print(text, flush=True)

    def failed_start(self, function: Function, last_words: str) -> None:
        """A worker that died before its first event: the reason is shown, not only logged."""
        self.say(f"a worker of {function.name} ({function.handler}) did not start:")
        self.plain(last_words)
