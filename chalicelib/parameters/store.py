"""Parameters in DynamoDB: each version an item, none ever changed."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, StoredModel, TableMeta, TableName


class ParameterItem(StoredModel):
    """A version of a parameter: its value from a day on, and the approval that brought it."""

    class Meta(TableMeta):
        table_name = TableName("PARAMETERS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = NumberAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    value = CompactJSONAttribute()
    holds_from = UnicodeAttribute()
    approval_id = UnicodeAttribute()


def versions(name: str) -> list[ParameterItem]:
    """All versions, the newest first."""
    return list(ParameterItem.query(name, scan_index_forward=False, consistent_read=True))


def add(item: ParameterItem) -> str:
    """Stores a version unless its number is taken; the approval that holds the number now."""
    standing = item if item.add() else ParameterItem.get(item.pk, item.sk, consistent_read=True)
    return str(standing.approval_id)
