"""Imports in storage: the dropped files, the state of each file and its ranges, the reports."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import aws, settings, tables
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, TableMeta, TableName

CHUNK = 1024 * 1024
KEEP_SECONDS = 90 * 24 * 3600
"""As long as the reports, which storage removes after 90 days (contract)."""


class ImportItem(Model):
    """A file (`sk` is `import`) or one of its ranges (`range/…`)."""

    class Meta(TableMeta):
        table_name = TableName("IMPORTS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    state = UnicodeAttribute()
    started_at = UnicodeAttribute(null=True)
    left = NumberAttribute(null=True)
    details = CompactJSONAttribute()
    expires_at = NumberAttribute()


class File(NamedTuple):
    """One version of one object: a later object under the same key is another file."""

    bucket: str
    key: str
    version: str | None

    def place(self) -> dict[str, str]:
        """The arguments by which storage finds it."""
        version = {"VersionId": self.version} if self.version else {}
        return {"Bucket": self.bucket, "Key": self.key, **version}


def chunks(file: File) -> Iterator[bytes]:
    """The bytes of a file, a megabyte at a time."""
    yield from aws.client("s3").get_object(**file.place())["Body"].iter_chunks(CHUNK)


def part(file: File, start: int, end: int) -> bytes:
    """Bytes `start` to `end` (exclusive) of a file."""
    answer = aws.client("s3").get_object(**file.place(), Range=f"bytes={start}-{end - 1}")
    content: bytes = answer["Body"].read()
    return content


def put(key: str, content: bytes, content_type: str) -> None:
    """Writes an object into the documents bucket."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key, Body=content, ContentType=content_type
    )


def ours(key: str) -> File:
    """An object in the documents bucket."""
    return File(settings.get("DOCUMENTS_BUCKET"), key, None)


def get(import_id: str) -> ImportItem | None:
    """The state of a file, None if it was never seen."""
    try:
        return ImportItem.get(import_id, "import", consistent_read=True)
    except DoesNotExist:
        return None


def create(
    import_id: str, started_at: str, expires_at: int, details: dict[str, Any], ranges: list[Any]
) -> bool:
    """Remembers a planned file with its ranges; False if somebody planned it before.

    Ranges first, the file last: a file that is there has all its ranges.
    """
    with ImportItem.batch_write() as batch:
        for number, bounds in enumerate(ranges):
            batch.save(
                ImportItem(
                    import_id,
                    range_key(number),
                    state="waiting",
                    details={"bounds": list(bounds)},
                    expires_at=expires_at,
                )
            )
    try:
        ImportItem(
            import_id,
            "import",
            state="running",
            started_at=started_at,
            left=len(ranges),
            details=details,
            expires_at=expires_at,
        ).save(condition=ImportItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def ranges(import_id: str) -> list[ImportItem]:
    """The ranges of a file in their order."""
    return list(
        ImportItem.query(import_id, ImportItem.sk.startswith("range/"), consistent_read=True)
    )


def done(import_id: str, number: int, details: dict[str, Any]) -> None:
    """Notes a range's outcomes and takes it off what is left, both or neither, once."""
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.update(
                ImportItem(import_id, range_key(number)),
                actions=[ImportItem.state.set("done"), ImportItem.details.set(details)],
                condition=ImportItem.state == "waiting",
            )
            transaction.update(ImportItem(import_id, "import"), actions=[ImportItem.left.add(-1)])
    except TransactWriteError as error:
        if not any(
            reason is not None and reason.code == "ConditionalCheckFailed"
            for reason in error.cancellation_reasons
        ):
            raise


def finish(import_id: str) -> None:
    """Notes that the report is written."""
    ImportItem(import_id, "import").update(actions=[ImportItem.state.set("finished")])


def enqueue(messages: list[dict[str, Any]]) -> None:
    """Puts ranges into the queue, ten a call; every one is taken or the call fails."""
    queue = settings.get("IMPORT_QUEUE_URL")
    for start in range(0, len(messages), 10):
        entries = [
            {"Id": str(place), "MessageBody": json.dumps(message)}
            for place, message in enumerate(messages[start : start + 10])
        ]
        answer = aws.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)
        if answer.get("Failed"):
            raise RuntimeError(f"{len(answer['Failed'])} ranges were not taken by the queue")


def range_key(number: int) -> str:
    """The sort key of a range."""
    return f"range/{number:06d}"
