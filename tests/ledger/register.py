"""A register for tests: events as the audit writes them, and a hand that no policy holds back."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from chalicelib import aws as clients
from chalicelib import clock, settings
from chalicelib.ledger import service

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)


def at(day: date, number: int) -> str:
    """The stored instant of the day's event of that number."""
    noon = datetime.combine(day, time(12), clock.SHANGHAI) + timedelta(minutes=number)
    return clock.stored(noon)


def add(day: date, shard: str, number: int, **facts: Any) -> str:
    """Adds an event; its sort key."""
    key = f"{at(day, number)}/{shard}{number:014d}"
    content = {"event_id": f"{shard}{number:014d}", "action": "GET /v1/x", **facts}
    write(day, shard, key, json.dumps(content, ensure_ascii=False, sort_keys=True))
    return key


def write(day: date, shard: str, key: str, facts: str, **other: Any) -> None:
    """Puts an item whatever stands there."""
    item = {"pk": {"S": f"{day}/{shard}"}, "sk": {"S": key}, "facts": {"S": facts}, **other}
    clients.client("dynamodb").put_item(TableName=settings.get("AUDIT_TABLE"), Item=item)


def remove(day: date, shard: str, key: str) -> None:
    """Deletes an item."""
    clients.client("dynamodb").delete_item(
        TableName=settings.get("AUDIT_TABLE"), Key={"pk": {"S": f"{day}/{shard}"}, "sk": {"S": key}}
    )


def facts(day: date, shard: str, key: str) -> str:
    """The facts of an item."""
    answer = clients.client("dynamodb").get_item(
        TableName=settings.get("AUDIT_TABLE"), Key={"pk": {"S": f"{day}/{shard}"}, "sk": {"S": key}}
    )
    return str(answer["Item"]["facts"]["S"])


def seal(day: date) -> dict[str, Any]:
    """Seals a day as its schedule does, twenty minutes after it is over."""
    following = datetime.combine(day + timedelta(days=1), time(0, 20), clock.SHANGHAI)
    return service.seal_day_before(following.astimezone(UTC))


def replace_object(key: str, content: bytes) -> None:
    """Another object under a key of the ledger, as if no lock held."""
    clients.client("s3").put_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key, Body=content)


def remove_object(key: str) -> None:
    """A key of the ledger that answers no more."""
    clients.client("s3").delete_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)


def standing() -> dict[str, bytes]:
    """Every object of the ledger, by its key."""
    bucket, s3 = settings.get("DOCUMENTS_BUCKET"), clients.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="ledger/")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def no_ledger() -> None:
    """Every object of the ledger gone, as if nothing had been sealed."""
    bucket, s3 = settings.get("DOCUMENTS_BUCKET"), clients.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="ledger/")
    for entry in [entry for page in pages for entry in page.get("Contents", [])]:
        s3.delete_object(Bucket=bucket, Key=entry["Key"])
