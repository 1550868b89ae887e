"""What comes up with policies: covers that end, instalments due, birthdays; by agent or by day.

Entries come from indexes and name nobody. What is shown of them is read together with the items of
other rooms, by keys that the entries give (docs/decisions/0053).
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from chalicelib import sealing, tables
from chalicelib.policies import parts, service, store, writing
from chalicelib.policies.items import CURRENT, RENEWED, PolicyItem
from chalicelib.policies.service import Record

AT_ONCE = 600
"""Entries of one query: well below the megabyte of a page, even where whole items are counted."""


class Entry(NamedTuple):
    """Something that comes up on a day; in the order of days, then of policies."""

    on: str
    policy_no: str
    """In its comparable form."""
    key: str
    """Of the instalment beside the policy; empty for the policy itself."""
    person: str | None
    """The insured's mark; none of an instalment that came before its policy."""
    phones: frozenset[str]
    """Marks of the numbers that the policy brought."""


class Opened(NamedTuple):
    """What was read of entries: by the numbers of policies, and of instalments by their keys."""

    records: dict[str, Record]
    instalments: dict[tuple[str, str], parts.Part]
    renewed: frozenset[str]
    """Policies that another one names as the one before it."""


def coming(agent: str, first: date, last: date) -> list[Entry]:
    """Covers of an agent's customers that end on these days, and instalments due on them.

    The first of them, if there are more than anybody could call in that time.
    """
    found = store.coming(agent, first.isoformat(), last.isoformat(), AT_ONCE)
    return sorted(_entry(one) for one in found)


def birthdays(day: date, agent: str | None = None) -> Iterator[Entry]:
    """Policies of insured persons whose birthday it is, of one agent or in the order of agents.

    Who was born on 29 February has it on the 28th where the year has no other.
    """
    days = {f"{day:%m-%d}"}
    if f"{day:%m-%d}" == "02-28" and (day + timedelta(days=1)).month == 3:
        days.add("02-29")
    for one in sorted(days):
        for mark in sealing.hashes("birthday", one):
            for found in store.on_day(mark, agent):
                yield _entry(found)._replace(on=day.isoformat())


def due(day: date) -> Iterator[Entry]:
    """Instalments that are due on a day and not paid, of all policies."""
    for found in store.on_day(f"due/{day.isoformat()}"):
        yield _entry(found)._replace(on=day.isoformat())


def asked(entries: Iterable[Entry]) -> tables.Keys:
    """What to read of the entries: policies, instalments, and whether another one goes on."""
    keys = set()
    for entry in entries:
        keys.add((entry.policy_no, CURRENT))
        keys.add((entry.policy_no, f"{parts.PREFIX}{entry.key}" if entry.key else RENEWED))
    return tables.Keys(PolicyItem, sorted(keys))


def opened(items: Iterable[Any]) -> Opened:
    """What was found of what was asked for."""
    found = Opened({}, {}, frozenset(item.pk for item in items if item.sk == RENEWED))
    for item in items:
        if item.sk == CURRENT:
            found.records[item.pk] = Record(item)
        elif item.sk != RENEWED:
            part = parts.Part(item)
            found.instalments[item.pk, part.key] = part
    return found


def covered(record: Record) -> bool:
    """Whether the policy gives cover, so that anything of it still comes up."""
    return record.facts["status"] in service.COVERED


def hand_over(entry: Entry, part: parts.Part, agent: str | None) -> None:
    """Puts an instalment on the agenda of the agent whose customer it is by now."""
    if part.agenda == agent:
        return
    key = (entry.policy_no, f"{parts.PREFIX}{entry.key}")
    item = store.parts([key]).get(key)
    if item is not None and item.day is not None:
        writing.set_agenda(item, agent)


def _entry(found: store.Coming) -> Entry:
    key = "" if found.sort_key == CURRENT else found.sort_key.removeprefix(parts.PREFIX)
    return Entry(found.on, found.policy_no, key, found.person, found.phones)
