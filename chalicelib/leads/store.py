"""Leads in DynamoDB. `lead/<no>` holds the `lead`, its `visit/…` and its `event/…`.

`person/<mark of the telephone>` says which lead is a person's; `key/…` are idempotency records;
`queue/<organisation>/<line>` is whose turn it is; `customer/<mark>` holds the contacts of a
customer, `fix/<policy>` that its numbers are wrong, `funnel/<organisation>` figures by day.
Indexes: `agent` and `organisation` list leads by the time they came, `waiting` by what they wait
for and when that is due, `desk` has what an agent is to do.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import IncludeProjection, KeysOnlyProjection

from chalicelib import tables
from chalicelib.tables import CompactJSONAttribute, FactsModel, SecondaryIndex, TableMeta, TableName


class AgentIndex(SecondaryIndex):
    """Leads of an agent."""

    class Meta:
        index_name = "agent"
        projection = KeysOnlyProjection()

    agent = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(range_key=True)


class OrganisationIndex(SecondaryIndex):
    """Leads of an organisation."""

    class Meta:
        index_name = "organisation"
        projection = KeysOnlyProjection()

    organisation = UnicodeAttribute(hash_key=True)
    listed = UnicodeAttribute(range_key=True)


class WaitingIndex(SecondaryIndex):
    """Leads that wait: `assignment`, `first_contact`, or for the end of their time, by month.

    Customers' contacts wait for the end of theirs under `customer/<month of the last one>`; each
    contact stands under `contact/<its month>`.
    """

    class Meta:
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waiting = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class DeskIndex(SecondaryIndex):
    """What an agent has to do, by the day from which on; what is done is not in it."""

    class Meta:
        index_name = "desk"
        projection = IncludeProjection(["facts"])

    desk = UnicodeAttribute(hash_key=True)
    todo = UnicodeAttribute(range_key=True)
    facts = CompactJSONAttribute()


class LeadItem(FactsModel):
    """Anything of a lead: open facts, what is personal sealed."""

    class Meta(TableMeta):
        table_name = TableName("LEADS_TABLE")

    revision = NumberAttribute(null=True)
    agent = UnicodeAttribute(null=True)
    organisation = UnicodeAttribute(null=True)
    waiting = UnicodeAttribute(null=True)
    listed = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    desk = UnicodeAttribute(null=True)
    todo = UnicodeAttribute(null=True)
    turns = NumberAttribute(null=True)
    """Of a queue: how many turns were taken, ever."""
    expires_at = NumberAttribute(null=True)
    by_agent = AgentIndex()
    by_organisation = OrganisationIndex()
    by_waiting = WaitingIndex()
    by_desk = DeskIndex()


def get(key: str, sort_key: str) -> LeadItem | None:
    """One item by its full key, as it stands now."""
    return LeadItem.standing(key, sort_key)


def some(keys: Sequence[tuple[str, str]]) -> list[LeadItem]:
    """Those that are there of up to 100 keys, in the order asked for."""
    found = {(one.pk, one.sk): one for one in LeadItem.batch_get(keys, consistent_read=True)}
    return [found[key] for key in keys if key in found]


def of(lead_no: str, kind: str) -> list[LeadItem]:
    """`visit` or `event` items of a lead, the oldest first."""
    return list(
        LeadItem.query(f"lead/{lead_no}", LeadItem.sk.startswith(f"{kind}/"), consistent_read=True)
    )


def events(key: str) -> list[LeadItem]:
    """What happened to whatever stands under the key, the oldest first."""
    return list(LeadItem.query(key, LeadItem.sk.startswith("event/"), consistent_read=True))


def listed(index: str, whose: str, after: str | None, limit: int) -> list[LeadItem]:
    """Leads of an agent or organisation before a place, the newest first."""
    found: Any = LeadItem.by_agent if index == "agent" else LeadItem.by_organisation
    older = None if after is None else LeadItem.listed < after
    keys = [
        (one.pk, one.sk) for one in found.query(whose, older, scan_index_forward=False, limit=limit)
    ]
    return some(keys)


def desk(agent: str, until: str) -> list[LeadItem]:
    """What an agent has to do by a day, what is open of it: one query. Eventually consistent."""
    found: Any = LeadItem.by_desk.query(agent, LeadItem.todo < f"{until}~")
    return list(found)


def put(item: LeadItem) -> None:
    """Stores an item in place of whatever stands there."""
    item.save()


def remove(item: LeadItem) -> None:
    """Deletes an item."""
    item.delete()


def move(item: LeadItem, to: LeadItem) -> bool:
    """Puts an item under another key as it was read; False if it is gone or changed meanwhile."""
    same: Any = LeadItem.pk.exists()
    if item.revision is not None:
        same = LeadItem.revision == item.revision
    with tables.Together() as transaction:
        transaction.save(to, condition=LeadItem.pk.does_not_exist())
        transaction.delete(item, condition=same)
    return transaction.done


def remove_unchanged(item: LeadItem) -> None:
    """Deletes an item that is still as it was read; not if it is not."""
    item.remove_if(LeadItem.revision == item.revision)


def waiting(for_what: str, until: str, limit: int) -> list[LeadItem]:
    """Leads that wait for that since at least the time, the longest first."""
    due = LeadItem.due_at <= until
    found = LeadItem.by_waiting.query(for_what, due, limit=limit)
    return some([(one.pk, one.sk) for one in found])


def waiting_at(for_what: str, instant: str) -> list[LeadItem]:
    """What waits for that since exactly the time."""
    found = LeadItem.by_waiting.query(for_what, LeadItem.due_at == instant)
    return some([(one.pk, one.sk) for one in found])


def received(organisation: str, begin: str, end: str) -> Iterator[LeadItem]:
    """An organisation's leads that came from one time until before another, the oldest first."""
    within = LeadItem.listed.between(begin, end)
    keys = ((one.pk, one.sk) for one in LeadItem.by_organisation.query(organisation, within))
    for some_keys in batched(keys, 100):
        yield from some(some_keys)


