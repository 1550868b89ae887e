"""Partners in DynamoDB, in one partition beside the queries that are counted for them."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError

from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, StoredModel, TableMeta, TableName

PARTITION = "partners"


class PartnerItem(StoredModel):
    """What staff registered of one partner."""

    class Meta(TableMeta):
        table_name = TableName("QUERIES_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    version = NumberAttribute()
    facts = CompactJSONAttribute()


def get(code: str) -> tuple[int, dict[str, Any]] | None:
    """Version and facts of a partner, None if staff registered none."""
    try:
        item = PartnerItem.get(PARTITION, code, consistent_read=True)
    except DoesNotExist:
        return None
    return int(item.version), item.facts


def put(code: str, version: int, facts: dict[str, Any]) -> bool:
    """Stores the version in place of the one before; False if somebody else came first."""
    item = PartnerItem(PARTITION, code, version=version, facts=facts)
    before = PartnerItem.version == version - 1
    try:
        item.save(condition=PartnerItem.pk.does_not_exist() if version == 1 else before)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True
