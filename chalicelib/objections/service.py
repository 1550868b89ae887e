"""What other rooms may ask of objections: the events for figures, the watch, keys, erasure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.objections import cases, persons, register, store

__all__ = ["histories", "of_day", "reseal", "violation"]


def reseal(key: str, sort_key: str) -> bool:
    """Seals words, or marks a case, anew if older keys did; whether anything was written."""
    return persons.remark(key) if sort_key == store.CASE else register.reseal(key, sort_key)


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


def violation(objection_no: str, until: datetime) -> dict[str, Any]:
    """What form A6 says of a violation, by what happened before the instant.

    `discovered_on closed_on correction`, and `persons` held responsible as they were entered:
    names, measures, rules, facts, amounts in fen.
    """
    case = cases.load(objection_no)
    told = [facts for facts in case.log if clock.parse(facts["at"]) < until]
    kinds = {facts["kind"]: facts for facts in reversed(told)}
    filed = kinds["filed"]
    closed = kinds.get("replied")
    found = filed if filed["violation"] else kinds.get("suspected")
    if found is None and closed and closed["result"] == "violation":
        found = closed
    if found is None:
        found = kinds["held_responsible"]
    ordered, seen = "correction_ordered" in kinds, "correction_seen" in kinds
    return {
        "discovered_on": _day(found),
        "closed_on": _day(closed) if closed else None,
        "correction": "seen" if seen else "ordered" if ordered else None,
        "persons": [
            person
            for facts in told
            if facts["kind"] == "held_responsible"
            for person in case.words(facts).get("persons", [])
        ],
    }


def _day(facts: dict[str, Any]) -> str:
    return clock.shanghai_day(clock.parse(facts["at"])).isoformat()
