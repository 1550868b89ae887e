"""Objections in DynamoDB: a register that is only added to, and beside it what may change or go.

The register has the ledger's form: partitions `<day>/<shard>`, sort keys `<instant>/<event>`, the
facts as text. No function may update or delete there. In the other table `objection/<no>` holds
`case` (how the objection stands and which events made it so: work lists, clocks and `If-Match` read
it) and `words/<event>` (what people wrote, sealed: erasing it leaves the register whole); `key/…`
are idempotency records. Whatever happens is one transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib import storage, tables, watches
from chalicelib.tables import FactsModel, KeyedModel, SecondaryIndex, TableMeta, TableName

CASE, WORDS = "case", "words/"
SHARDS = 16
"""Partitions of the register per day, as every register of the ledger has."""
CLOCK_SHARDS = 4
HELD = "open"
"""The partition of the index of handlers: every objection to which an answer is owed."""
ENDED = "closed"
"""The partition of the clock index in which closed objections wait for the end of their period."""
_PART, _PAST = "\x01", "\x02"
"""Between the parts of a place, and what is sorted behind all that go on after a part: no subject
and no code has either."""

Also = Callable[[TransactWrite], None]


class RegisterItem(KeyedModel):
    """One event. `facts` is the JSON text that the ledger seals; nothing personal is in it."""

    class Meta(TableMeta):
        table_name = TableName("OBJECTIONS_TABLE")

    facts = UnicodeAttribute()


class DeskIndex(SecondaryIndex):
    """Objections of an organisation, open or closed, those due first at the beginning."""

    class Meta:
        index_name = "desk"
        projection = KeysOnlyProjection()

    desk = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)


class ClockIndex(SecondaryIndex):
    """Objections that somebody has to look at, by when."""

    class Meta:
        index_name = "clock"
        projection = KeysOnlyProjection()

    clock = UnicodeAttribute(hash_key=True)
    alert_at = UnicodeAttribute(range_key=True)


class HandlerIndex(SecondaryIndex):
    """Open objections by who handles them: a place is (handler, organisation, number)."""

    class Meta:
        index_name = "handler"
        projection = KeysOnlyProjection()

    held = UnicodeAttribute(hash_key=True)
    held_by = UnicodeAttribute(range_key=True)


class PersonIndex(SecondaryIndex):
    """Objections to a person's policies by his keyed hash, in the order of their numbers."""

    class Meta:
        index_name = "person"
        projection = KeysOnlyProjection()

    person = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class CaseItem(FactsModel):
    """How an objection stands, or words that belong to one of its events."""

    class Meta(TableMeta):
        table_name = TableName("OBJECTION_CASES_TABLE")

    version = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    desk = UnicodeAttribute(null=True)
    due = UnicodeAttribute(null=True)
    clock = UnicodeAttribute(null=True)
    alert_at = UnicodeAttribute(null=True)
    held = UnicodeAttribute(null=True)
    held_by = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    by_desk = DeskIndex()
    by_clock = ClockIndex()
    by_handler = HandlerIndex()
    by_person = PersonIndex()


def get(key: str, sort_key: str) -> CaseItem | None:
    """One item by its full key, as it stands now."""
    return CaseItem.standing(key, sort_key)


def about(objection_no: str) -> list[CaseItem]:
    """The case of an objection and the words of its events."""
    return list(CaseItem.query(f"objection/{objection_no}", consistent_read=True))


def cases(numbers: Iterable[str]) -> dict[str, CaseItem]:
    """How objections stand, by their numbers."""
    keys = [(f"objection/{number}", CASE) for number in numbers]
    found = CaseItem.batch_get(keys, consistent_read=True) if keys else []
    return {item.pk.removeprefix("objection/"): item for item in found}


def events(keys: Sequence[Sequence[str]]) -> list[RegisterItem]:
    """Events by their full keys, in the order of their instants."""
    wanted = [(pk, sk) for pk, sk in keys]
    found = RegisterItem.batch_get(wanted, consistent_read=True) if wanted else []
    return sorted(found, key=lambda item: item.sk)


def of_day(day: str) -> Iterator[RegisterItem]:
    """Every event of Shanghai's day (ISO), shard by shard: what figures are made from."""
    for shard in range(SHARDS):
        yield from RegisterItem.query(f"{day}/{shard:02d}", consistent_read=True)


