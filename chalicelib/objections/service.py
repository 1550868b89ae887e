"""What other rooms may ask of objections: the events for figures, the watch, keys, erasure."""

from collections.abc import Iterator
from typing import Any

from chalicelib.objections import register, store
from chalicelib.objections.register import reseal

__all__ = ["of_day", "reseal"]


def of_day(day: str) -> Iterator[dict[str, Any]]:
    """The facts of every event of Shanghai's day (ISO), in no order (docs/objections.md)."""
    for entry in store.of_day(day):
        yield register.read(entry)
