"""Writing policies and their parts: together or not at all, never over what nobody has read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.expressions.condition import Condition

from chalicelib import bodies, tables
from chalicelib.policies.items import (
    CURRENT,
    OUT_OF_INDEXES,
    RENEWED,
    PartItem,
    PolicyItem,
    history_key,
)
from chalicelib.tables import ITEM_SCHEMA

TRANSACTION_ITEMS = 100
TRANSACTION_BYTES = 3_000_000
Item = dict[str, Any]
"""A new version as DynamoDB takes it."""


class Write(NamedTuple):
    """One version to be stored: as current in place of `replaces`, or straight into history."""

    item: Item
    replaces: PolicyItem | None
    renewals: dict[str, bool]
    """Numbers of policies that this one continues, or (False) no longer does."""


def new(**values: Any) -> Item:
    """A version that is not there yet, by the names and types of `PolicyItem`'s attributes."""
    return tables.as_stored(PolicyItem, {"schema": ITEM_SCHEMA, **values})


class PartWrite(NamedTuple):
    """A part in place of what was read of it, and what changes in its history with that."""

    item: PartItem
    replaces: PartItem | None
    past: Sequence[PartItem] = ()
    gone: Sequence[str] = ()
    """Sort keys of history that is told otherwise by now."""


def write_parts(writes: Sequence[PartWrite]) -> bool:
    """Stores parts in place of what was read; False if another writer came first.

    Each is stored with its history or not at all; of many some may be stored when it says False.
    """
    done = True
    for together in _together(writes):
        with tables.Together() as transaction:
            for item, replaces, replaced, gone in together:
                item.revision = int((replaces and replaces.revision) or 0) + 1
                transaction.save(item, condition=_unwritten(replaces))
                for one in replaced:
                    transaction.save(one)
                for key in gone:
                    transaction.delete(PartItem(item.pk, key))
        done = transaction.done and done
    return done


def _together(writes: Sequence[PartWrite]) -> Iterator[list[PartWrite]]:
    """Transactions of at most 100 items; a part stays with its history."""
    found: list[PartWrite] = []
    items = 0
    for write in writes:
        count = 1 + len(write.past) + len(write.gone)
        if found and items + count > TRANSACTION_ITEMS:
            yield found
            found, items = [], 0
        found.append(write)
        items += count
    if found:
        yield found


def _unwritten(item: PartItem | None) -> Condition:
    """That nobody wrote the part since it was read."""
    if item is None:
        return PartItem.pk.does_not_exist()
    # PynamoDB's types say nothing of null=True.
    revision: float | None = item.revision
    same = PartItem.source == item.source
    if revision is None:
        return cast(Condition, same & PartItem.revision.does_not_exist())
    return cast(Condition, same & (PartItem.revision == revision))


def reached(policy_no: str) -> None:
    """Notes that there is a number by now."""
    item = PolicyItem(policy_no, CURRENT)
    item.change_if([PolicyItem.unreached.remove()], PolicyItem.unreached.exists())


def set_agenda(item: PartItem, agent: str | None) -> None:
    """Puts an instalment on the agenda of the agent whose customer it is by now."""
    actions: list[Any] = [PartItem.agenda.remove()]
    if agent:
        due = str(item.day).removeprefix("due/")
        actions = [PartItem.agenda.set(agent), PartItem.agenda_on.set(due)]
    # A file that read the agent of before decides anew.
    actions.append(PartItem.revision.set(int(item.revision or 0) + 1))
    # Whoever wrote it meanwhile has put it where it belongs.
    item.change_if(actions, _unwritten(item) & PartItem.day.exists())


