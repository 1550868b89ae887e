"""Runs of lists in DynamoDB, their files in storage, the queue of organisations to be listed."""

import base64
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from chalicelib import aws, queues, settings
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, KeyedModel, TableMeta, TableName

FORMS = ("xlsx", "csv", "pdf")
"""What a list is handed out as; the last is set by render_document."""
WRITTEN = FORMS[:2]
RUN = "run"
_LIST, _FILED = "list/", "filed/"
ORDER = "order"
CONTENT_TYPES = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


def key(period: str, organisation: str, agent: str | None, form: str) -> str:
    """Where a list stands in storage: an agent's below his organisation's."""
    name = organisation if agent is None else f"{organisation}/{agent}"
    return f"expiry/{period}/{name}.{form}"


def page_key(period: str, organisation: str, agent: str | None) -> str:
    """Where the page of a list waits to be set as PDF; gone once nobody can ask for it again."""
    return f"pages/{key(period, organisation, agent, 'html')}"


def has_file(agent: str) -> bool:
    """Whether a 工号 may name a file: files of the core system may bring anything as one."""
    return _FILE_NAME.fullmatch(agent) is not None


class ExpiryItem(KeyedModel):
    """The last run of a period (`sk` is `run`), one organisation's list (`list/…`) and its PDF
    (`filed/…`), or an order."""

    class Meta(TableMeta):
        table_name = TableName("EXPIRY_TABLE")

    run = UnicodeAttribute(null=True)
    """Which run began last; of an order, when it was queued."""
    waiting = UnicodeSetAttribute(null=True)
    """Organisations whose lists this run has not made yet."""
    result = CompactJSONAttribute(null=True)


def start(period: str, run: str, organisations: set[str]) -> None:
    """Begins a run of the period; an unfinished earlier one is over."""
    ExpiryItem(period, RUN, run=run, waiting=organisations or None).save()


def current(period: str, run: str) -> bool:
    """Whether the run is the period's last one."""
    found = ExpiryItem.standing(period, RUN)
    return found is not None and found.run == run


def results(period: str) -> dict[str, dict[str, Any]]:
    """What stands of the period's lists, by organisation."""
    standing = {item.sk: item.result for item in ExpiryItem.query(period, consistent_read=True)}
    found = {}
    for name, result in standing.items():
        if name.startswith(_LIST):
            organisation = name.removeprefix(_LIST)
            filed = standing.get(_FILED + organisation, {"files": {}})
            found[organisation] = {**result, "files": {**result["files"], **filed["files"]}}
    return found


def keep(period: str, organisation: str, result: dict[str, Any]) -> None:
    """Notes what an organisation's list holds."""
    ExpiryItem(period, _LIST + organisation, result=result).save()


def keep_filed(period: str, organisation: str, file: dict[str, Any]) -> None:
    """Notes the PDF of an organisation's list, apart: another function makes it."""
    ExpiryItem(period, _FILED + organisation, result={"files": {"pdf": file}}).save()


def done(period: str, run: str, organisation: str) -> bool:
    """Takes the organisation off the run; True if the run has none left, False if it is over."""
    item = ExpiryItem(period, RUN)
    took = item.change_if([ExpiryItem.waiting.delete({organisation})], ExpiryItem.run == run)
    return took and not item.waiting


class Ordered(NamedTuple):
    """A list that was asked for: when it was queued, and what it holds once it is made."""

    queued_at: str
    result: dict[str, Any] | None


def order(list_id: str) -> Ordered | None:
    """How an order stands, None if nobody asked."""
    found = ExpiryItem.standing(f"order/{list_id}", ORDER)
    if found is None:
        return None
    return Ordered(str(found.run), found.result)


def note_queued(list_id: str, at: str) -> None:
    """Notes that an order is in the queue, whether or not it was made meanwhile."""
    ExpiryItem(f"order/{list_id}", ORDER).update(
        actions=[ExpiryItem.run.set(at), ExpiryItem.schema.set(ITEM_SCHEMA)]
    )


def fulfil(list_id: str, result: dict[str, Any]) -> None:
    """Notes what an order's list holds."""
    ExpiryItem(f"order/{list_id}", ORDER).update(actions=[ExpiryItem.result.set(result)])


def put(key: str, path: Path, sha256: str, rows: int) -> None:
    """Stores a file of so many rows, a new version; storage checks its bytes on arrival."""
    with path.open("rb") as body:
        aws.client("s3").put_object(
            Bucket=settings.get("DOCUMENTS_BUCKET"),
            Key=key,
            Body=body,
            ContentType=CONTENT_TYPES[path.suffix[1:]],
            ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            Metadata={"sha256": sha256, "rows": str(rows)},
        )


def page(key: str) -> str:
    """A page that waits to be set."""
    found = aws.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    return str(found["Body"].read().decode())


def put_manifest(key: str, manifest: dict[str, Any]) -> None:
    """Stores a manifest: equal ones have equal bytes."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"),
        Key=key,
        Body=json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        ContentType=CONTENT_TYPES["json"],
    )


def enqueue(messages: Iterable[dict[str, Any]]) -> None:
    """Puts messages into the queue; every one is taken or the call fails."""
    queues.send("EXPIRY_QUEUE_URL", messages)
