"""Attempts in DynamoDB: one item each, no personal data, spread over partitions within the day."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, TableMeta, TableName

SHARDS = 16
"""Partitions per day: one partition takes 1,000 writes a second."""


class AttemptItem(Model):
    """One attempt at a query, for the statistics (R5)."""

    class Meta(TableMeta):
        table_name = TableName("QUERIES_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()


def record(day: str, at: str, query_id: str, facts: dict[str, str | None]) -> None:
    """Writes an attempt under Shanghai's `day` at the instant `at` (storage form)."""
    shard = int(query_id[:4], 16) % SHARDS
    AttemptItem(f"{day}/{shard:02d}", f"{at}/{query_id}", facts=facts).save()
