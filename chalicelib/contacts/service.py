"""The rules of telephone numbers (I5): they accumulate, a wrong one returns when confirmed again.

A number is good for a policy while its newest record is younger than every report that it is wrong,
be it for this policy or without naming one. On the same day the report wins: somebody has tried.
Two people can take reports back for a policy, up to a day (`corrections.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from chalicelib import clock, identifiers, sealing, tables
from chalicelib.contacts import store
from chalicelib.leads import desk
from chalicelib.notifications import service as notifications
from chalicelib.policies import service as policies

KINDS = ("contacts", "wrong-contacts")
ACCEPTED, UNCHANGED = "accepted", "unchanged"
NUMBERS, EVERYWHERE = "numbers", "everywhere"
ROUNDS = 8
PER_TRANSACTION = 50


class Contact(NamedTuple):
    """A number of a policy with its newest record; `wrong_since` says that it is not to be used."""

    phone: str
    kind: str
    source: str
    recorded_on: str
    wrong_since: str | None


class BusyError(Exception):
    """When other writers kept coming first; the caller tries the whole batch again later."""


def take(rows: Sequence[tuple[dict[str, Any], str]]) -> list[str]:
    """Stores rows of `contacts` and `wrong-contacts` given with their source; outcomes in order.

    A replay finds its own records and answers as it did the first time.
    """
    outcomes: list[str] = []
    for start in range(0, len(rows), PER_TRANSACTION):
        outcomes += _take(rows[start : start + PER_TRANSACTION])
    return outcomes


def of_policy(policy_no: str, known: Iterable[dict[str, Any]] = ()) -> list[Contact]:
    """The numbers of a policy, good ones first, newest first.

    `known` are those that its versions brought (`from_policy`), given by whoever read it.
    """
    return of_policies({policy_no: list(known)})[policy_no]


def of_policies(known: Mapping[str, Iterable[dict[str, Any]]]) -> dict[str, list[Contact]]:
    """The numbers of many policies, by the policy numbers as given: two reads per hundred keys."""
    book = Book()
    wanted = {number: list(entries) for number, entries in known.items()}
    book.read(store.some({_place(number) for number in wanted}).values())
    book.complete(wanted)
    return {number: book.contacts(number, entries) for number, entries in wanted.items()}


class Book:
    """Numbers of policies that are read beside other things: asked for by key, then looked up."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, dict[str, str]]] = {}
        self._everywhere: dict[str, dict[str, str]] = {}
        self._asked: set[str] = set()

    def ask(self, policy_nos: Iterable[str], marks: Iterable[str]) -> tables.Keys:
        """What to read of these policies and, by their marks, of numbers known beforehand."""
        marks = set(marks)
        self._asked |= marks
        places = {_place(number) for number in policy_nos}
        return store.asked(places | {(f"phone/{mark}", EVERYWHERE) for mark in marks})

    def read(self, items: Iterable[Any]) -> None:
        """Takes in what was found."""
        for item in items:
            said = _said(item)
            if item.sk == NUMBERS:
                self._numbers[item.pk] = said
            else:
                self._everywhere.update(said)

    def complete(self, known: Mapping[str, Iterable[dict[str, Any]]]) -> None:
        """Reads what is said everywhere of numbers that turned up only now, if there are any."""
        phones = {entry["phone"] for entries in known.values() for entry in entries}
        for number in known:
            phones |= self._numbers.get(identifiers.policy_no(number), {}).keys()
        marks = {mark for phone in phones for mark in _marks(phone)} - self._asked
        self._asked |= marks
        self.read(store.some({(f"phone/{mark}", EVERYWHERE) for mark in marks}).values())

    def contacts(self, policy_no: str, known: Iterable[dict[str, Any]]) -> list[Contact]:
        """The numbers of a policy, good ones first, newest first."""
        found: dict[str, _Standing] = {}
        for entry in known:
            standing = found.setdefault(entry["phone"], _Standing(entry["phone"]))
            standing.records.append((entry["recorded_on"], entry["source"], entry["phone_kind"]))
        for phone, records in self._numbers.get(identifiers.policy_no(policy_no), {}).items():
            found.setdefault(phone, _Standing(phone)).read(records)
        for phone, standing in found.items():
            standing.read(self._everywhere.get(phone, {}))
        contacts = [contact for standing in found.values() if (contact := standing.contact())]
        contacts.sort(key=lambda one: (one.recorded_on, one.phone), reverse=True)
        return sorted(contacts, key=lambda one: one.wrong_since is not None)


