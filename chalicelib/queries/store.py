"""What was queried, in DynamoDB: no personal data, under Shanghai's day, spread over partitions.

`<day>/<shard>` holds `attempt/<instant>/<query>` for every attempt and `view/<query>/<section>` for
every section that was opened, a query and its views in one partition: whoever rolls a day up reads
its partitions whole (`day`).
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from pynamodb.constants import QUERY

from chalicelib import clock, tables
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

SHARDS = 16
"""Partitions per day: one partition takes 1,000 writes a second."""


PAGE = 500
"""Events read at a time: a whole megabyte, as DynamoDB gives it, takes twenty in memory."""


class EventItem(KeyedModel):
    """One attempt at a query, or one section of its answer that was opened (R5)."""

    class Meta(TableMeta):
        table_name = TableName("QUERIES_TABLE")

    facts = CompactJSONAttribute()


def event(query_id: str, at: datetime, facts: dict[str, str | None]) -> Callable[[Any], None]:
    """What writes an attempt in somebody else's transaction."""
    item = _attempt(query_id, at, facts)
    return lambda transaction: transaction.save(item)


def record(query_id: str, at: datetime, facts: dict[str, str | None]) -> None:
    """Writes an attempt under the day of its query."""
    _attempt(query_id, at, facts).save()


def record_view(query_id: str, at: datetime, section: str) -> bool:
    """Writes that a section was opened, once; False if it is on record already."""
    facts = {"at": clock.stored(at)}
    item = EventItem(_partition(query_id), f"view/{query_id}/{section}", facts=facts)
    return item.add()


def attempt(query_id: str, since: datetime) -> dict[str, Any]:
    """The facts of an attempt that was made since then; empty if there is none."""
    newer = EventItem.sk.between(f"attempt/{clock.stored(since)}", "attempt/~")
    found = EventItem.query(_partition(query_id), newer, consistent_read=True)
    return next((item.facts for item in found if item.sk.endswith(f"/{query_id}")), {})


def day(day: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything of Shanghai's day (ISO): sort key and facts, partition by partition."""
    for partition in partitions(day):
        for key, facts in partition:
            yield key, json.loads(facts)


def partitions(day: str) -> Iterator[Iterator[tuple[str, str]]]:
    """The same, each partition by itself, with the facts as the text in storage.

    Whoever counts a million events has no use for a model of each.
    """
    for shard in range(SHARDS):
        yield _texts(f"{day}/{shard:02d}")


def attempts(day: str, after: str | None) -> Iterator[tuple[str, str]]:
    """Attempts of a day from a place (`<shard>/<sort key>`) on: place and facts as text."""
    first, _, key = (after or "00/").partition("/")
    for shard in range(int(first), SHARDS):
        for sort_key, facts in _texts(f"{day}/{shard:02d}", key if shard == int(first) else ""):
            if not sort_key.startswith("attempt/"):
                break
            yield f"{shard:02d}/{sort_key}", facts


def _texts(partition: str, after: str = "") -> Iterator[tuple[str, str]]:
    asked: dict[str, Any] = {
        "TableName": EventItem.Meta.table_name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": partition}},
        "ProjectionExpression": "sk, facts",
        "ConsistentRead": True,
        "Limit": PAGE,
    }
    if after:
        asked["ExclusiveStartKey"] = {"pk": {"S": partition}, "sk": {"S": after}}
    while True:
        answer = tables.connection().dispatch(QUERY, asked)
        for item in answer["Items"]:
            yield item["sk"]["S"], item["facts"]["S"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _attempt(query_id: str, at: datetime, facts: dict[str, str | None]) -> EventItem:
    key = f"attempt/{clock.stored(at)}/{query_id}"
    return EventItem(_partition(query_id), key, facts=facts)


def _partition(query_id: str) -> str:
    """A query's id begins with Shanghai's day and ends with random hexadecimal digits."""
    day, shard = query_id[:8], int(query_id[-2:], 16) % SHARDS
    return f"{day[:4]}-{day[4:6]}-{day[6:]}/{shard:02d}"
