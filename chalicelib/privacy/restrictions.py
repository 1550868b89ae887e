"""Restriction (限制处理): kept because the law demands it, and used for nothing else (PIPL 47).

A restriction holds for a person, not for a policy: all his policies, those to come included. It
stands under the newest keyed hash of his identity and is looked for under every live one. The
customer himself, once verified, still sees what is kept of him.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib import sealing, tables
from chalicelib.policies.service import Record
from chalicelib.privacy import store
from chalicelib.privacy.store import PrivacyItem

PREFIX = "restriction/"
STANDING = "standing"


def unrestricted(records: Iterable[Record]) -> list[Record]:
    """Those of the records whose persons nobody restricted, in their order."""
    found = list(records)
    # Records under the same mark are the same person's: one of them is opened.
    marks = {str(record.person): record for record in found}
    live = {mark: _keys(record) for mark, record in marks.items()}
    standing = store.standing({key for keys in live.values() for key in keys})
    free = {mark for mark, keys in live.items() if standing.isdisjoint(keys)}
    return [record for record in found if str(record.person) in free]


def asked(marks: Iterable[str]) -> tables.Keys:
    """Where persons' restrictions would stand, to be read beside other tables' items."""
    keys = [(_key(mark), STANDING) for mark in sorted(set(marks))]
    return tables.Keys(PrivacyItem, keys, presence=True)


def free(records: Iterable[Record], marks: Iterable[str], items: Iterable[Any]) -> list[Record]:
    """As `unrestricted`, where what `asked` names of these marks has been read already.

    Only while hash keys are exchanged is there more to ask.
    """
    found = list(records)
    keys = {record.policy_no: _keys(record) for record in found}
    known = {(_key(mark), STANDING) for mark in marks}
    more = {key for of_one in keys.values() for key in of_one} - known
    standing = {(item.pk, item.sk) for item in items} | (store.standing(more) if more else set())
    return [record for record in found if standing.isdisjoint(keys[record.policy_no])]


def of(record: Record, request_no: str) -> PrivacyItem:
    """What restricts the person of the record from the moment in which it is stored."""
    kind, value = record.identity()
    key = _key(sealing.keyed_hash(kind, value))
    before = standing_of(record)
    asked = before.facts["requests"] if before else []
    return PrivacyItem(
        key,
        STANDING,
        facts={"requests": sorted({*asked, request_no})},
        sealed=sealing.seal("privacy", f"{key}/{STANDING}", {"kind": kind, "value": value}),
    )


def standing_of(record: Record) -> PrivacyItem | None:
    """What restricts the person of the record now."""
    found = (store.get(*key) for key in sorted(_keys(record)))
    return next((item for item in found if item is not None), None)


def without(item: PrivacyItem, request_no: str) -> PrivacyItem | None:
    """The restriction once a request no longer asks for it; None if no other does."""
    left = [one for one in item.facts["requests"] if one != request_no]
    if not left:
        return None
    return PrivacyItem(item.pk, item.sk, facts={"requests": left}, sealed=item.sealed)


def moved(item: PrivacyItem) -> PrivacyItem | None:
    """The restriction under the newest keyed hash; None where it stands there already."""
    if sealing.is_newest(item.pk.removeprefix(PREFIX)):
        return None
    person = sealing.unseal("privacy", f"{item.pk}/{item.sk}", item.sealed)
    key = _key(sealing.keyed_hash(person["kind"], person["value"]))
    return PrivacyItem(
        key,
        STANDING,
        facts=item.facts,
        sealed=sealing.seal("privacy", f"{key}/{STANDING}", person),
    )


def _keys(record: Record) -> set[tuple[str, str]]:
    return {(_key(mark), STANDING) for mark in sealing.hashes(*record.identity())}


def _key(mark: str) -> str:
    return f"{PREFIX}{mark}"
