"""Audit events in DynamoDB: added once under their day, never changed, found by person or thing."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.indexes import KeysOnlyProjection

from chalicelib.tables import KeyedModel, SecondaryIndex, TableMeta, TableName

SHARDS = 16
"""Partitions per day of Shanghai: one partition takes 1,000 writes a second."""


class SubjectIndex(SecondaryIndex):
    """Events of a person in their order."""

    class Meta(TableMeta):
        index_name = "subject"
        projection = KeysOnlyProjection()

    subject = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ObjectIndex(SecondaryIndex):
    """Events about a thing in their order."""

    class Meta(TableMeta):
        index_name = "object"
        projection = KeysOnlyProjection()

    object = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class AuditItem(KeyedModel):
    """One event. `facts` is the JSON text that seals and digests are made over, kept as it is."""

    class Meta(TableMeta):
        table_name = TableName("AUDIT_TABLE")

    subject = UnicodeAttribute(null=True)
    object = UnicodeAttribute(null=True)
    facts = UnicodeAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    """A purpose in somebody's own words; the facts say that there is one."""
    by_subject = SubjectIndex()
    by_object = ObjectIndex()


class Event(NamedTuple):
    """An event under Shanghai's `day` at the instant `at`, and what it is found by."""

    day: str
    at: str
    event_id: str
    facts: str
    subject: str
    thing: str | None = None
    sealed: bytes | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Partition and sort key."""
        shard = int(self.event_id[:4], 16) % SHARDS
        return f"{self.day}/{shard:02d}", f"{self.at}/{self.event_id}"


def add(event: Event) -> None:
    """Writes an event, never over another."""
    _item(event).save(condition=AuditItem.pk.does_not_exist())


def add_once(event: Event) -> None:
    """Writes an event that may be there already."""
    _item(event).add()


def _item(event: Event) -> AuditItem:
    return AuditItem(
        *event.key,
        facts=event.facts,
        subject=event.subject,
        object=event.thing,
        sealed=event.sealed,
    )


def get(key: str, sort_key: str) -> AuditItem | None:
    """One event by its full key."""
    return AuditItem.standing(key, sort_key)


def renew(item: AuditItem, sealed: bytes) -> None:
    """Puts a new seal in place of the one read: for the operation that replaces keys alone."""
    item.update(actions=[AuditItem.sealed.set(sealed)])


def of_day(day: str, before: str | None, limit: int) -> list[AuditItem]:
    """The newest events of Shanghai's `day` before a sort key: a query of each shard."""
    older = None if before is None else AuditItem.sk < before
    found = [
        item
        for shard in range(SHARDS)
        for item in AuditItem.query(
            f"{day}/{shard:02d}", older, scan_index_forward=False, limit=limit
        )
    ]
    return sorted(found, key=lambda item: item.sk, reverse=True)[:limit]


def facts_of_day(day: str) -> Iterator[str]:
    """The facts of every event of Shanghai's `day`, shard by shard."""
    for shard in range(SHARDS):
        for item in AuditItem.query(f"{day}/{shard:02d}", attributes_to_get=["facts"]):
            yield item.facts


def of_subject(subject: str, before: str | None, limit: int) -> list[AuditItem]:
    """The newest events of a person before a sort key."""
    older = None if before is None else AuditItem.sk < before
    query = AuditItem.by_subject.query(subject, older, scan_index_forward=False, limit=limit)
    return _whole(query)


def of_object(thing: str, before: str | None, limit: int) -> list[AuditItem]:
    """The newest events about a thing before a sort key."""
    older = None if before is None else AuditItem.sk < before
    query = AuditItem.by_object.query(thing, older, scan_index_forward=False, limit=limit)
    return _whole(query)


def _whole(keys: Iterable[AuditItem]) -> list[AuditItem]:
    """The items behind an index's keys, the newest first: indexes hold keys only."""
    found = AuditItem.batch_get([(item.pk, item.sk) for item in keys])
    return sorted(found, key=lambda item: item.sk, reverse=True)