class Transaction:
    """Versions that are stored together or not at all; written first, sent by `commit`."""

    def __init__(self, writes: Iterable[Write]) -> None:
        puts: list[Item] = []
        deletes: list[Item] = []
        renewals: dict[str, tuple[bool, Item]] = {}
        for item, replaces, renewed in writes:
            renewals |= {number: (stands, item) for number, stands in renewed.items()}
            if replaces is None:
                new = PolicyItem.pk.does_not_exist()
                puts.append(tables.put_of(PolicyItem, item, new))
            else:
                history = _as_history(replaces).serialize()
                puts.append(tables.put_of(PolicyItem, item, _still(replaces)))
                puts.append(tables.put_of(PolicyItem, history))
        for number, (stands, item) in renewals.items():
            if stands:
                puts.append(tables.put_of(PartItem, _renewed(number, item)))
            else:
                key = {"pk": {"S": number}, "sk": {"S": RENEWED}}
                deletes.append({"TableName": PartItem.Meta.table_name, "Key": key})
        self._items = bodies.Written(
            [*({"Delete": one} for one in deletes), *({"Put": one} for one in puts)]
        )

    def commit(self) -> bool:
        """False if another writer came first and all must be decided anew."""
        try:
            tables.connection().write(self._items)
        except TransactWriteError as error:
            if not tables.overtaken(error):
                raise
            return False
        return True


def transactions(writes: Sequence[Write], limit: int) -> list[Transaction]:
    """Transactions of at most `limit` items (DynamoDB: 100 and 4 MB) and at least one row.

    A row whose version replaces another takes two items, one that continues another policy one
    more. Smaller ones after each round that other writers won: the fewer rows share a transaction,
    the fewer wait for each other.
    """
    found: list[Transaction] = []
    part: list[Write] = []
    items = size = 0
    for write in writes:
        versions = 1 if write.replaces is None else 2
        count = versions + len(write.renewals)
        weight = versions * (len(write.item["sealed"]["B"]) + 4 * len(write.item["facts"]["S"]))
        if part and (items + count > limit or size + weight > TRANSACTION_BYTES):
            found.append(Transaction(part))
            part, items, size = [], 0, 0
        part.append(write)
        items, size = items + count, size + weight
    return [*found, Transaction(part)] if part else found


def renew(item: PolicyItem, renewed: dict[str, Any]) -> bool:
    """Puts new seals and marks in place of those read; False if another writer came first."""
    actions: list[Any] = [
        getattr(PolicyItem, name).set(value) for name, value in renewed.items() if value is not None
    ]
    return item.change_if(actions, PolicyItem.sealed == item.sealed)


def set_document(policy_no: str, number: int, document: dict[str, Any]) -> None:
    """Notes where the document of a version stands, wherever that version is by now."""
    for key in (CURRENT, history_key(number)):
        item, actions = PolicyItem(policy_no, key), [PolicyItem.document.set(document)]
        if item.change_if(actions, PolicyItem.version == number):
            return
    raise DoesNotExist(f"version {number} of a policy whose document was made")


def _renewed(policy_no: str, by: Item) -> Item:
    """What says, where the policy is read, that it goes on in another one."""
    return tables.as_stored(
        PartItem,
        {
            "pk": policy_no,
            "sk": RENEWED,
            "schema": ITEM_SCHEMA,
            "facts": {"by": by["pk"]["S"]},
            "source": by["source"]["S"],
            "imported_at": by["imported_at"]["S"],
        },
    )


def _still(item: PolicyItem) -> Condition:
    """That nobody changed the item since it was read, its document's state included."""
    same = (PolicyItem.version == item.version) & (PolicyItem.source == item.source)
    if item.document is None:
        return cast(Condition, same & PolicyItem.document.does_not_exist())
    return cast(Condition, same & (PolicyItem.document == item.document))


def _as_history(item: PolicyItem) -> PolicyItem:
    """The item under its history key, out of the indexes, which know current policies only."""
    kept = {name: getattr(item, name) for name in PolicyItem.get_attributes()}
    return PolicyItem(**{**kept, "sk": history_key(int(item.version)), **OUT_OF_INDEXES})
