"""Documents in storage by the beginning of their keys; archives and how they stand."""

import io
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib import aws, queues, settings
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, StoredModel, TableMeta, TableName

PART_BYTES = 8 * 1024 * 1024
"""Memory that an archive takes while it is written, and the size of a part in storage."""
_CHUNK = 256 * 1024


class ArchiveItem(StoredModel):
    """An archive that was asked for."""

    class Meta(TableMeta):
        table_name = TableName("DOWNLOADS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    schema = NumberAttribute(null=True)
    queued_at = UnicodeAttribute(null=True)
    result = CompactJSONAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """Seconds since 1970; storage deletes the archive itself by its own rule."""


class Archive(NamedTuple):
    """When an archive was queued, and what it holds once it is made."""

    queued_at: str
    result: dict[str, Any] | None


def listing(prefix: str, after: str) -> tuple[list[tuple[str, int, datetime]], bool]:
    """Up to 1,000 objects as (key, size, time) after a key, and whether there are more."""
    answer = aws.client("s3").list_objects_v2(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Prefix=prefix, StartAfter=after
    )
    entries = [(e["Key"], e["Size"], e["LastModified"]) for e in answer.get("Contents", [])]
    return entries, bool(answer["IsTruncated"])


def archive(archive_id: str) -> Archive | None:
    """How an archive stands, None if nobody asked."""
    found = ArchiveItem.standing(archive_id)
    if found is None:
        return None
    return Archive(str(found.queued_at), found.result)


def note_queued(archive_id: str, at: str, expires_at: int) -> None:
    """Notes that an archive is in the queue, whether or not it was made meanwhile."""
    ArchiveItem(archive_id).update(
        actions=[
            ArchiveItem.queued_at.set(at),
            ArchiveItem.schema.set(ITEM_SCHEMA),
            ArchiveItem.expires_at.set(expires_at),
        ]
    )


def note_made(archive_id: str, result: dict[str, Any]) -> None:
    """Notes what an archive holds."""
    ArchiveItem(archive_id).update(actions=[ArchiveItem.result.set(result)])


def enqueue(message: dict[str, Any]) -> None:
    """Puts a message into the queue of archives."""
    queues.send("ARCHIVE_QUEUE_URL", [message])


def pack(key: str, documents: Iterable[str]) -> tuple[int, int]:
    """Writes an archive of the newest versions; how many documents it has, and their rows.

    Bytes go from storage to storage: memory holds one part, however long the archive.
    """
    storage, bucket = aws.client("s3"), settings.get("DOCUMENTS_BUCKET")
    count = rows = 0
    # An upload's own file takes bytes one after the other, which is all that ZipFile needs then.
    with _upload(key) as parts, ZipFile(cast(io.BytesIO, parts), "w", ZIP_STORED) as packed:
        for document in documents:
            found = storage.get_object(Bucket=bucket, Key=document)
            # The same documents give the same bytes: no time of packing among them.
            with packed.open(ZipInfo(document), "w") as target:
                shutil.copyfileobj(found["Body"], target, _CHUNK)
            count += 1
            rows += int(found["Metadata"].get("rows", 1))
    return count, rows


class _Parts(io.RawIOBase):
    """A file that becomes the parts of an upload as it is written."""

    def __init__(self, place: dict[str, str]) -> None:
        self._place = place
        self._held = bytearray()
        self.sent: list[dict[str, Any]] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        if len(self._held) >= PART_BYTES:
            self.send()
        return len(data)

    def send(self) -> None:
        """Uploads what is held as the next part."""
        number = len(self.sent) + 1
        answer = aws.client("s3").upload_part(
            **self._place, PartNumber=number, Body=bytes(self._held)
        )
        self.sent.append({"PartNumber": number, "ETag": answer["ETag"]})
        self._held.clear()


@contextmanager
def _upload(key: str) -> Iterator[_Parts]:
    """An upload in parts that becomes an object at the end, or leaves nothing behind."""
    storage, bucket = aws.client("s3"), settings.get("DOCUMENTS_BUCKET")
    begun = storage.create_multipart_upload(Bucket=bucket, Key=key, ContentType="application/zip")
    place = {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"]}
    parts = _Parts(place)
    try:
        yield parts
        parts.send()
    except BaseException:  # and raised again: parts that nobody finishes are paid for
        storage.abort_multipart_upload(**place)
        raise
    storage.complete_multipart_upload(**place, MultipartUpload={"Parts": parts.sent})
