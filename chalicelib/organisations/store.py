"""The directory in DynamoDB: one partition per kind, one item per code, read whole or by code."""

from collections.abc import Iterable

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, TableMeta, TableName


class DirectoryItem(Model):
    """An organisation, agent or intermediary; what is personal of an agent is sealed."""

    class Meta(TableMeta):
        table_name = TableName("ORGANISATIONS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    source = UnicodeAttribute()


def get(kind: str, code: str) -> DirectoryItem | None:
    """One entry, None if nobody sent it."""
    try:
        return DirectoryItem.get(kind, code)
    except DoesNotExist:
        return None


def some(kind: str, codes: Iterable[str]) -> dict[str, DirectoryItem]:
    """Entries by code, as far as they are there."""
    keys = [(kind, code) for code in codes]
    return {item.sk: item for item in DirectoryItem.batch_get(keys, consistent_read=True)}


def every(kind: str) -> list[DirectoryItem]:
    """All entries of a kind, by code."""
    return list(DirectoryItem.query(kind))


def write(items: Iterable[DirectoryItem]) -> None:
    """Stores entries; the last file wins."""
    with DirectoryItem.batch_write() as batch:
        for item in items:
            batch.save(item)


def renew(item: DirectoryItem, sealed: bytes) -> bool:
    """Puts a new seal in place of the one read; False if another writer came first."""
    try:
        item.update(
            actions=[DirectoryItem.sealed.set(sealed)],
            condition=DirectoryItem.sealed == item.sealed,
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True
