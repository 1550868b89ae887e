"""Reports in locked storage, and their register in DynamoDB: everything is put once, for good.

`<quarter>` holds `<organisation>/<version>` (what a version is), and below that `/pdf`,
`/signature/<n>` and `/submission/<n>`; `periods` holds the quarters that have reports.
"""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError

from chalicelib import aws, settings
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, StoredModel, TableMeta, TableName

PERIODS = "periods"
CONTENT_TYPES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReportItem(StoredModel):
    """One entry of the register."""

    class Meta(TableMeta):
        table_name = TableName("REPORTS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()


class Put(NamedTuple):
    """What stands under a key after something was put there."""

    sha256: str
    size: int
    first: bool
    """Whether it was not there before."""


def key(period: str, organisation: str, version: int, form: str) -> str:
    """Where a version's file stands (contract)."""
    return f"reports/{period}/{organisation}/{version:04d}/report.{form}"


def entries(period: str, prefix: str = "") -> dict[str, dict[str, Any]]:
    """Everything that the register has of a quarter, or of what begins so, by sort key."""
    within = ReportItem.sk.startswith(prefix) if prefix else None
    found = ReportItem.query(period, within, consistent_read=True)
    return {item.sk: item.facts for item in found}


def periods() -> list[str]:
    """Quarters that have reports, the newest first."""
    found = ReportItem.query(PERIODS, consistent_read=True, scan_index_forward=False)
    return [item.sk for item in found]


def add(period: str, sort_key: str, facts: dict[str, Any]) -> bool:
    """Puts an entry where there is none; False if there is one already, which stays."""
    try:
        ReportItem(period, sort_key, facts=facts).save(condition=ReportItem.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def put(key: str, content: bytes, until: datetime) -> Put:
    """Stores and locks a file where there is none; what stood there before stays."""
    hashed = hashlib.sha256(content)
    place = {"Bucket": settings.get("DOCUMENTS_BUCKET"), "Key": key}
    storage = aws.client("s3")
    try:
        storage.put_object(
            **place,
            Body=content,
            ContentType=CONTENT_TYPES[key.rpartition(".")[2]],
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(hashed.digest()).decode(),
            Metadata={"sha256": hashed.hexdigest()},
            IfNoneMatch="*",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=until,
        )
    except aws.ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        standing = storage.head_object(**place)
        return Put(str(standing["Metadata"]["sha256"]), int(standing["ContentLength"]), False)
    return Put(hashed.hexdigest(), len(content), True)


def get(key: str) -> bytes:
    """A file as it stands."""
    place = {"Bucket": settings.get("DOCUMENTS_BUCKET"), "Key": key}
    content: bytes = aws.client("s3").get_object(**place)["Body"].read()
    return content


def put_manifest(period: str, manifest: dict[str, Any]) -> None:
    """Stores which versions are the newest; former manifests stay as versions of the object."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"),
        Key=f"reports/{period}/manifest.json",
        Body=json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        ContentType=CONTENT_TYPES["json"],
    )