def change(
    case: CaseItem,
    added: Iterable[RegisterItem],
    words: Iterable[CaseItem],
    messages: Iterable[Any],
    key: CaseItem | None = None,
    also: Also | None = None,
) -> bool:
    """Adds events and what they make of the case, all or nothing; False if another came first.

    `case.version` is the new one, 1 for a new objection; `messages` are items of the outbox, `also`
    is what another room writes of it.
    """
    before = int(case.version) - 1
    absent = CaseItem.pk.does_not_exist()
    unchanged: Any = CaseItem.version == before if before else absent
    with tables.Together() as transaction:
        transaction.save(case, condition=unchanged)
        for event in added:
            transaction.save(event, condition=RegisterItem.pk.does_not_exist())
        for item in (*words, *([key] if key is not None else [])):
            transaction.save(item, condition=absent)
        for message in messages:
            transaction.save(message, condition=type(message).pk.does_not_exist())
        if also is not None:
            also(transaction)
    return transaction.done


def put_off(case: CaseItem) -> bool:
    """Stores a case to which nothing happened (when it is to be looked at again, whose it is).

    False if something did meanwhile.
    """
    return case.put_if(CaseItem.version == int(case.version))


def on_desk(desk: str, after: str | None, before: str | None, limit: int) -> list[tuple[str, str]]:
    """(due key, number) of a desk between two due keys, those due first at the beginning."""
    within: Any = None
    if after is not None and before is not None:
        if after >= before:
            return []
        within = CaseItem.due.between(f"{after}\x01", before)
    elif after is not None:
        within = CaseItem.due > after
    elif before is not None:
        within = CaseItem.due < before
    found = CaseItem.by_desk.query(desk, within, limit=limit)
    return [(item.due, item.pk.removeprefix("objection/")) for item in found]


def of_person(marks: Iterable[str], limit: int) -> list[str]:
    """Numbers of objections to policies of a person by his marks, the oldest first."""
    found = {
        item.pk.removeprefix("objection/")
        for mark in marks
        for item in CaseItem.by_person.query(mark, limit=limit)
    }
    return sorted(found)[:limit]


def alerts(until: str) -> list[str]:
    """Numbers of objections that have something to say by then, due longest first."""
    return watches.due(CaseItem.by_clock, CaseItem.alert_at, CLOCK_SHARDS, until)


def held_by(handler: str | None, organisation: str, number: str) -> str:
    """The place of an open objection in the index of handlers."""
    return _PART.join((handler or "", organisation, number))


def handlers() -> Iterator[str | None]:
    """Who has open objections, each once, None for nobody: one read of one entry for each."""
    for handler in _parts():
        yield handler or None


def handled_at(handler: str | None) -> Iterator[str]:
    """The organisations at which somebody's open objections are handled: a read for each."""
    return _parts(f"{handler or ''}{_PART}")


def held(handler: str | None, organisation: str) -> Iterator[str]:
    """Numbers of the open objections that somebody has at an organisation."""
    within = CaseItem.held_by.startswith(held_by(handler, organisation, ""))
    for item in CaseItem.by_handler.query(HELD, within):
        yield item.pk.removeprefix("objection/")


def _parts(before: str = "") -> Iterator[str]:
    """What comes after `before` in the places that begin with it, each once, however many have it:
    from one to the next, past all between."""
    within: Any = CaseItem.held_by.startswith(before) if before else None
    while item := next(CaseItem.by_handler.query(HELD, within, limit=1), None):
        found = item.held_by.removeprefix(before).partition(_PART)[0]
        yield found
        past = f"{before}{found}{_PAST}"
        end = f"{before[:-1]}{_PAST}"
        within = CaseItem.held_by.between(past, end) if before else CaseItem.held_by > past


def closed() -> Iterator[tuple[str, str]]:
    """(number, instant of the reply) of objections that nothing is to be done about any more."""
    for item in CaseItem.by_clock.query(ENDED):
        yield item.pk.removeprefix("objection/"), item.alert_at


def without_words(item: CaseItem) -> CaseItem:
    """The item of words once they are erased: that there were some, and their digest."""
    return CaseItem(item.pk, item.sk, facts=item.facts)


def erase(case: CaseItem, emptied: Sequence[CaseItem]) -> bool:
    """Puts emptied items in place of written ones; the case last, False if another came first.

    Half of it done is done again: what is empty is emptied once more.
    """
    for item in emptied:
        item.save()
    return change(case, [], [], [])


def put_outgoing(key: str, content: bytes) -> None:
    """Puts a file for the core system where there is none yet; the first one stays."""
    storage.put_once(key, content, "application/x-ndjson")


def keep_letter(key: str, content: bytes) -> None:
    """Keeps a letter where there is none yet; the first one stays."""
    storage.put_once(key, content, "application/pdf")
