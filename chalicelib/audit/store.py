"""Audit events in DynamoDB: added once under their day, never changed, found by person or thing."""

from collections.abc import Iterable, Iterator

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.tables import ITEM_SCHEMA, TableMeta, TableName

SHARDS = 16
"""Partitions per day of Shanghai: one partition takes 1,000 writes a second."""


class SubjectIndex(GlobalSecondaryIndex["AuditItem"]):  # type: ignore[no-untyped-call]  # untyped
    """Events of a person in their order."""

    class Meta(TableMeta):
        index_name = "subject"
        projection = KeysOnlyProjection()

    subject = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ObjectIndex(GlobalSecondaryIndex["AuditItem"]):  # type: ignore[no-untyped-call]  # untyped
    """Events about a thing in their order."""

    class Meta(TableMeta):
        index_name = "object"
        projection = KeysOnlyProjection()

    object = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class AuditItem(Model):
    """One event. `facts` is the JSON text that seals and digests are made over, kept as it is."""

    class Meta(TableMeta):
        table_name = TableName("AUDIT_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    subject = UnicodeAttribute(null=True)
    object = UnicodeAttribute(null=True)
    facts = UnicodeAttribute()
    by_subject = SubjectIndex()
    by_object = ObjectIndex()


def add(day: str, at: str, event_id: str, facts: str, subject: str, thing: str | None) -> None:
    """Writes an event under Shanghai's `day` at the instant `at`, never over another."""
    shard = int(event_id[:4], 16) % SHARDS
    AuditItem(
        f"{day}/{shard:02d}", f"{at}/{event_id}", facts=facts, subject=subject, object=thing
    ).save(condition=AuditItem.pk.does_not_exist())


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
