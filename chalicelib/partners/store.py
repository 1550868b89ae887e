"""Partners in DynamoDB, in one partition beside the queries that are counted for them."""

from typing import Any

from pynamodb.attributes import NumberAttribute

from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

PARTITION = "partners"


class PartnerItem(KeyedModel):
    """What staff registered of one partner."""

    class Meta(TableMeta):
        table_name = TableName("QUERIES_TABLE")

    version = NumberAttribute()
    facts = CompactJSONAttribute()


def get(code: str) -> tuple[int, dict[str, Any]] | None:
    """Version and facts of a partner, None if staff registered none."""
    item = PartnerItem.standing(PARTITION, code)
    if item is None:
        return None
    return int(item.version), item.facts


def put(code: str, version: int, facts: dict[str, Any]) -> bool:
    """Stores the version in place of the one before; False if somebody else came first."""
    item = PartnerItem(PARTITION, code, version=version, facts=facts)
    before = PartnerItem.version == version - 1
    return item.put_if(PartnerItem.pk.does_not_exist() if version == 1 else before)
