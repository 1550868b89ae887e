"""Privacy requests in DynamoDB: `requests/<year>` lists them, `request/<no>` has their events."""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import aws, settings, tables
from chalicelib.errors import OvertakenError
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

LINK_SECONDS = 60


class PrivacyItem(KeyedModel):
    """A request or one of its events; what people wrote is sealed."""

    class Meta(TableMeta):
        table_name = TableName("PRIVACY_TABLE")

    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    events = NumberAttribute(default=0)


def add(item: PrivacyItem) -> bool:
    """Stores a request once; False if it is there already."""
    return item.add()


def get(key: str, sort_key: str) -> PrivacyItem | None:
    """One item by its full key."""
    return PrivacyItem.standing(key, sort_key)


def page(key: str, after: str | None, limit: int) -> list[PrivacyItem]:
    """Items of a partition before a sort key, the newest first."""
    older = None if after is None else PrivacyItem.sk < after
    return list(PrivacyItem.query(key, older, scan_index_forward=False, limit=limit))


def standing(keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the full keys under which an item stands."""
    return {(item.pk, item.sk) for item in PrivacyItem.batch_get(keys, consistent_read=True)}


def append(
    request: PrivacyItem,
    facts: dict[str, Any],
    event: PrivacyItem,
    also: PrivacyItem | None = None,
    gone: PrivacyItem | None = None,
) -> bool:
    """Adds an event, what it makes of the request and what it brings along, all or nothing.

    False if another event came first.
    """
    with tables.Together() as transaction:
        transaction.save(event, condition=PrivacyItem.pk.does_not_exist())
        if also is not None:
            transaction.save(also)
        if gone is not None:
            transaction.delete(gone, condition=PrivacyItem.sealed == gone.sealed)
        transaction.update(
            request,
            actions=[PrivacyItem.facts.set(facts), PrivacyItem.events.add(1)],
            condition=PrivacyItem.events == request.events,
        )
    return transaction.done


def enter(
    entry: PrivacyItem, add: PrivacyItem | None = None, remove: PrivacyItem | None = None
) -> PrivacyItem:
    """Adds an entry to the register with what it brings and takes; the entry that stands there.

    OvertakenError if what it takes was changed meanwhile.
    """
    with tables.Together() as transaction:
        transaction.save(entry, condition=PrivacyItem.pk.does_not_exist())
        if add is not None:
            transaction.save(add)
        if remove is not None:
            transaction.delete(remove, condition=PrivacyItem.sealed == remove.sealed)
    standing = entry if transaction.done else get(entry.pk, entry.sk)
    if standing is None:
        raise OvertakenError
    return standing


def oldest(key: str, limit: int) -> list[PrivacyItem]:
    """Items of a partition, the oldest first."""
    return list(PrivacyItem.query(key, limit=limit))


def erase(request: PrivacyItem, events: str) -> None:
    """Deletes a request for good, its events first: what is left is found and erased again."""
    for item in PrivacyItem.query(events):
        item.delete()
    request.delete()


def note(item: PrivacyItem, facts: dict[str, Any]) -> bool:
    """Replaces the facts that were read; False if an event came meanwhile."""
    return item.change_if([PrivacyItem.facts.set(facts)], PrivacyItem.events == item.events)


def put_copy(key: str, content: bytes, content_type: str) -> None:
    """Stores a file for the person whose data it holds."""
    place = {"Bucket": settings.get("DOCUMENTS_BUCKET"), "Key": key}
    aws.client("s3").put_object(**place, Body=content, ContentType=content_type)


def link(key: str, file_name: str, content_type: str) -> str:
    """A signed address of the file for LINK_SECONDS."""
    address: str = aws.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.get("DOCUMENTS_BUCKET"),
            "Key": key,
            "ResponseCacheControl": "no-store",
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
            "ResponseContentType": content_type,
        },
        ExpiresIn=LINK_SECONDS,
    )
    return address


def move(item: PrivacyItem, to: PrivacyItem) -> bool:
    """Puts an item under another key; False if another writer came first."""
    with tables.Together() as transaction:
        transaction.save(to)
        transaction.delete(item, condition=PrivacyItem.sealed == item.sealed)
    return transaction.done
