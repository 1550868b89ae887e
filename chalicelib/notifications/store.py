"""The outbox in DynamoDB: `message/…` one item each, `number/…` what is known of a number."""

from datetime import datetime
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import KeysOnlyProjection

from chalicelib import clock, queues
from chalicelib.tables import (
    ITEM_SCHEMA,
    CompactJSONAttribute,
    KeyedModel,
    SecondaryIndex,
    TableMeta,
    TableName,
)

MESSAGE, NUMBER = "message", "number"
SHARDS = 8
"""Partitions of what waits; the sweep asks each of them."""


class WaitingIndex(SecondaryIndex):
    """Messages that are still to be sent, by when they are due; sent ones leave it."""

    class Meta(TableMeta):
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waiting = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class OutboxItem(KeyedModel):
    """One message. Whom it goes to and its words are sealed; the rest names nobody."""

    class Meta(TableMeta):
        table_name = TableName("OUTBOX_TABLE")

    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    state = UnicodeAttribute()
    """`waiting`, `sent`, `skipped` (nobody wants it) or `dead` (given up)."""
    waiting = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute()
    attempts = NumberAttribute(default=0)
    reason = UnicodeAttribute(null=True)
    settled_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    by_waiting = WaitingIndex()


class NumberItem(KeyedModel):
    """What is known of a telephone number or address, under its keyed hash."""

    class Meta(TableMeta):
        table_name = TableName("OUTBOX_TABLE")

    sealed = BinaryAttribute(legacy_encoding=False)
    """The number itself, so that it can be marked anew when keys change."""
    wrong_since = UnicodeAttribute(null=True)
    opted_out_since = UnicodeAttribute(null=True)


def get(message_id: str) -> OutboxItem | None:
    """A message as it stands now."""
    return OutboxItem.standing(_key(message_id), MESSAGE)


def item(
    message_id: str, facts: dict[str, Any], sealed: bytes, due_at: datetime, skipped: str | None
) -> OutboxItem:
    """A new message, not saved: the caller's store saves it in the transaction of its fact."""
    shard = int(message_id[:4], 16) % SHARDS
    return OutboxItem(
        _key(message_id),
        MESSAGE,
        facts=facts,
        sealed=sealed,
        state="skipped" if skipped else "waiting",
        waiting=None if skipped else f"waiting/{shard}",
        due_at=clock.stored(due_at),
        reason=skipped,
    )


def add(new: OutboxItem) -> bool:
    """Saves a message by itself; False if its fact has been told already."""
    return new.add()


def claim(found: OutboxItem, until: datetime) -> bool:
    """Takes the message for one try that ends at `until`; False if another try has it.

    The end of the try becomes the time at which the message is due again: should this process
    die, the sweep finds it then.
    """
    return found.change_if(
        [
            OutboxItem.due_at.set(clock.stored(until)),
            OutboxItem.attempts.set(OutboxItem.attempts + 1),
        ],
        (OutboxItem.state == "waiting") & (OutboxItem.due_at == found.due_at),
    )


def settle(
    found: OutboxItem, state: str, at: datetime, expires_at: int, reason: str | None = None
) -> bool:
    """The message is done with, as `sent`, `skipped` or `dead`."""
    actions: list[Any] = [
        OutboxItem.state.set(state),
        OutboxItem.settled_at.set(clock.stored(at)),
        OutboxItem.waiting.remove(),
    ]
    # What was given up stays until a person has looked at it.
    if state != "dead":
        actions.append(OutboxItem.expires_at.set(expires_at))
    if reason:
        actions.append(OutboxItem.reason.set(reason))
    return found.change_if(actions, OutboxItem.state == "waiting")


def postpone(found: OutboxItem, due_at: datetime, reason: str) -> bool:
    """The next try is not before `due_at`."""
    return found.change_if(
        [OutboxItem.due_at.set(clock.stored(due_at)), OutboxItem.reason.set(reason)],
        OutboxItem.state == "waiting",
    )


def due(at: datetime, limit: int) -> list[str]:
    """Ids of messages that wait and are due, the oldest of each shard first."""
    return [
        found.pk.removeprefix("message/")
        for shard in range(SHARDS)
        for found in OutboxItem.by_waiting.query(
            f"waiting/{shard}", OutboxItem.due_at <= clock.stored(at), limit=limit
        )
    ]


def number(marks: list[str]) -> dict[str, str]:
    """`{"wrong": since, "opted_out": since}` as far as known of a number, by its keyed hashes."""
    known: dict[str, str] = {}
    for mark in marks:
        found = NumberItem.standing(f"{NUMBER}/{mark}", NUMBER, consistent=False)
        if found is None:
            continue
        known |= {"wrong": found.wrong_since} if found.wrong_since else {}
        known |= {"opted_out": found.opted_out_since} if found.opted_out_since else {}
    return known


def note_number(mark: str, sealed: bytes, what: str, since: datetime | None) -> None:
    """Notes that a number is `wrong` or `opted_out` since then, or takes that back."""
    attribute = {"wrong": NumberItem.wrong_since, "opted_out": NumberItem.opted_out_since}[what]
    action = attribute.set(clock.stored(since)) if since else attribute.remove()
    actions: list[Any] = [action, NumberItem.sealed.set(sealed), NumberItem.schema.set(ITEM_SCHEMA)]
    NumberItem(f"{NUMBER}/{mark}", NUMBER).update(actions=actions)


def number_item(mark: str) -> NumberItem | None:
    """What is noted under one keyed hash."""
    return NumberItem.standing(f"{NUMBER}/{mark}", NUMBER)


def remark(old: NumberItem, mark: str, sealed: bytes) -> bool:
    """Moves what is noted of a number under its newest keyed hash; newer notes there stay."""
    if old.pk != f"{NUMBER}/{mark}":
        actions: list[Any] = [
            NumberItem.sealed.set(sealed),
            NumberItem.schema.set(ITEM_SCHEMA),
        ]
        for attribute in (NumberItem.wrong_since, NumberItem.opted_out_since):
            since = getattr(old, attribute.attr_name)
            if since:
                # `|` is if_not_exists: what was noted under the newest mark is newer.
                actions.append(attribute.set(attribute | since))
        NumberItem(f"{NUMBER}/{mark}", NUMBER).update(actions=actions)
        old.delete()
    else:
        old.update(actions=[NumberItem.sealed.set(sealed)])
    return True


def enqueue(message_ids: list[str]) -> None:
    """Wakes the sender; every message is taken by the queue or the call fails."""
    queues.send("MESSAGE_QUEUE_URL", ({"message_id": message_id} for message_id in message_ids))


def _key(message_id: str) -> str:
    return f"{MESSAGE}/{message_id}"
