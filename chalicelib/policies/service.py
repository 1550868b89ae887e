"""What happens to policies: versions arrive in any order, the newest is current, none is lost."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, cast

from chalicelib import clock, identifiers, sealing, tables, validation
from chalicelib.errors import NotFoundError
from chalicelib.origins import Origin
from chalicelib.policies import order, parts, store
from chalicelib.policies.model import Document, Policy

ACCEPTED, UNCHANGED, SUPERSEDED, CONFLICT = (
    "accepted",
    "unchanged",
    "superseded",
    "version-conflict",
)
PLACE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}/[^\0]{1,512}")
"""The last day and the number of a policy in its person's list."""
COVERED = frozenset({"in_force", "suspended"})
"""Statuses of policies that can still expire (contract, Files out)."""
CONTINUES = frozenset({"pending", "in_force", "suspended", "expired"})
"""Statuses in which a later policy counts as a renewal; a cancelled one leaves the gap open."""
PHONES = ("mobile", "home_phone", "office_phone")

NOBODYS = "-"
"""A policy number that nobody has: too short."""


class Row(NamedTuple):
    """A valid policy row and where it came from: `<import>#<line>`, the same on every replay."""

    policy: dict[str, Any]
    source: str


class Outcome(NamedTuple):
    """What became of a row; `pending` says that its document is still to be made.

    `demoted` counts rows further down in the file that turned out to be superseded (order.py).
    """

    outcome: str
    policy_no: str
    version: int
    pending: bool
    demoted: int = 0

    @property
    def key(self) -> str:
        """The policy's number in its comparable form."""
        return identifiers.policy_no(self.policy_no)


class Record:
    """A stored version: comparable marks at hand, personal data opened only when asked for."""

    def __init__(self, item: store.PolicyItem, beside: Sequence[store.PolicyItem] = ()) -> None:
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
        return _policy(self._item)

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


def recorded(items: Iterable[store.PolicyItem]) -> Record | None:
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
    store.reached(identifiers.policy_no(policy_no))


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
    return _policy(item)


def document_ready(policy_no: str, number: int, document_id: str, key: str, sha256: str) -> None:
    """Notes that the document of a version stands in storage."""
    document = Document(
        version=number, status="ready", document_id=document_id, key=key, sha256=sha256
    )
    store.set_document(identifiers.policy_no(policy_no), number, dict(document))


def document_failed(policy_no: str, number: int, reason: str) -> None:
    """Notes that the document of a version cannot be made, with the reason's code."""
    document = {"version": number, "status": "failed", "reason": reason}
    store.set_document(identifiers.policy_no(policy_no), number, document)


def reseal(key: str, sort_key: str) -> bool:
    """Seals and marks one item anew if older keys made it; whether anything had to be written.

    Whoever writes at the same time wins: the item is looked at again on the next pass.
    """
    if sort_key.startswith((parts.PREFIX, store.REPLACED)) and sort_key != store.CURRENT:
        return parts.reseal(key, sort_key)
    item = store.get(key, sort_key)
    if item is None or (
        sealing.is_current("policies", item.sealed)
        and all(sealing.is_newest(mark) for mark in _marks_of(item))
    ):
        return False
    content = _content(item)
    renewed = {
        "sealed": _sealed(content),
        **_marks(content, current=item.sk == store.CURRENT),
    }
    return store.renew(item, renewed)


def take(rows: Sequence[Row], at: datetime) -> list[Outcome]:
    """Stores what is new of the rows; an outcome each, in their order, the same on every replay."""
    return Taking(rows, at).store()


class Taking:
    """Rows on their way in: decided on as soon as they come, so that only writing is left to do.

    If `before` still has to store rows of the same policies, that waits until these are stored.
    """

    def __init__(self, rows: Sequence[Row], at: datetime, before: "Taking | None" = None) -> None:
        self._at = at
        self._numbers = {identifiers.policy_no(row.policy["policy_no"]) for row in rows}
        self._waves = list(_waves(rows))
        waits = before is not None and not self._numbers.isdisjoint(before._numbers)
        self._first = None if waits or not rows else _decide(self._waves[0], at)

    def store(self) -> list[Outcome]:
        """Writes what is new; an outcome each, in the order of the rows. Once only."""
        outcomes: dict[int, Outcome] = {}
        decision, self._first = self._first, None
        for wave in self._waves:
            outcomes.update(_store(wave, self._at, decision))
            decision = None
        return [outcomes[position] for position in sorted(outcomes)]


