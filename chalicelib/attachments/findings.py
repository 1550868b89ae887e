"""What a check of a file says: what is kept of it, or why it is refused."""

from dataclasses import dataclass, field
from typing import Any


class RefusedError(Exception):
    """When a file cannot be taken; `reason` is a code of `attachments.reason.…` in the texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Kept:
    """What may be served of a file that came."""

    content: bytes
    content_type: str
    thumbnail: bytes | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    """What is known of it without opening it again: `width`, `height`, `pages`."""
