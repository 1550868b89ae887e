"""Imports in storage: the dropped files, the state of each file and its ranges, the reports.

A file is `checking` (large ones, before anything is written), `starting` (its ranges are being
queued), `running`, and at last `finished` or `stopped`; `refused` is one that was no table. A range
is `waiting`, `checked`, `done`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.indexes import KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib import aws, clock, queues, settings, tables
from chalicelib.tables import CompactJSONAttribute, KeyedModel, SecondaryIndex, TableMeta, TableName

CHUNK = 1024 * 1024
CHECKING, STARTING, RUNNING, STOPPED, FINISHED, REFUSED = STATES = (
    "checking",
    "starting",
    "running",
    "stopped",
    "finished",
    "refused",
)
WAITING, CHECKED, DONE = "waiting", "checked", "done"
KEEP_SECONDS = 90 * 24 * 3600
"""As long as the reports, which storage removes after 90 days (contract)."""
LINK_SECONDS = 60


class MonthIndex(SecondaryIndex):
    """Files by the month (UTC) in which they came, and the moment."""

    class Meta:
        index_name = "month"
        projection = KeysOnlyProjection()

    month = UnicodeAttribute(hash_key=True)
    started_at = UnicodeAttribute(range_key=True)


class ImportItem(KeyedModel):
    """A file (`sk` is `import`) or one of its ranges (`range/…`)."""

    class Meta(TableMeta):
        table_name = TableName("IMPORTS_TABLE")

    state = UnicodeAttribute()
    started_at = UnicodeAttribute(null=True)
    left = NumberAttribute(null=True)
    good = NumberAttribute(null=True)
    rows = NumberAttribute(null=True)
    details = CompactJSONAttribute()
    month = UnicodeAttribute(null=True)
    by_month = MonthIndex()
    totals = CompactJSONAttribute(null=True)
    """What all rows came to, once the report is written."""
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


def content(file: File, start: int, end: int) -> bytes:
    """Bytes `start` to `end` (exclusive) of a file."""
    answer = aws.client("s3").get_object(**file.place(), Range=f"bytes={start}-{end - 1}")
    found: bytes = answer["Body"].read()
    return found


def metadata(file: File) -> dict[str, str]:
    """What whoever dropped the file says of it: `force`, `source`."""
    found = aws.client("s3").head_object(**file.place())["Metadata"]
    return {name.lower(): str(value) for name, value in found.items()}


def size(file: File) -> int:
    """The bytes of a file."""
    return int(aws.client("s3").head_object(**file.place())["ContentLength"])


def put(key: str, content: bytes | IO[bytes], content_type: str) -> None:
    """Writes an object into the documents bucket."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key, Body=content, ContentType=content_type
    )


def folder(import_id: str) -> str:
    """Where reports of a file lie in the documents bucket: imports, or checks beside them."""
    kind, _, rest = import_id.partition("/")
    return f"checks/{rest}" if kind == "check" else f"imports/{import_id}"


def ours(key: str) -> File:
    """An object in the documents bucket."""
    return File(settings.get("DOCUMENTS_BUCKET"), key, None)


def get(import_id: str) -> ImportItem | None:
    """The state of a file, None if it was never seen."""
    return ImportItem.standing(import_id, "import")


def create(
    import_id: str, at: datetime, details: dict[str, Any], ranges: list[Any], state: str
) -> bool:
    """Remembers a planned file with its ranges; False if somebody planned it before.

    Ranges first, the file last: a file that is there has all its ranges.
    """
    expires_at = int(at.timestamp()) + KEEP_SECONDS
    with ImportItem.batch_write() as batch:
        for number, bounds in enumerate(ranges):
            batch.save(
                ImportItem(
                    import_id,
                    range_key(number),
                    state=WAITING,
                    details={"bounds": list(bounds), "next": 0, "pieces": []},
                    expires_at=expires_at,
                )
            )
    return ImportItem(
        import_id,
        "import",
        state=state,
        started_at=clock.stored(at),
        month=clock.stored(at)[:7],
        left=len(ranges),
        good=0,
        rows=0,
        details=details,
        expires_at=expires_at,
    ).add()


def part(import_id: str, number: int) -> ImportItem:
    """One range of a file."""
    return ImportItem.get(import_id, range_key(number), consistent_read=True)


def ranges(import_id: str) -> list[ImportItem]:
    """The ranges of a file in their order."""
    return list(
        ImportItem.query(import_id, ImportItem.sk.startswith("range/"), consistent_read=True)
    )


