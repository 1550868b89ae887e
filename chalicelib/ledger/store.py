"""Registers in DynamoDB, read as they lie; digests and lines in locked storage, written once."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute

from chalicelib import aws, settings, storage
from chalicelib.tables import StoredModel, TableMeta, TableName

SHARDS = tuple(f"{number:02d}" for number in range(16))


class Event(NamedTuple):
    """One entry of a register: its sort key and its facts, the text as stored."""

    key: str
    facts: str


def events(variable: str, day: date, shard: str) -> Iterator[Event]:
    """The events of one shard of a day in their order, read consistently."""
    found = _model(variable).query(f"{day.isoformat()}/{shard}", consistent_read=True)
    for item in found:
        yield Event(item.sk, item.facts)


def digest(day: date) -> dict[str, Any] | None:
    """The sealed digest of a day, None if it was not sealed; ValueError if it is no object."""
    content = get(digest_key(day))
    if content is None:
        return None
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("a digest is a JSON object")
    return found


def put_digest(day: date, content: dict[str, Any], until: datetime) -> bool:
    """Writes a day's digest once; False if one stands already."""
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).encode()
    return storage.put_once(digest_key(day), text, "application/json", locked_until=until)


def put_lines(key: str, content: bytes, until: datetime) -> None:
    """Writes lines under a key that names their content: whoever comes second wrote the same."""
    storage.put_once(key, content, "text/plain; charset=utf-8", locked_until=until)


def get(key: str) -> bytes | None:
    """An object of the ledger, None if there is none."""
    try:
        answer = aws.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchKey":
            raise
        return None
    content: bytes = answer["Body"].read()
    return content


def sealed_days() -> list[date]:
    """The days that have anything in the ledger, the oldest first."""
    pages = (
        aws.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=settings.get("DOCUMENTS_BUCKET"), Prefix="ledger/", Delimiter="/")
    )
    return [
        date.fromisoformat(prefix["Prefix"].split("/")[1])
        for page in pages
        for prefix in page.get("CommonPrefixes", [])
    ]


def digest_key(day: date) -> str:
    """Where a day's digest stands (contract)."""
    return f"ledger/{day.isoformat()}/digest.json"


@cache
def _model(variable: str) -> Any:
    """The shape that every register shares, on one register's table."""

    class RegisterItem(StoredModel):
        class Meta(TableMeta):
            table_name = TableName(variable)

        pk = UnicodeAttribute(hash_key=True)
        sk = UnicodeAttribute(range_key=True)
        facts = UnicodeAttribute()

    return RegisterItem
