"""What happens to policies: found by number and person, opened when asked for, sealed anew.

How they come in is in `taking`, what a version holds in `contents`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib import identifiers, sealing, tables
from chalicelib.errors import NotFoundError
from chalicelib.policies import contents, parts, store, writing
from chalicelib.policies.contents import CONTINUES, COVERED, birthday_mark
from chalicelib.policies.items import CURRENT, REPLACED, PolicyItem
from chalicelib.policies.model import Document, Policy
from chalicelib.policies.taking import (
    ACCEPTED,
    CONFLICT,
    SUPERSEDED,
    UNCHANGED,
    Outcome,
    Row,
    Taking,
    take,
)

__all__ = [
    "ACCEPTED",
    "CONFLICT",
    "CONTINUES",
    "COVERED",
    "SUPERSEDED",
    "UNCHANGED",
    "Outcome",
    "Row",
    "Taking",
    "birthday_mark",
    "take",
]

PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[^\0]{1,512}")
"""The last day and the number of a policy in its person's list."""
NOBODYS = "-"
"""A policy number that nobody has: too short."""


class Record:
    """A stored version: comparable marks at hand, personal data opened only when asked for."""

    def __init__(self, item: PolicyItem, beside: Sequence[PolicyItem] = ()) -> None:
        self._item = item
        self._beside = beside
        self.policy_no: str = item.pk
        self.facts: dict[str, Any] = item.facts
        self.id_marks: frozenset[str] = frozenset(item.id_marks)
        self.name_mark: str = item.name_mark
        self.serial_mark: str | None = item.serial_mark
        self.person: str | None = item.person
        self.unreached: str | None = item.unreached
        """Its organisation, where it came without a number and has cover."""
        self.holder: str | None = item.holder
        self.phones: frozenset[str] = frozenset(item.phones or ())
        self.version = int(item.version)
        self.line: str = item.facts["line"]
        self.organisation: str = item.facts["organisation"]

    def open(self) -> Policy:
        """The policy with its personal data, unsealed."""
        return contents.policy_of(self._item)

    def identity(self) -> tuple[str, str]:
        """Who the insured is, in clear: what the person's marks are made of."""
        found = self.open()
        return identifiers.person(found["insured_id_type"], found["insured_id_no"])

    def as_of(self) -> str:
        """When the newest of what is known came in (storage form)."""
        return max(self._item.imported_at, *(part.imported_at for part in self._beside), "")

    def parts(self, kind: str) -> list[parts.Part]:
        """What stands beside the policy of a kind (`payment`, `endorsement`, `claim`), in order."""
        start = f"{parts.PREFIX}{kind}/"
        return [parts.Part(item) for item in self._beside if item.sk.startswith(start)]


def find(policy_no: str) -> Record | None:
    """The current version by the policy number as typed."""
    number = identifiers.policy_no(policy_no)
    if not identifiers.may_be_looked_up(number):
        return None
    item, beside = store.current_with_parts(number)
    return None if item is None else Record(item, beside)


def beside(policy_no: str) -> tables.Keys:
    """The current version by its comparable number, for whoever reads something else anyway."""
    return store.current_beside(policy_no)


def recorded(items: Iterable[PolicyItem]) -> Record | None:
    """What came of `beside`, without parts."""
    return next((Record(item) for item in items), None)


def records(policy_nos: Iterable[str]) -> dict[str, Record]:
    """The current versions of many policies by their comparable numbers, without parts."""
    found = store.currents({identifiers.policy_no(number) for number in policy_nos})
    return {number: Record(item) for number, item in found.items()}


def of_person(person: str, limit: int) -> list[Record]:
    """The current policies of a person by his mark, those that end last first, without parts."""
    return of_marks([person], limit)


def place_key(record: Record) -> str:
    """Where a policy stands in its person's list, as a key in the form of PLACE."""
    return "/".join(store.Place(record.facts["ends_on"], record.policy_no))


