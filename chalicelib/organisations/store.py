"""The directory in DynamoDB: one partition per kind, one item per code, read whole or by code."""

from collections.abc import Iterable
from typing import cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib import tables
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName


class DirectoryItem(KeyedModel):
    """An organisation, agent or intermediary; what is personal of an agent is sealed."""

    class Meta(TableMeta):
        table_name = TableName("ORGANISATIONS_TABLE")

    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    source = UnicodeAttribute()
    imported_at = UnicodeAttribute(null=True)
    said = CompactJSONAttribute(null=True)
    """Which rows said its cells, where it was not one row alone (chalicelib/origins.py)."""


def get(kind: str, code: str) -> DirectoryItem | None:
    """One entry, None if nobody sent it."""
    return DirectoryItem.standing(kind, code, consistent=False)


def some(kind: str, codes: Iterable[str]) -> dict[str, DirectoryItem]:
    """Entries by code, as far as they are there."""
    keys = [(kind, code) for code in codes]
    return {item.sk: item for item in DirectoryItem.batch_get(keys, consistent_read=True)}


def announced(keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the keys (kind, code) that are there, nothing else read."""
    found = DirectoryItem.batch_get(keys, consistent_read=True, attributes_to_get=["pk", "sk"])
    return {(item.pk, item.sk) for item in found}


def every(kind: str) -> list[DirectoryItem]:
    """All entries of a kind, by code."""
    return list(DirectoryItem.query(kind))


def write(writes: Iterable[tuple[DirectoryItem, DirectoryItem | None]]) -> bool:
    """Stores entries in place of what was read, all or none; False if another writer came first."""
    with tables.Together() as transaction:
        for item, replaces in writes:
            transaction.save(item, condition=_still(replaces))
    return transaction.done


def _still(item: DirectoryItem | None) -> Condition:
    """That nobody changed the entry since it was read: a new seal is new every time."""
    if item is None:
        return DirectoryItem.pk.does_not_exist()
    return cast(Condition, DirectoryItem.sealed == item.sealed)
