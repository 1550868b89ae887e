"""Privacy requests in DynamoDB: `requests/<year>` lists them, `request/<no>` has their events."""

from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, TableMeta, TableName


class PrivacyItem(Model):
    """A request or one of its events; what people wrote is sealed."""

    class Meta(TableMeta):
        table_name = TableName("PRIVACY_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    events = NumberAttribute(default=0)


def add(item: PrivacyItem) -> bool:
    """Stores a request once; False if it is there already."""
    try:
        item.save(condition=PrivacyItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def get(key: str, sort_key: str) -> PrivacyItem | None:
    """One item by its full key."""
    try:
        return PrivacyItem.get(key, sort_key, consistent_read=True)
    except DoesNotExist:
        return None


def page(key: str, after: str | None, limit: int) -> list[PrivacyItem]:
    """Items of a partition before a sort key, the newest first."""
    older = None if after is None else PrivacyItem.sk < after
    return list(PrivacyItem.query(key, older, scan_index_forward=False, limit=limit))


def append(request: PrivacyItem, facts: dict[str, Any], event: PrivacyItem) -> bool:
    """Adds an event and what it makes of the request; False if another event came first."""
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.save(event, condition=PrivacyItem.pk.does_not_exist())
            transaction.update(
                request,
                actions=[PrivacyItem.facts.set(facts), PrivacyItem.events.add(1)],
                condition=PrivacyItem.events == request.events,
            )
    except TransactWriteError as error:
        if any(
            reason is not None and reason.code in ("ConditionalCheckFailed", "TransactionConflict")
            for reason in error.cancellation_reasons
        ):
            return False
        raise
    return True


def renew(item: PrivacyItem, sealed: bytes) -> bool:
    """Puts a new seal in place of the one read; False if another writer came first."""
    try:
        item.update(
            actions=[PrivacyItem.sealed.set(sealed)], condition=PrivacyItem.sealed == item.sealed
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True
