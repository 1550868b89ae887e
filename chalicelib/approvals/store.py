"""Approvals in DynamoDB: one item each, its content sealed, its state only ever going forward."""

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import KeysOnlyProjection

from chalicelib.tables import ITEM_SCHEMA, SecondaryIndex, StoredModel, TableMeta, TableName

WAITING, APPROVED, REFUSED, DONE = "waiting", "approved", "refused", "done"


class WaitingIndex(SecondaryIndex):
    """What waits for its decision under its action, and for its end under `<action>/unfinished`."""

    class Meta(TableMeta):
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waiting = UnicodeAttribute(hash_key=True)
    asked_at = UnicodeAttribute(range_key=True)


class ApprovalItem(StoredModel):
    """What one person asks for and another decides."""

    class Meta(TableMeta):
        table_name = TableName("APPROVALS_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    action = UnicodeAttribute()
    organisation = UnicodeAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False)
    state = UnicodeAttribute()
    waiting = UnicodeAttribute(null=True)
    asked_by = UnicodeAttribute()
    asked_at = UnicodeAttribute()
    expires_at = UnicodeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = UnicodeAttribute(null=True)
    done_by = UnicodeAttribute(null=True)
    """Who finished it: another than who approved it, where that one could not."""
    done_at = UnicodeAttribute(null=True)
    by_waiting = WaitingIndex()


def add(item: ApprovalItem) -> bool:
    """Stores what is asked for; False if it was asked for before."""
    return item.add()


def get(approval_id: str) -> ApprovalItem | None:
    """As it stands at this moment."""
    return ApprovalItem.standing(approval_id)


def some(approval_ids: list[str]) -> list[ApprovalItem]:
    """Those that there are, as they stand at this moment."""
    return list(ApprovalItem.batch_get(approval_ids, consistent_read=True))


def decide(item: ApprovalItem, state: str, by: str, at: str) -> bool:
    """Writes the decision once; False if another decision came first."""
    actions: list[Action] = [
        ApprovalItem.state.set(state),
        ApprovalItem.decided_by.set(by),
        ApprovalItem.decided_at.set(at),
        ApprovalItem.waiting.set(_unfinished(item.action))
        if state == APPROVED
        else ApprovalItem.waiting.remove(),
    ]
    # Whatever the service forgot: the same person never decides on his own.
    condition = (ApprovalItem.state == WAITING) & (ApprovalItem.asked_by != by)
    return item.change_if(actions, condition)


def done(item: ApprovalItem, by: str, at: str) -> bool:
    """Notes that the approved action has been carried out."""
    actions: list[Action] = [
        ApprovalItem.state.set(DONE),
        ApprovalItem.done_by.set(by),
        ApprovalItem.done_at.set(at),
        ApprovalItem.waiting.remove(),
    ]
    return item.change_if(actions, ApprovalItem.state == APPROVED)


def waiting(action: str, since: str, limit: int) -> list[ApprovalItem]:
    """What was approved and not finished, then what waits for a second person since an instant."""
    index = ApprovalItem.by_waiting
    younger = ApprovalItem.asked_at >= since
    keys = [item.pk for item in index.query(_unfinished(action), limit=limit)]
    keys += [item.pk for item in index.query(action, younger, limit=limit)]
    found = {item.pk: item for item in ApprovalItem.batch_get(keys)}
    return [found[key] for key in keys if key in found]


def _unfinished(action: str) -> str:
    return f"{action}/unfinished"
