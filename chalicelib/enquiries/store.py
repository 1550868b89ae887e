"""Enquiries in DynamoDB: `<register>/<year>` holds the entries, `event/<number>` their moves.

`key/…` are idempotency records.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import FactsModel, TableMeta, TableName

Also = Callable[[TransactWrite], None]
"""What is written of an entry in the transaction of another room's fact."""


class EnquiryItem(FactsModel):
    """An entry of a register, or the answer given under a key; what people wrote is sealed."""

    class Meta(TableMeta):
        table_name = TableName("ENQUIRIES_TABLE")

    revision = NumberAttribute(null=True)
    """How often the entry was moved."""
    expires_at = NumberAttribute(null=True)


def get(key: str, sort_key: str) -> EnquiryItem | None:
    """One item by its full key, as it stands now."""
    return EnquiryItem.standing(key, sort_key)


def write(items: Sequence[EnquiryItem], messages: Sequence[Any]) -> bool:
    """Stores an entry, its key and its message, all or nothing; False if one is there already."""
    with tables.Together() as transaction:
        for item in (*items, *messages):
            transaction.save(item, condition=type(item).pk.does_not_exist())
    return transaction.done


def of_day(key: str, first: str, last: str, number: str) -> EnquiryItem | None:
    """The entry with that number among those of a year that came between two times."""
    day = EnquiryItem.sk.between(first, f"{last}~")
    found = EnquiryItem.query(key, day, consistent_read=True)
    return next((item for item in found if item.sk.endswith(f"/{number}")), None)


def events(key: str) -> list[EnquiryItem]:
    """What stands under a key, the newest first."""
    return list(EnquiryItem.query(key, scan_index_forward=False, consistent_read=True))


def move(item: EnquiryItem, revision: int, event: EnquiryItem, messages: Sequence[Any]) -> bool:
    """Stores a moved entry over that revision of it, with its event and messages; or nothing."""
    with tables.Together() as transaction:
        moving(transaction, item, revision, event)
        for new in messages:
            transaction.save(new, condition=type(new).pk.does_not_exist())
    return transaction.done


def moving(
    transaction: TransactWrite, item: EnquiryItem, revision: int, event: EnquiryItem
) -> None:
    """What a transaction writes of a moved entry: itself over that revision, and its event."""
    same: Any = EnquiryItem.revision == revision
    if not revision:
        same = EnquiryItem.pk.exists() & EnquiryItem.revision.does_not_exist()
    transaction.save(item, condition=same)
    transaction.save(event, condition=EnquiryItem.pk.does_not_exist())


def page(key: str, after: str | None, limit: int) -> list[EnquiryItem]:
    """Entries of a year before a sort key, the newest first."""
    older = None if after is None else EnquiryItem.sk < after
    return list(EnquiryItem.query(key, older, scan_index_forward=False, limit=limit))
