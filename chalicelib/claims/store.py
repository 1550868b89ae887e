"""Reports in DynamoDB, beside each other by the policy (or plate) that they name.

`policy/<number>` holds `claim/<no>/report`, `claim/<no>/event/<at>/<id>` and `losses` (what was
reported of it, to know a duplicate); `claim/<no>` says where a claim lies; `key/…` are idempotency
records. A report is one transaction of all of them and its message.
"""

from typing import Any, NamedTuple

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, TableMeta, TableName


class ClaimItem(Model):
    """Anything of a claim: open facts, what is personal sealed."""

    class Meta(TableMeta):
        table_name = TableName("CLAIMS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    version = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class Report(NamedTuple):
    """What one transaction stores."""

    report: ClaimItem
    event: ClaimItem
    where: ClaimItem
    losses: ClaimItem
    key: ClaimItem | None
    messages: list[Any]
    """Items of the outbox, saved as they are (notifications.service.outbox_item)."""


def get(key: str, sort_key: str) -> ClaimItem | None:
    """One item by its full key, as it stands now."""
    try:
        return ClaimItem.get(key, sort_key, consistent_read=True)
    except DoesNotExist:
        return None


def losses(place: str) -> tables.Keys:
    """Where it stands that anything was reported of a policy: written with every report."""
    return tables.Keys(ClaimItem, [(place, "losses")], presence=True)


def of(key: str, claim_no: str = "") -> list[ClaimItem]:
    """Reports and events of a policy, or of one claim, in the order of their keys."""
    start = f"claim/{claim_no}/" if claim_no else "claim/"
    return list(ClaimItem.query(key, ClaimItem.sk.startswith(start), consistent_read=True))


def write(report: Report) -> bool:
    """Stores all or nothing; False if another report came first and all must be decided anew."""
    absent = ClaimItem.pk.does_not_exist()
    read = int(report.losses.version) - 1
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            transaction.save(report.report, condition=absent)
            transaction.save(report.event, condition=absent)
            transaction.save(report.where, condition=absent)
            unchanged: Any = ClaimItem.version == read if read else absent
            transaction.save(report.losses, condition=unchanged)
            if report.key is not None:
                transaction.save(report.key, condition=absent)
            for message in report.messages:
                transaction.save(message, condition=type(message).pk.does_not_exist())
    except TransactWriteError as error:
        if tables.overtaken(error):
            return False
        raise
    return True


def renew(item: ClaimItem, sealed: bytes) -> bool:
    """Puts the same content under a newer key; False if it changed meanwhile."""
    try:
        with TransactWrite(connection=tables.connection()) as transaction:
            actions: list[Any] = [ClaimItem.sealed.set(sealed)]
            transaction.update(item, actions=actions, condition=ClaimItem.sealed == item.sealed)
    except TransactWriteError as error:
        if any(r and r.code == "ConditionalCheckFailed" for r in error.cancellation_reasons):
            return False
        raise
    return True
