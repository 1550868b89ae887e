"""What other rooms may ask of objections: the events for figures, the watch, keys, erasure."""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.objections import register, store
from chalicelib.objections.register import reseal

__all__ = ["histories", "of_day", "reseal"]


def of_day(day: str) -> Iterator[dict[str, Any]]:
    """The facts of every event of Shanghai's day (ISO), in no order (docs/objections.md)."""
    for entry in store.of_day(day):
        yield register.read(entry)


def histories(numbers: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The facts of every event of these objections, in their order, by number."""
    found: dict[str, list[dict[str, Any]]] = {}
    for number, case in store.cases(numbers).items():
        entries = map(register.read, store.events(case.facts["events"]))
        found[number] = sorted(entries, key=lambda facts: int(facts["seq"]))
    return found