def _waves(rows: Sequence[Row]) -> Iterator[dict[int, Row]]:
    """Parts in which no policy stands twice, so that versions in one file follow each other."""
    waiting = dict(enumerate(rows))
    while waiting:
        wave: dict[int, Row] = {}
        seen: set[str] = set()
        for position, row in waiting.items():
            number = identifiers.policy_no(row.policy["policy_no"])
            if number not in seen:
                seen.add(number)
                wave[position] = row
        for position in wave:
            del waiting[position]
        yield wave


class _Decision(NamedTuple):
    """What a wave comes to, and what is to be written for that."""

    outcomes: dict[int, Outcome]
    transactions: list[store.Transaction]


def _store(wave: dict[int, Row], at: datetime, decision: _Decision | None) -> dict[int, Outcome]:
    for attempt in range(parts.ROUNDS):
        decision = decision or _decide(wave, at, 100 >> attempt)
        # All are tried, so that the next round has less to do.
        written = [transaction.commit() for transaction in decision.transactions]
        if all(written):
            return decision.outcomes
        decision = None
    raise parts.BusyError(f"{len(wave)} rows were overtaken {parts.ROUNDS} times")


def _decide(wave: dict[int, Row], at: datetime, limit: int = 100) -> _Decision:
    """What each row comes to, in transactions of at most `limit` items."""
    keys = {place: identifiers.policy_no(row.policy["policy_no"]) for place, row in wave.items()}
    found = store.currents(keys.values())
    older = store.histories(
        (keys[place], row.policy["version"])
        for place, row in wave.items()
        if keys[place] in found and found[keys[place]].version > row.policy["version"]
    )
    stamp = clock.stored(at)
    decided: dict[int, Outcome] = {}
    writes: list[store.Write] = []
    for place, row in wave.items():
        standing = found.get(keys[place])
        number = row.policy["version"]
        same = older.get((keys[place], number))
        if standing is not None and standing.version == number:
            same = standing
        if same is not None:
            decided[place] = _outcome_again(same, row)
            continue
        seen = order.see(standing, number, Origin(stamp, row.source))
        if standing is not None and standing.version > number:
            outcome = SUPERSEDED if seen.superseded else ACCEPTED
            item = _item(row, row.policy, stamp, store.history_key(number), outcome, seen.demoted)
            standing, policy = None, {}
        else:
            outcome = ACCEPTED
            policy = row.policy if standing is None else {**_content(standing), **row.policy}
            item = _item(row, policy, stamp, store.CURRENT, outcome, seen.demoted)
        writes.append(store.Write(item, standing, _renewals(item, policy, found.get(keys[place]))))
        pending = outcome == ACCEPTED
        decided[place] = Outcome(outcome, row.policy["policy_no"], number, pending, seen.demoted)
    return _Decision(decided, store.transactions(writes, limit))


def _renewals(
    item: store.Item, policy: dict[str, Any], before: store.PolicyItem | None
) -> dict[str, bool]:
    """What changes in which policies this one continues; nothing for what goes into history."""
    if not policy:
        return {}
    number = item["renews"]["S"] if "renews" in item else None
    # A file may well name a policy as its own predecessor: nothing goes on in itself.
    follows = number is not None and number != item["pk"]["S"]
    stands = {number: policy["status"] in CONTINUES} if number and follows else {}
    left: str | None = before.renews if before else None
    return {left: False, **stands} if left else stands


def _again(item: store.PolicyItem, row: Row) -> str:
    """A version that is there already: this row's own work, the same content, or a conflict."""
    if item.source == row.source:
        return str(item.outcome)
    standing = _content(item)
    return UNCHANGED if {**standing, **row.policy} == standing else CONFLICT


def _outcome_again(item: store.PolicyItem, row: Row) -> Outcome:
    outcome = _again(item, row)
    return Outcome(
        outcome,
        row.policy["policy_no"],
        row.policy["version"],
        pending=outcome == ACCEPTED and item.document["status"] == "pending",
        demoted=int(item.demoted or 0) if item.source == row.source else 0,
    )


def _item(
    row: Row, policy: dict[str, Any], stamp: str, sort_key: str, outcome: str, demoted: int
) -> store.Item:
    current = sort_key == store.CURRENT
    sealed = _sealed_fields()
    return store.new(
        pk=identifiers.policy_no(policy["policy_no"]),
        sk=sort_key,
        version=policy["version"],
        facts={name: value for name, value in policy.items() if name not in sealed},
        sealed=_sealed(policy),
        **_marks(policy, current=current),
        **(_expiry_keys(policy) if current else {}),
        **(_agenda_keys(policy) if current else {}),
        ends_on=policy["ends_on"],
        source=row.source,
        outcome=outcome,
        demoted=demoted or None,
        imported_at=stamp,
        document={"version": policy["version"], "status": "pending"},
    )


