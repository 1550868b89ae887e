"""Samples in DynamoDB: an item per policy drawn, found by sample, or by organisation and due day.

Nothing personal stands in them: names and numbers are read from the policy when a list is shown.
"""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import TransactWriteError
from pynamodb.indexes import KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import CompactJSONAttribute, KeyedModel, SecondaryIndex, TableMeta, TableName


class DueIndex(SecondaryIndex):
    """Drawn policies of an organisation by the day on which their data must be right."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    organisation = UnicodeAttribute(hash_key=True)
    due_on = UnicodeAttribute(range_key=True)


class DrawnItem(KeyedModel):
    """One policy of a sample, with the calls made so far."""

    class Meta(TableMeta):
        table_name = TableName("UPKEEP_TABLE")

    organisation = UnicodeAttribute()
    due_on = UnicodeAttribute()
    by_due = DueIndex()
    state = UnicodeAttribute()
    facts = CompactJSONAttribute()
    revision = NumberAttribute(default=1)


def add(items: Iterable[DrawnItem]) -> None:
    """Stores drawn policies; those that are there already stay as they are."""
    for item in items:
        item.add()


def of_sample(sample_no: str) -> list[DrawnItem]:
    """The policies of a sample."""
    return list(DrawnItem.query(sample_no, consistent_read=True))


def get(sample_no: str, policy_no: str) -> DrawnItem | None:
    """One policy of a sample."""
    return DrawnItem.standing(sample_no, policy_no)


def noted(item: DrawnItem, state: str, facts: dict[str, Any]) -> bool:
    """Writes what a call came to; False if another came first."""
    return item.change_if(
        [
            DrawnItem.state.set(state),
            DrawnItem.facts.set(facts),
            DrawnItem.revision.set(item.revision + 1),
        ],
        DrawnItem.revision == item.revision,
    )


def of_organisation(organisation: str, limit: int) -> list[DrawnItem]:
    """Drawn policies of this very organisation, the newest deadlines first."""
    found = DrawnItem.by_due.query(organisation, scan_index_forward=False, limit=limit)
    keys = [(item.pk, item.sk) for item in found]
    return list(DrawnItem.batch_get(keys, consistent_read=True)) if keys else []


FIGURES = (
    *("rows", "complete"),
    *("policyholder_name", "policyholder_sex", "policyholder_birth_date", "policyholder_id_type"),
    *("policyholder_id_no", "policyholder_phone", "policyholder_address"),
    *("insured_name", "insured_sex", "insured_birth_date", "insured_id_type", "insured_id_no"),
    "relation",
)
"""What is counted of rows: all, those that lack nothing, and those that lack each item."""
PER_TRANSACTION = 90


class QualityItem(KeyedModel):
    """What all files together say of one organisation's, agent's or intermediary's data."""

    class Meta(TableMeta):
        table_name = TableName("UPKEEP_TABLE")

    rows = NumberAttribute(default=0)
    complete = NumberAttribute(default=0)
    policyholder_name = NumberAttribute(default=0)
    policyholder_sex = NumberAttribute(default=0)
    policyholder_birth_date = NumberAttribute(default=0)
    policyholder_id_type = NumberAttribute(default=0)
    policyholder_id_no = NumberAttribute(default=0)
    policyholder_phone = NumberAttribute(default=0)
    policyholder_address = NumberAttribute(default=0)
    insured_name = NumberAttribute(default=0)
    insured_sex = NumberAttribute(default=0)
    insured_birth_date = NumberAttribute(default=0)
    insured_id_type = NumberAttribute(default=0)
    insured_id_no = NumberAttribute(default=0)
    relation = NumberAttribute(default=0)


def count(file: str, chunk: int, added: dict[tuple[str, str], dict[str, int]]) -> bool:
    """Adds a part of a file's figures, once however often; False if others kept coming first."""
    marker = QualityItem(f"quality-file/{file}", f"{chunk:06d}")
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.save(marker, condition=QualityItem.pk.does_not_exist())
            for (dimension, code), figures in added.items():
                actions = [
                    getattr(QualityItem, name).add(number) for name, number in figures.items()
                ]
                item = QualityItem(f"quality/{dimension}", code)
                transaction.update(item, actions=actions)
    except TransactWriteError as error:
        first = error.cancellation_reasons[0] if error.cancellation_reasons else None
        if first is not None and first.code == "ConditionalCheckFailed":
            return True
        if tables.overtaken(error):
            return False
        raise
    return True


def quality(dimension: str, after: str | None, limit: int) -> list[QualityItem]:
    """The figures of a dimension by code."""
    start = after and {"pk": {"S": f"quality/{dimension}"}, "sk": {"S": after}}
    return list(
        QualityItem.query(f"quality/{dimension}", limit=limit, last_evaluated_key=start or None)
    )


def qualities(dimension: str, codes: Iterable[str]) -> list[QualityItem]:
    """The figures of these codes, as far as there are any."""
    keys = [(f"quality/{dimension}", code) for code in codes]
    return list(QualityItem.batch_get(keys)) if keys else []
