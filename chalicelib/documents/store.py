"""Documents in storage: the PDF objects, never overwritten, their register, the render queue."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import KeysOnlyProjection

from chalicelib import aws, queues, settings, storage
from chalicelib.tables import ITEM_SCHEMA, SecondaryIndex, StoredModel, TableMeta, TableName

LINK_SECONDS = 60


class OverwriteError(Exception):
    """When another object stands under a document's key: nothing is replaced, somebody looks."""


class ShaIndex(SecondaryIndex):
    """Documents by the SHA-256 of their bytes."""

    class Meta:
        index_name = "sha256"
        projection = KeysOnlyProjection()

    sha256 = UnicodeAttribute(hash_key=True)


class FiledIndex(SecondaryIndex):
    """Keys of documents by organisation and month of issue."""

    class Meta:
        index_name = "filed"
        projection = KeysOnlyProjection()

    filed = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)


class DocumentItem(StoredModel):
    """One document that was made: where it lies and what it is, nothing personal."""

    class Meta(TableMeta):
        table_name = TableName("DOCUMENTS_TABLE")

    document_id = UnicodeAttribute(hash_key=True)
    by_sha256 = ShaIndex()
    by_filed = FiledIndex()
    schema = NumberAttribute(default=ITEM_SCHEMA)
    sha256 = UnicodeAttribute()
    key = UnicodeAttribute()
    kind = UnicodeAttribute()
    policy_no = UnicodeAttribute()
    version = NumberAttribute()
    issued_on = UnicodeAttribute()
    made_at = UnicodeAttribute()
    filed = UnicodeAttribute(null=True)
    """`<organisation>#<yyyy-mm>` of its issue."""


def put(key: str, content: bytes, unsigned: str, locked_until: datetime) -> str:
    """Stores and locks a document once; the SHA-256 of what now stands under the key.

    `unsigned` is the SHA-256 before signing, equal to the content's where nobody signs. What was
    made from the same unsigned bytes stays as it stands; anything else raises OverwriteError.
    The digests stay beside it as metadata.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    digests = {"sha256": sha256, "unsigned-sha256": unsigned}
    if storage.put_once(
        key, content, "application/pdf", locked_until=locked_until, metadata=digests
    ):
        return sha256
    standing = aws.client("s3").head_object(**storage.place(key))["Metadata"]
    if standing.get("unsigned-sha256") != unsigned:
        raise OverwriteError(f"another object stands at {key}")
    return str(standing["sha256"])


def register(item: DocumentItem) -> None:
    """Notes a document that is in storage; noted before, the first note stays."""
    item.add()


def get(document_id: str) -> DocumentItem | None:
    """A document by its opaque id, None if it was never made."""
    return DocumentItem.standing(document_id)


def by_sha256(sha256: str) -> DocumentItem | None:
    """A document by its digest in lower-case hex, None if we never made those bytes."""
    found = next(iter(DocumentItem.by_sha256.query(sha256, limit=1)), None)
    return None if found is None else get(found.document_id)


def filed(organisation: str, month: str, after: str) -> Iterator[str]:
    """Keys of an organisation's documents issued in a month, after a key, in their order."""
    further = FiledIndex.key > after if after else None
    for item in DocumentItem.by_filed.query(f"{organisation}#{month}", further):
        yield item.key


def link(key: str, file_name: str) -> str:
    """A signed address of the object for LINK_SECONDS; the file name must be plain ASCII."""
    address: str = aws.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.get("DOCUMENTS_BUCKET"),
            "Key": key,
            "ResponseCacheControl": "no-store",
            "ResponseContentDisposition": f'inline; filename="{file_name}"',
            "ResponseContentType": "application/pdf",
        },
        ExpiresIn=LINK_SECONDS,
    )
    return address


def enqueue(messages: Sequence[dict[str, Any]]) -> None:
    """Puts messages into the render queue; every one is taken or the call fails."""
    queues.send("RENDER_QUEUE_URL", messages)