def _sealed(policy: dict[str, Any]) -> bytes:
    sealed = _sealed_fields()
    hidden = {name: value for name, value in policy.items() if name in sealed}
    place = f"{identifiers.policy_no(policy['policy_no'])}/{policy['version']}"
    return sealing.seal("policies", place, hidden)


def _marks(policy: dict[str, Any], *, current: bool) -> dict[str, Any]:
    """What the policy is found and opened by; only a current one is listed with its person."""
    marks = identifiers.id_marks(policy["insured_id_type"], policy["insured_id_no"])
    person = identifiers.person(policy["insured_id_type"], policy["insured_id_no"])
    serial, plate = policy.get("serial_no"), policy.get("plate_no")
    phones = {policy[field] for field in PHONES if field in policy} if current else ()
    return {
        "id_marks": {sealing.keyed_hash(*mark) for mark in marks},
        "name_mark": sealing.keyed_hash("name", identifiers.name(policy["insured_name"])),
        "serial_mark": serial and sealing.keyed_hash("serial", identifiers.serial_no(serial)),
        "person": sealing.keyed_hash(*person) if current else None,
        "plate": sealing.keyed_hash("plate", identifiers.plate_no(plate))
        if plate and current
        else None,
        "holder": _holder_mark(policy, person) if current else None,
        "phones": {sealing.keyed_hash("phone", phone) for phone in phones} or None,
        "day": birthday_mark(birthday) if current and (birthday := _birthday(policy)) else None,
    }


def birthday_mark(month_and_day: str) -> str:
    """Under what birthdays of a day (`MM-DD`) stand: whoever reads the table learns no date."""
    return sealing.keyed_hash("birthday", month_and_day)


def _birthday(policy: dict[str, Any]) -> str | None:
    """`MM-DD` of an insured person with cover; organisations have none."""
    born = policy.get("insured_birth_date")
    if policy["insured_id_type"] == "resident_id" and not born:
        found = identifiers.birth_date(identifiers.id_no(policy["insured_id_no"]))
        born = found and found.isoformat()
    return born[5:] if born and policy["status"] in COVERED else None


def _holder_mark(policy: dict[str, Any], insured: tuple[str, str]) -> str | None:
    """The policyholder's mark where somebody else is insured."""
    kind, number = policy.get("policyholder_id_type"), policy.get("policyholder_id_no")
    holder = identifiers.person(kind, number) if kind and number else insured
    return None if holder == insured else sealing.keyed_hash(*holder)


def _marks_of(item: store.PolicyItem) -> Iterator[str]:
    yield from item.id_marks
    yield from item.phones or ()
    one = (item.name_mark, item.serial_mark, item.person, item.plate, item.holder, item.day)
    yield from (mark for mark in one if mark)


def _expiry_keys(policy: dict[str, Any]) -> dict[str, Any]:
    """Where expiry lists find a current version: by its last day, and as a renewal."""
    number = identifiers.policy_no(policy["policy_no"])
    before = identifiers.policy_no(policy.get("previous_policy_no", ""))
    covered = policy["status"] in COVERED
    return {
        "expiry": store.expiry(policy["organisation"], policy["ends_on"], number)
        if covered
        else None,
        "renews": before or None,
    }


def _agenda_keys(policy: dict[str, Any]) -> dict[str, Any]:
    """Where an agent's day and an outlet's list find a current version with cover."""
    if policy["status"] not in COVERED:
        return {}
    agent = policy.get("agent")
    reached = any(field in policy for field in PHONES)
    return {
        "agenda": agent,
        "agenda_on": agent and policy["ends_on"],
        "whose": f"{agent or ''}/{identifiers.policy_no(policy['policy_no'])}",
        "unreached": None if reached else policy["organisation"],
    }


def _content(item: store.PolicyItem) -> dict[str, Any]:
    """What the core system said of the version: facts and personal data together."""
    hidden = sealing.unseal("policies", f"{item.pk}/{int(item.version)}", item.sealed)
    return {**item.facts, **hidden}


def _policy(item: store.PolicyItem) -> Policy:
    content = {**_content(item), "imported_at": item.imported_at, "document": item.document}
    return cast(Policy, content)


@cache
def _sealed_fields() -> frozenset[str]:
    """Fields that the schema of the import row marks as personal, and the lines' masked ones."""
    properties = validation.load("imports/policies")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed")) | {
        "subject"
        # Subject blocks hold addresses, insured lists and accounts: sealed as a whole.
    }