def figures(organisation: str, first: str, last: str) -> Iterator[list[Any]]:
    """Rows of an organisation's figures from day to day."""
    for item in LeadItem.query(f"funnel/{organisation}", LeadItem.sk.between(first, last)):
        yield from item.facts["rows"]


def keep_figures(organisation: str, first: str, last: str, rows: dict[str, list[Any]]) -> int:
    """Puts figures by day in the place of those that stand; how many days changed."""
    key = f"funnel/{organisation}"
    standing = {item.sk: item for item in LeadItem.query(key, LeadItem.sk.between(first, last))}
    gone = [item for day, item in standing.items() if day not in rows]
    new = [
        LeadItem(key, day, facts={"rows": found})
        for day, found in rows.items()
        if day not in standing or standing[day].facts["rows"] != found
    ]
    for item in gone:
        item.delete()
    for item in new:
        item.save()
    return len(gone) + len(new)


def write(
    new: Iterable[LeadItem],
    changed: LeadItem | None = None,
    pointer: tuple[LeadItem, LeadItem | None] | None = None,
) -> bool:
    """Stores new items and one changed lead, all or nothing; False if somebody else came first.

    A changed lead carries its next revision. `pointer` is an item and what stood there.
    """
    absent = LeadItem.pk.does_not_exist()
    with tables.Together() as transaction:
        for item in new:
            transaction.save(item, condition=absent)
        if changed is not None:
            before = int(changed.revision or 0) - 1
            transaction.save(changed, condition=LeadItem.revision == before)
        if pointer is not None:
            item, stood = pointer
            same: Any = absent if stood is None else LeadItem.revision == stood.revision
            transaction.save(item, condition=same)
    return transaction.done


def set_ring(item: LeadItem, before: LeadItem | None) -> bool:
    """Puts down in whose order turns go; False if somebody did, or took a turn, meanwhile."""
    condition: Any = LeadItem.pk.does_not_exist()
    if before is not None:
        condition = (LeadItem.revision == before.revision) & (LeadItem.turns == before.turns)
    return item.put_if(condition)


def take_turn(key: str, ring: int) -> LeadItem | None:
    """Takes the next turn of a queue, one caller each; None if the ring is another by now."""
    item = LeadItem(key, "queue")
    took = item.change_if([LeadItem.turns.add(1)], LeadItem.revision == ring)
    return item if took else None


def empty(items: Iterable[LeadItem], sealed: dict[str, bytes]) -> None:
    """Replaces what is sealed of items, by sort key: nothing of the person is left in them."""
    for item in items:
        item.update(actions=[LeadItem.sealed.set(sealed[item.sk])])


def forget(key: str) -> None:
    """Deletes a person's pointer."""
    LeadItem(key, "lead").delete()


def erase(lead_no: str) -> None:
    """Deletes a lead for good, itself last: what is left is found and erased again."""
    for item in sorted(LeadItem.query(f"lead/{lead_no}"), key=lambda one: one.sk == "lead"):
        item.delete()
