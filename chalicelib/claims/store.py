"""Claims in DynamoDB, beside each other by the policy (or plate) that they name.

`policy/<number>` holds `claim/<no>/report`, `claim/<no>/event/<at>/<id>` and `losses` (what was
reported of it, to know a duplicate). `claim/<no>` holds `where` (where a report lies), `case` (how
the claim stands: what work lists and clocks are read from) and `message/<at>/<id>`. `key/…` are
idempotency records, `outgoing/<shard>` what the core system is still to get. Whatever happens is
one transaction of all that it changes and its message.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast
from zlib import crc32

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import KeysOnlyProjection

from chalicelib import storage, tables, watches
from chalicelib.tables import FactsModel, SecondaryIndex, TableMeta, TableName

CASE, LOSSES, WHERE, MESSAGE = "case", "losses", "where", "message/"
CLOCK_SHARDS = 8
"""Partitions of clocks that run; the watch asks each of them."""
OUTGOING_SHARDS = 8
REPORTED_SHARDS = 8
"""Partitions of a day's reports: one day of storms must not slow down its own reports."""


class DeskIndex(SecondaryIndex):
    """Claims that wait, by organisation and department, the oldest promise first."""

    class Meta:
        index_name = "desk"
        projection = KeysOnlyProjection()

    desk = UnicodeAttribute(hash_key=True)
    promise = UnicodeAttribute(range_key=True)


class AgentIndex(SecondaryIndex):
    """Claims that wait, by the agent of their policy, the oldest promise first."""

    class Meta:
        index_name = "agent"
        projection = KeysOnlyProjection()

    agent = UnicodeAttribute(hash_key=True)
    promise = UnicodeAttribute(range_key=True)


class ClockIndex(SecondaryIndex):
    """Claims whose clocks have something to say, by when."""

    class Meta:
        index_name = "clock"
        projection = KeysOnlyProjection()

    clock = UnicodeAttribute(hash_key=True)
    alert_at = UnicodeAttribute(range_key=True)


class ReportedIndex(SecondaryIndex):
    """Reports by the day on which they came, for the day's figures."""

    class Meta:
        index_name = "reported"
        projection = KeysOnlyProjection()

    reported_on = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class ClaimItem(FactsModel):
    """Anything of a claim: open facts, what is personal sealed."""

    class Meta(TableMeta):
        table_name = TableName("CLAIMS_TABLE")

    version = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    desk = UnicodeAttribute(null=True)
    agent = UnicodeAttribute(null=True)
    promise = UnicodeAttribute(null=True)
    clock = UnicodeAttribute(null=True)
    alert_at = UnicodeAttribute(null=True)
    reported_on = UnicodeAttribute(null=True)
    """Of a report alone: `<day>/<shard>`."""
    by_desk = DeskIndex()
    by_agent = AgentIndex()
    by_clock = ClockIndex()
    by_day = ReportedIndex()


class Report(NamedTuple):
    """What one transaction stores."""

    report: ClaimItem
    event: ClaimItem
    where: ClaimItem
    losses: ClaimItem
    key: ClaimItem | None
    case: ClaimItem
    outgoing: ClaimItem
    messages: list[Any]
    """Items of the outbox, saved as they are (notifications.service.outbox_item)."""


def get(key: str, sort_key: str) -> ClaimItem | None:
    """One item by its full key, as it stands now."""
    return ClaimItem.standing(key, sort_key)


class Seen(NamedTuple):
    """What there is already where a report is to be stored."""

    losses: ClaimItem | None
    key: ClaimItem | None
    beside: list[Any]
    """What another room wanted to be read with it."""


def seen(place: str, key: tuple[str, str] | None, beside: tables.Keys) -> Seen:
    """`losses` of the place, the idempotency record and what is read beside: one round trip."""
    keys = [(place, LOSSES), *([key] if key else [])]
    ours, others = tables.read_together(tables.Keys(ClaimItem, keys), beside)
    found = {item.sk: item for item in cast(list[ClaimItem], ours)}
    return Seen(found.get(LOSSES), found.get(key[1]) if key else None, others)


def of_partition(key: str) -> list[ClaimItem]:
    """Everything that stands under a key."""
    return list(ClaimItem.query(key))


def losses(place: str) -> tables.Keys:
    """Where it stands that anything was reported of a policy: written with every report."""
    return tables.Keys(ClaimItem, [(place, LOSSES)], presence=True)


def of(key: str, claim_no: str = "") -> list[ClaimItem]:
    """Reports and events of a policy, or of one claim, in the order of their keys."""
    start = f"claim/{claim_no}/" if claim_no else "claim/"
    return list(ClaimItem.query(key, ClaimItem.sk.startswith(start), consistent_read=True))


