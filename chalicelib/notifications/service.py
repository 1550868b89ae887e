"""What happens to a message: prepared with its fact, sent when it may be, settled once.

Nothing accepted is lost: the item is in the fact's own transaction. The queue only makes it quick;
whatever the queue, the sender or the gateway drops, the sweep finds again by its due time.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib import clock, identifiers, observability, queues, sealing
from chalicelib.notifications import adapters, hours, store, templates
from chalicelib.notifications.store import OutboxItem
from chalicelib.observability import logger

TRY = timedelta(minutes=2)
"""How long one try may hold a message: more than the function's timeout."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
"""Waits after failed tries; after the last one the message is given up and an alarm raised."""
KEPT = timedelta(days=90)
"""How long a settled message stays, for questions; then the table forgets it by itself."""
SWEPT = 200
"""Messages per shard that one sweep wakes."""
_bell = queues.Bell("MESSAGE_QUEUE_URL")


class Message(NamedTuple):
    """What to tell whom. `fact` names the event, so that one fact gives one message to a person."""

    kind: str
    """A kind of `schemas/notifications/templates.json`, such as `claim_reported`."""
    fact: str
    to: str
    """A telephone number, or an address where the channel is `email`."""
    language: str
    values: dict[str, str]
    channel: str = "sms"


def outbox_item(message: Message, at: datetime) -> OutboxItem:
    """The item that the caller's store saves in the transaction of the fact itself.

    Words and the number are sealed here. `wake` with `message_id(item)` after the transaction.
    """
    text = templates.text(message.kind, message.language, message.values, message.channel, at)
    number = _comparable(message.to)
    source = f"{message.kind}\x00{message.fact}\x00{sealing.keyed_hash('phone', number)}"
    identity = hashlib.sha256(source.encode()).hexdigest()[:40]
    template = templates.template(message.kind, at)
    facts = {
        "kind": message.kind,
        "channel": message.channel,
        "language": message.language,
        "class": template["class"],
        "at_once": template["at_once"],
        "made_at": clock.stored(at),
        queues.ORIGIN: observability.request_id(),
    }
    sealed = sealing.seal("outbox", identity, {"to": number, **text._asdict()})
    due = hours.allowed(at, template["class"], at_once=template["at_once"])
    return store.item(identity, facts, sealed, due, None if number else "no-number")


def message_id(item: OutboxItem) -> str:
    """The id under which a gateway sees a message, the same on every try."""
    return item.pk.removeprefix("message/")


def tell(message: Message, at: datetime) -> bool:
    """Puts a message into the outbox that no other fact is stored with; False if it was there.

    The sweep wakes it when it is due.
    """
    return store.add(outbox_item(message, at))


def wake(items: list[OutboxItem], at: datetime) -> None:
    """Has due messages sent now. Only quickens: what fails here is found by the sweep."""
    due = [message_id(item) for item in items if item.waiting and item.due_at <= clock.stored(at)]
    if not due:
        return
    try:
        _bell.ring(({"message_id": identity} for identity in due), clock.now())
    # The fact is stored and its answer must not fail; the sweep comes within the minute.
    except Exception:  # noqa: BLE001 - see above; it is logged
        logger.exception("messages were not queued", count=len(due))


def sweep(at: datetime) -> int:
    """Wakes whatever is due and still waits; how many."""
    found = store.due(at, SWEPT)
    store.enqueue(found)
    if found:
        logger.info("messages were swept", count=len(found))
    return len(found)


def send(identity: str, at: datetime) -> None:
    """One try at a message; whatever comes of it is noted, and an early or second call is none."""
    item = store.get(identity)
    if item is None or item.state != "waiting" or item.due_at > clock.stored(at):
        return
    # A sweep has woken it, perhaps: its own request is the one that is asked about.
    with observability.going_on(item.facts.get(queues.ORIGIN)):
        _send(item, at)


