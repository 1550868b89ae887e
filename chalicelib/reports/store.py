"""Reports in locked storage, and their register in DynamoDB: everything is put once, for good.

`<quarter>` holds `<organisation>/<version>` (what a version is), and below that `/pdf`,
`/signature/<n>` and `/submission/<n>`; `periods` holds the quarters that have reports.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import aws, settings, storage
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

PERIODS = "periods"
CONTENT_TYPES = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ReportItem(KeyedModel):
    """One entry of the register."""

    class Meta(TableMeta):
        table_name = TableName("REPORTS_TABLE")

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
    return ReportItem(period, sort_key, facts=facts).add()


def put(key: str, content: bytes, until: datetime) -> Put:
    """Stores and locks a file where there is none; what stood there before stays."""
    sha256 = hashlib.sha256(content).hexdigest()
    content_type = CONTENT_TYPES[key.rpartition(".")[2]]
    if storage.put_once(
        key, content, content_type, locked_until=until, metadata={"sha256": sha256}
    ):
        return Put(sha256, len(content), True)
    standing = aws.client("s3").head_object(**storage.place(key))
    return Put(str(standing["Metadata"]["sha256"]), int(standing["ContentLength"]), False)


def get(key: str) -> bytes:
    """A file as it stands."""
    content: bytes = aws.client("s3").get_object(**storage.place(key))["Body"].read()
    return content


def put_manifest(period: str, manifest: dict[str, Any]) -> None:
    """Stores which versions are the newest; former manifests stay as versions of the object."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"),
        Key=f"reports/{period}/manifest.json",
        Body=json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        ContentType=CONTENT_TYPES["json"],
    )