def write(report: Report) -> bool:
    """Stores all or nothing; False if another report came first and all must be decided anew."""
    absent = ClaimItem.pk.does_not_exist()
    read = int(report.losses.version) - 1
    with tables.Together() as transaction:
        transaction.save(report.report, condition=absent)
        transaction.save(report.event, condition=absent)
        transaction.save(report.where, condition=absent)
        transaction.save(report.case, condition=absent)
        transaction.save(report.outgoing, condition=absent)
        unchanged: Any = ClaimItem.version == read if read else absent
        transaction.save(report.losses, condition=unchanged)
        if report.key is not None:
            transaction.save(report.key, condition=absent)
        for message in report.messages:
            transaction.save(message, condition=type(message).pk.does_not_exist())
    return transaction.done


def keep(key: ClaimItem) -> bool:
    """Stores the record of a key; False if there is one already."""
    return key.put_if(ClaimItem.pk.does_not_exist())


def about(claim_no: str) -> list[ClaimItem]:
    """`where`, `case` and the messages of one claim."""
    return list(ClaimItem.query(f"claim/{claim_no}", consistent_read=True))


def cases(claim_nos: Iterable[str]) -> dict[str, ClaimItem]:
    """How claims stand, by their numbers."""
    keys = [(f"claim/{claim_no}", CASE) for claim_no in claim_nos]
    found = ClaimItem.batch_get(keys, consistent_read=True) if keys else []
    return {item.pk.removeprefix("claim/"): item for item in found}


def change(case: ClaimItem, added: Iterable[ClaimItem], messages: Iterable[Any]) -> bool:
    """Adds events and what they make of the case, all or nothing; False if another came first.

    `case.version` is the new one; 1 for a claim that had none.
    """
    before = int(case.version) - 1
    absent = ClaimItem.pk.does_not_exist()
    with tables.Together() as transaction:
        unchanged: Any = ClaimItem.version == before if before else absent
        transaction.save(case, condition=unchanged)
        for item in added:
            transaction.save(item, condition=absent)
        for message in messages:
            transaction.save(message, condition=type(message).pk.does_not_exist())
    return transaction.done


def add(items: Iterable[ClaimItem]) -> bool:
    """Stores new items, all or none; False if one of them is there already."""
    with tables.Together() as transaction:
        for item in items:
            transaction.save(item, condition=ClaimItem.pk.does_not_exist())
    return transaction.done


def mark_known(place: str) -> None:
    """Notes that there is something here of the policy's claims, for queries that look first."""
    ClaimItem(place, LOSSES, facts={"losses": []}, version=1).add()


def on_desk(desk: str, after: str | None, limit: int) -> list[tuple[str, str]]:
    """(promise key, claim number) of one desk after a promise key, oldest promise first."""
    newer = None if after is None else ClaimItem.promise > after
    found = ClaimItem.by_desk.query(desk, newer, limit=limit)
    return [(item.promise, item.pk.removeprefix("claim/")) for item in found]


def of_agent(agent: str, after: str | None, limit: int) -> list[tuple[str, str]]:
    """The same for the policies of an agent."""
    newer = None if after is None else ClaimItem.promise > after
    found = ClaimItem.by_agent.query(agent, newer, limit=limit)
    return [(item.promise, item.pk.removeprefix("claim/")) for item in found]


def alerts(until: str) -> list[str]:
    """Numbers of claims with a clock that has something to say by then, due longest first."""
    return watches.due(ClaimItem.by_clock, ClaimItem.alert_at, CLOCK_SHARDS, until)


def reported_on(day: str, claim_no: str) -> str:
    """Where the reports of Shanghai's day (ISO) stand, of which this is one."""
    return f"{day}/{crc32(claim_no.encode()) % REPORTED_SHARDS}"


def reported(day: str) -> Iterator[ClaimItem]:
    """The reports of Shanghai's day (ISO), in no order."""
    for shard in range(REPORTED_SHARDS):
        keys = [(item.pk, item.sk) for item in ClaimItem.by_day.query(f"{day}/{shard}")]
        yield from ClaimItem.batch_get(keys) if keys else []


def outgoing() -> Iterator[ClaimItem]:
    """Reports that the core system is still to get."""
    for shard in range(OUTGOING_SHARDS):
        yield from ClaimItem.query(f"outgoing/{shard}", consistent_read=True)


def put_outgoing(key: str, content: bytes) -> None:
    """Puts a file for the core system where there is none yet; the first one stays."""
    storage.put_once(key, content, "application/x-ndjson")


def keep_letter(key: str, content: bytes) -> None:
    """Keeps a letter where there is none yet; the first one stays."""
    storage.put_once(key, content, "application/pdf")


def handed_out(item: ClaimItem) -> None:
    """The core system has it: it waits no longer."""
    item.delete()
