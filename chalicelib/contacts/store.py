"""Telephone numbers in DynamoDB: one item per policy, `numbers`, with all that are known of it.

The partition is the comparable policy number, or `everywhere` stands under `phone/<mark>` for a
number that was reported wrong without naming a policy. So the numbers of many policies, and what
is said of them everywhere, are read by their keys in one batch.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import tables
from chalicelib.tables import KeyedModel, TableMeta, TableName

Key = tuple[str, str]


class ContactItem(KeyedModel):
    """What is known of the numbers of one policy, or of one number everywhere."""

    class Meta(TableMeta):
        table_name = TableName("CONTACTS_TABLE")

    revision = NumberAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    """Who said what of which number when: `{"<phone>": {"<kind of record>": "<source row>"}}`."""


def asked(keys: Iterable[Key]) -> tables.Keys:
    """Items to be read beside those of other tables."""
    return tables.Keys(ContactItem, sorted(set(keys)))


def some(keys: Iterable[Key]) -> dict[Key, ContactItem]:
    """Items by their keys, as far as they are there."""
    wanted = list(keys)
    if not wanted:
        return {}
    return {
        (item.pk, item.sk): item for item in ContactItem.batch_get(wanted, consistent_read=True)
    }


class Change(NamedTuple):
    """An item whose revision is one above what was read, and what goes with its writing."""

    item: ContactItem
    instead_of: list[ContactItem]


def write(changes: Sequence[Change]) -> bool:
    """Stores all or nothing; False if anyone came first."""
    with tables.Together() as transaction:
        for item, instead_of in changes:
            before = item.revision - 1
            condition = (
                ContactItem.revision == before if before else ContactItem.pk.does_not_exist()
            )
            transaction.save(item, condition=condition)
            for old in instead_of:
                transaction.delete(old, condition=ContactItem.revision == old.revision)
    return transaction.done