def report_wrong(to: str, at: datetime) -> None:
    """The number is somebody else's: nothing goes there until it is confirmed again (I5)."""
    _note(to, "wrong", at)


def confirm(to: str) -> None:
    """The number was confirmed again."""
    _note(to, "wrong", None)


def opt_out(to: str, at: datetime) -> None:
    """Nothing but service messages goes there any more (N2)."""
    _note(to, "opted_out", at)


def opt_in(to: str) -> None:
    """The person wants messages again."""
    _note(to, "opted_out", None)


def reseal(key: str, _sort_key: str) -> bool:
    """Seals and marks one item anew if older keys made it; whether anything had to be written."""
    kind, _, rest = key.partition("/")
    if kind == store.MESSAGE:
        item = store.get(rest)
        if item is None or sealing.is_current("outbox", item.sealed):
            return False
        content = sealing.unseal("outbox", rest, item.sealed)
        return item.renew(sealing.seal("outbox", rest, content))
    known = store.number_item(rest)
    if known is None or (sealing.is_newest(rest) and sealing.is_current("outbox", known.sealed)):
        return False
    number = sealing.unseal("outbox", key, known.sealed)["to"]
    mark = sealing.keyed_hash("phone", number)
    return store.remark(known, mark, _sealed_number(mark, number))


def _send(item: OutboxItem, at: datetime) -> None:
    identity, facts = message_id(item), item.facts
    later = hours.allowed(at, facts["class"], at_once=facts["at_once"])
    if later > at:
        store.postpone(item, later, "quiet-hours")
        return
    if not adapters.ready(facts["channel"]):
        store.postpone(item, at + BACK_OFF[2], "not-configured")
        return
    if not store.claim(item, at + TRY):
        return
    content = sealing.unseal("outbox", identity, item.sealed)
    unwanted = _unwanted(content["to"], facts["class"])
    if unwanted:
        _settle(item, "skipped", at, unwanted)
        return
    try:
        adapters.send(
            facts["channel"], identity, content["to"], content["subject"], content["body"]
        )
    except adapters.DeliveryError as error:
        _failed(item, error, at)
    else:
        _settle(item, "sent", at)


def _note(to: str, what: str, since: datetime | None) -> None:
    """Under the newest mark; taken back under every live one."""
    number = _comparable(to)
    marks = sealing.hashes("phone", number)
    for mark in marks if since is None else marks[:1]:
        store.note_number(mark, _sealed_number(mark, number), what, since)


def _sealed_number(mark: str, number: str) -> bytes:
    return sealing.seal("outbox", f"{store.NUMBER}/{mark}", {"to": number})


def _unwanted(to: str, kind: str) -> str | None:
    known = store.number(sealing.hashes("phone", to))
    if "wrong" in known:
        return "wrong-number"
    if "opted_out" in known and kind != "service":
        return "opted-out"
    return None


def _failed(item: OutboxItem, error: adapters.DeliveryError, at: datetime) -> None:
    # `update` has read back how often it was tried, this time included.
    tried = int(item.attempts)
    if error.final or tried > len(BACK_OFF):
        _settle(item, "dead", at, error.code)
        logger.error("message was given up", message_id=message_id(item), reason=error.code)
        return
    store.postpone(item, at + BACK_OFF[tried - 1], error.code)
    logger.warning("message failed", message_id=message_id(item), reason=error.code, tried=tried)


def _settle(item: OutboxItem, state: str, at: datetime, reason: str | None = None) -> None:
    store.settle(item, state, at, int((at + KEPT).timestamp()), reason)
    logger.info("message was settled", message_id=message_id(item), state=state, reason=reason)


def _comparable(to: str) -> str:
    """A number without spaces, hyphens and the country's prefix; addresses as they are."""
    if "@" in to:
        return to.strip()
    bare = identifiers.id_no(to)
    for prefix in ("+86", "0086"):
        bare = bare.removeprefix(prefix)
    return bare
