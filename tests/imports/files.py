"""Files as the core system drops them, and what becomes of them, for the tests of this room."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from chalicelib import aws, settings
from chalicelib.imports import plan, service, store
from chalicelib.organisations import service as organisations

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
_DROPPED = count(1)
HEADERS = {
    "policy_no": "保单号",
    "version": "版本",
    "line": "险种",
    "status": "保单状态",
    "issued_on": "签单日期",
    "starts_on": "起保日",
    "ends_on": "终保日",
    "organisation": "机构代码",
    "insured_name": "被保人",
    "insured_id_type": "证件类型",
    "insured_id_no": "身份证号",
    "premium": "保费",
}


def row(**changes: str) -> dict[str, str]:
    """A policy as a file has it, with a number that no other test uses."""
    return {
        "policy_no": f"PDZA{uuid4().hex[:16].upper()}",
        "version": "1",
        "line": "机动车辆保险",
        "status": "有效",
        "issued_on": "2026/3/1",
        "starts_on": "20260302",
        "ends_on": "2027-03-01",
        "organisation": "4401",
        "insured_name": "阿卜杜拉·买买提",
        "insured_id_type": "居民身份证",
        "insured_id_no": "11010519491231002X",
        "premium": "3,280.50",
        **changes,
    }


def as_csv(rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """The rows under Chinese headers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS.values())
    writer.writerows([found.get(name, "") for name in HEADERS] for found in rows)
    return out.getvalue().encode(encoding)


def drop(
    content: bytes, name: str, kind: str = "policies", metadata: dict[str, str] | None = None
) -> store.File:
    """Puts a file where the core system puts it."""
    key = f"{kind}/{uuid4().hex[:8]}-{name}"
    bucket = settings.get("INCOMING_BUCKET")
    put = aws.client("s3").put_object(Bucket=bucket, Key=key, Body=content, Metadata=metadata or {})
    return store.File(bucket, key, put.get("VersionId"))


def work_queue(remaining: Callable[[], float] = lambda: 900.0) -> None:
    """Does what the queue holds, as the worker function would."""
    sqs = aws.client("sqs")
    queue = settings.get("IMPORT_QUEUE_URL")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            body = json.loads(message["Body"])
            service.work(body["import_id"], body["range"], remaining)
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def report(file: store.File, content: bytes, name: str = "report.json") -> Any:
    """What came out of an import."""
    key = f"imports/{file.key}/{plan.digest([content])[:12]}/{name}"
    found = aws.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    text = found["Body"].read()
    return json.loads(text) if name.endswith("json") else text.decode("utf-8-sig")


def imported(content: bytes, name: str, kind: str = "policies") -> Any:
    """The report of a file that nothing disturbs, dropped after all that came this way before."""
    file = drop(content, name, kind)
    service.begin(file, AT + timedelta(milliseconds=next(_DROPPED)))
    work_queue()
    return report(file, content)


class KilledError(Exception):
    """The end of a worker."""


def die(*_: Any) -> None:
    raise KilledError


def totals(found: dict[str, Any]) -> tuple[int, ...]:
    """Total, accepted, unchanged, superseded, rejected."""
    names = ("total", "accepted", "unchanged", "superseded", "rejected")
    return tuple(found[name] for name in names)


def announce() -> None:
    """The organisation that rows name."""
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