def live_marks(policy_no: str, person: str) -> list[str]:
    """The marks under which a person's policies stand while hash keys are exchanged.

    `policy_no` is a policy that was found to be the person's; if it no longer is, his mark alone.
    """
    record = find(policy_no)
    marks = [] if record is None else sealing.hashes(*record.identity())
    return marks if person in marks else [person]


def held(marks: Sequence[str], limit: int) -> list[Record]:
    """The current policies that a person holds for somebody else, as `of_marks`."""
    places = {place for mark in marks for place in store.of_person(mark, limit, holder=True)}
    numbers = [place.policy_no for place in sorted(places, reverse=True)[:limit]]
    found = store.currents(numbers) if numbers else {}
    return [Record(found[number]) for number in numbers if number in found]


def of_marks(marks: Sequence[str], limit: int, after: str | None = None) -> list[Record]:
    """As `of_person`, under several marks of one person, after the one of that place_key."""
    start = None if after is None else store.Place(*after.split("/", 1))
    places = {place for mark in marks for place in store.of_person(mark, limit, start)}
    numbers = [place.policy_no for place in sorted(places, reverse=True)[:limit]]
    found = store.currents(numbers)
    return [Record(found[number]) for number in numbers if number in found]


def unreached(organisation: str, after: str | None, limit: int) -> list[Record]:
    """Policies with cover that came without a number, after the one of that place_key.

    Those whose cover ends first come first; without parts.
    """
    start = None if after is None else store.Place(*after.split("/", 1))
    places = store.unreached(organisation, start, limit)
    found = store.currents([place.policy_no for place in places]) if places else {}
    return [Record(found[place.policy_no]) for place in places if place.policy_no in found]


def reached(policy_no: str) -> None:
    """Notes that a policy that came without a number has one by now."""
    writing.reached(identifiers.policy_no(policy_no))


def of_plate(plate_no: str, limit: int) -> list[Record]:
    """The current policies of a vehicle by its plate as typed, without parts."""
    marks = sealing.hashes("plate", identifiers.plate_no(plate_no))
    numbers = {number for mark in marks for number in store.of_plate(mark, limit)}
    # Nobody's plate costs the same reads: the time of an answer must not tell whose it is.
    found = store.currents(numbers or {NOBODYS}, consistent=False)
    return [Record(found[number]) for number in sorted(found)]


def version(policy_no: str, number: int) -> Policy:
    """A version with its personal data; NotFoundError if there is none."""
    item = store.version(identifiers.policy_no(policy_no), number)
    if item is None:
        raise NotFoundError
    return contents.policy_of(item)


def document_ready(policy_no: str, number: int, document_id: str, key: str, sha256: str) -> None:
    """Notes that the document of a version stands in storage."""
    document = Document(
        version=number, status="ready", document_id=document_id, key=key, sha256=sha256
    )
    writing.set_document(identifiers.policy_no(policy_no), number, dict(document))


def document_failed(policy_no: str, number: int, reason: str) -> None:
    """Notes that the document of a version cannot be made, with the reason's code."""
    document = {"version": number, "status": "failed", "reason": reason}
    writing.set_document(identifiers.policy_no(policy_no), number, document)


def reseal(key: str, sort_key: str) -> bool:
    """Seals and marks one item anew if older keys made it; whether anything had to be written.

    Whoever writes at the same time wins: the item is looked at again on the next pass.
    """
    if sort_key.startswith((parts.PREFIX, REPLACED)) and sort_key != CURRENT:
        return parts.reseal(key, sort_key)
    item = store.get(key, sort_key)
    if item is None or (
        sealing.is_current("policies", item.sealed)
        and all(sealing.is_newest(mark) for mark in contents.marks_of(item))
    ):
        return False
    content = contents.content_of(item)
    renewed = {
        "sealed": contents.sealed(content),
        **contents.marks(content, current=item.sk == CURRENT),
    }
    return writing.renew(item, renewed)