def checked(import_id: str, number: int, details: dict[str, Any], good: int, rows: int) -> None:
    """Notes what the check of a range counted and takes it off what is left, once."""
    _count_off(
        import_id,
        number,
        [ImportItem.state.set(CHECKED), ImportItem.details.set(details)],
        ImportItem.state == WAITING,
        [ImportItem.left.add(-1), ImportItem.good.add(good), ImportItem.rows.add(rows)],
    )


def done(import_id: str, number: int, before: ImportItem, details: dict[str, Any]) -> None:
    """Notes a range's outcomes and takes it off what is left, both or neither, once."""
    _count_off(
        import_id,
        number,
        [ImportItem.state.set(DONE), ImportItem.details.set(details)],
        (ImportItem.state == before.state) & (ImportItem.details == before.details),
        [ImportItem.left.add(-1)],
    )


def paused(import_id: str, number: int, before: ImportItem, details: dict[str, Any]) -> None:
    """Notes how far a range came; nothing happens if another worker noted it meanwhile."""
    ImportItem(import_id, range_key(number)).change_if(
        [ImportItem.details.set(details)],
        (ImportItem.state == before.state) & (ImportItem.details == before.details),
    )


def noted(import_id: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Puts a file's details in place of those read; nothing happens if another worker was first."""
    ImportItem(import_id, "import").change_if(
        [ImportItem.details.set(after)], ImportItem.details == before
    )


def change(
    import_id: str,
    before: str,
    after: str,
    left: int | None = None,
    totals: dict[str, Any] | None = None,
) -> None:
    """Moves a file from one state to the next; nothing happens if it is no longer there."""
    actions: list[Any] = [ImportItem.state.set(after)]
    if left is not None:
        actions.append(ImportItem.left.set(left))
    if totals is not None:
        actions.append(ImportItem.totals.set(totals))
    ImportItem(import_id, "import").change_if(actions, ImportItem.state == before)


def _count_off(
    import_id: str, number: int, actions: list[Any], condition: Any, file_actions: list[Any]
) -> None:
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.update(
                ImportItem(import_id, range_key(number)), actions=actions, condition=condition
            )
            transaction.update(ImportItem(import_id, "import"), actions=file_actions)
    except TransactWriteError as error:
        # Somebody else did the same range; a mere conflict over the counter is tried again.
        if "ConditionalCheckFailed" not in {
            reason.code for reason in error.cancellation_reasons if reason is not None
        }:
            raise


def enqueue(messages: list[dict[str, Any]]) -> None:
    """Puts ranges into the queue; every one is taken or the call fails."""
    queues.send("IMPORT_QUEUE_URL", messages)


def postpone(receipt_handle: str, seconds: int) -> None:
    """Offers a failed message again after a while, long before its visibility ends."""
    aws.client("sqs").change_message_visibility(
        QueueUrl=settings.get("IMPORT_QUEUE_URL"),
        ReceiptHandle=receipt_handle,
        VisibilityTimeout=seconds,
    )


def range_key(number: int) -> str:
    """The sort key of a range."""
    return f"range/{number:06d}"


def of_month(
    month: str, after: tuple[str, str] | None, limit: int
) -> tuple[list[tuple[str, str]], bool]:
    """(moment, import) of files that came in a month `yyyy-mm`, the newest first; whether more.

    `after` is the last such pair of the page before.
    """
    start = after and {
        "month": {"S": month},
        "started_at": {"S": after[0]},
        "pk": {"S": after[1]},
        "sk": {"S": "import"},
    }
    found = ImportItem.by_month.query(
        month, scan_index_forward=False, limit=limit, last_evaluated_key=start
    )
    return [(item.started_at, item.pk) for item in found], found.last_evaluated_key is not None


def begun_at(moment: str) -> list[str]:
    """The files that came at this moment (storage form)."""
    found = ImportItem.by_month.query(moment[:7], MonthIndex.started_at == moment)
    return [item.pk for item in found]


def states(import_ids: Iterable[str]) -> dict[str, ImportItem]:
    """The states of many files."""
    keys = [(import_id, "import") for import_id in import_ids]
    return {item.pk: item for item in ImportItem.batch_get(keys, consistent_read=True)}


def link(key: str, file_name: str) -> str:
    """A signed address of an object in the documents bucket for LINK_SECONDS.

    It is to be saved, not shown; the file name must be plain ASCII.
    """
    address: str = aws.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.get("DOCUMENTS_BUCKET"),
            "Key": key,
            "ResponseCacheControl": "no-store",
            "ResponseContentDisposition": f'attachment; filename="{file_name}"',
        },
        ExpiresIn=LINK_SECONDS,
    )
    return address