def good_numbers(policy_no: str, known: Iterable[dict[str, Any]] = ()) -> list[Contact]:
    """The numbers that may be called and written to, newest first."""
    return [found for found in of_policy(policy_no, known) if found.wrong_since is None]


def from_policy(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The numbers that a policy row brings, in the shape of a `contacts` row."""
    for field, kind in (("mobile", "mobile"), ("home_phone", "home"), ("office_phone", "office")):
        if field in policy:
            yield {
                "phone": policy[field],
                "phone_kind": kind,
                "source": policy.get("contact_source", "underwriting"),
                "recorded_on": policy["issued_on"],
            }


def from_policies(policies: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The numbers that several versions of a policy brought, each once: they accumulate (I5)."""
    seen = set()
    for policy in policies:
        for entry in from_policy(policy):
            if (key := tuple(sorted(entry.items()))) not in seen:
                seen.add(key)
                yield entry


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew, under the newest mark; whether anything had to be written."""
    item = store.some([(key, sort_key)]).get((key, sort_key))
    marked = sort_key != EVERYWHERE or sealing.is_newest(key.removeprefix("phone/"))
    if item is None or (sealing.is_current("contacts", item.sealed) and marked):
        return False
    said = _said(item)
    if marked:
        return store.write([store.Change(_item((key, sort_key), said, item), [])])
    (phone,) = said
    newest = _keys({"phone": phone})[0]
    before = store.some([newest]).get(newest)
    both = {phone: {**(_said(before)[phone] if before else {}), **said[phone]}}
    return store.write([store.Change(_item(newest, both, before), [item])])


class _Standing:
    """What all records together say of one number."""

    def __init__(self, phone: str) -> None:
        self.phone = phone
        self.records: list[tuple[str, str, str]] = []
        self.wrong: list[str] = []
        self.taken_back = ""

    def read(self, records: dict[str, str]) -> None:
        for record in records:
            what, day, *rest = record.split("/")
            if what == "wrong":
                self.wrong.append(day)
            elif what == "right":
                self.taken_back = max(self.taken_back, day)
            else:
                self.records.append((day, rest[0], rest[1]))

    def contact(self) -> Contact | None:
        """None for a number that was only ever reported wrong."""
        if not self.records:
            return None
        recorded_on, source, kind = max(self.records)
        since = max((day for day in self.wrong if day > self.taken_back), default="")
        return Contact(
            self.phone, kind, source, recorded_on, since if since >= recorded_on else None
        )


def _take(rows: Sequence[tuple[dict[str, Any], str]]) -> list[str]:
    for _ in range(ROUNDS):
        outcomes, changed, said = _decide(rows)
        # First told, then noted: what is noted already was told, and is not told again by a replay.
        _tell(said)
        if not changed or store.write(changed):
            _to_desks(rows)
            return outcomes
    raise BusyError(f"{len(rows)} rows were overtaken {ROUNDS} times")


def _to_desks(rows: Sequence[tuple[dict[str, Any], str]]) -> None:
    """A policy whose number is wrong waits on its agent's desk; a replay puts it there again.

    Whether a good number is left is seen when the desk is looked at, and at night.
    """
    wrong = {
        identifiers.policy_no(row["policy_no"]): row["reported_on"]
        for row, _ in rows
        if "policy_no" in row and "reported_on" in row
    }
    for number, record in policies.records(wrong).items() if wrong else ():
        if record.facts.get("agent"):
            desk.mend(number, record.facts["agent"], wrong[number], record.person, record.phones)


def _tell(said: Sequence[tuple[str, dict[str, str]]]) -> None:
    """Messages leave out a number while a report that it is wrong is its newest word.

    `said` are numbers with all their records, of those about which something new is said.
    """
    standing = {phone: _Standing(phone) for phone, _ in said}
    marks = {(f"phone/{mark}", EVERYWHERE): phone for phone in standing for mark in _marks(phone)}
    for key, reported in store.some(marks).items():
        standing[marks[key]].read(_said(reported)[marks[key]])
    for phone, records in said:
        standing[phone].read(records)
    for phone, found in standing.items():
        wrong = max((day for day in found.wrong if day > found.taken_back), default="")
        if wrong and wrong >= max((record[0] for record in found.records), default=""):
            notifications.report_wrong(phone, clock.start_of_day(date.fromisoformat(wrong)))
        elif found.wrong:
            notifications.confirm(phone)


def _decide(
    rows: Sequence[tuple[dict[str, Any], str]],
) -> tuple[list[str], list[store.Change], list[tuple[str, dict[str, str]]]]:
    """Outcomes, the items to write, and all that is said now of the numbers in them.

    What stands under an older key's mark moves along.
    """
    keys = [_keys(row) for row, _ in rows]
    found = store.some({key for live in keys for key in live})
    stood = {key: _said(item) for key, item in found.items()}
    said: dict[store.Key, dict[str, dict[str, str]]] = {}
    older: dict[store.Key, list[store.ContactItem]] = {}
    outcomes = []
    for live, (row, source) in zip(keys, rows, strict=True):
        newest = live[0]
        if newest not in said:
            # What stands under an older key comes first, so that what is newer wins.
            said[newest] = {}
            for key in reversed([key for key in live if key in found]):
                for phone, records in stood[key].items():
                    said[newest][phone] = {**said[newest].get(phone, {}), **records}
            older[newest] = [found[key] for key in live[1:] if key in found]
        records = said[newest].setdefault(row["phone"], {})
        said_by = records.setdefault(_record(row), source)
        outcomes.append(ACCEPTED if said_by == source else UNCHANGED)
    changes, news = [], []
    for key, now in said.items():
        if older[key] or now != stood.get(key):
            changes.append(store.Change(_item(key, now, found.get(key)), older[key]))
            before = stood.get(key, {})
            news += [(phone, r) for phone, r in now.items() if r != before.get(phone)]
    return outcomes, changes, news


def _keys(row: dict[str, Any]) -> list[store.Key]:
    """Where the number of a row may stand, the place for writing first."""
    if "policy_no" in row:
        return [_place(row["policy_no"])]
    return [(f"phone/{mark}", EVERYWHERE) for mark in _marks(row["phone"])]


def _place(policy_no: str) -> store.Key:
    return identifiers.policy_no(policy_no), NUMBERS


def _record(row: dict[str, Any]) -> str:
    """The name under which a row is remembered: the same row is the same record."""
    if "recorded_on" in row:
        return f"known/{row['recorded_on']}/{row['source']}/{row['phone_kind']}"
    if "taken_back" in row:
        return f"right/{row['taken_back']}"
    return f"wrong/{row['reported_on']}"


def _item(
    key: store.Key, said: dict[str, dict[str, str]], before: store.ContactItem | None
) -> store.ContactItem:
    return store.ContactItem(
        *key,
        revision=1 if before is None else before.revision + 1,
        sealed=sealing.seal("contacts", f"{key[0]}/{key[1]}", said),
    )


def _marks(phone: str) -> list[str]:
    return sealing.hashes("phone", phone)


def _said(item: store.ContactItem) -> dict[str, dict[str, str]]:
    """By number, what was said of it."""
    return sealing.unseal("contacts", f"{item.pk}/{item.sk}", item.sealed)
