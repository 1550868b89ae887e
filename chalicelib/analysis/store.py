"""Sealed blocks of profiles, notes of what changed, and tables, in DynamoDB.

`touched/<shard>` holds notes of policies whose newest version changed, gone once they are worked
off. `<kind>/<number>` holds a block: many profiles, sealed as one. `tables/<organisation>` holds
what may be shown, by day, and `scorecards/<organisation>` by year; `regions` has those that stand
apart in tables, by month. None of these has anything personal.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import aws, settings
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

BLOCK = "block"
REGIONS = "regions"
SCORECARDS = "scorecards/"
"""Begins the keys of yearly scorecards."""
SHARDS = 8
"""Partitions of notes: as many thousand writes a second before one is hot."""


class AnalysisItem(KeyedModel):
    """A note, a block or a table; which one says its key."""

    class Meta(TableMeta):
        table_name = TableName("ANALYSIS_TABLE")

    facts = CompactJSONAttribute(null=True)
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
    revision = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


def note(shard: int, name: str, policy_nos: list[str], *, claims: bool) -> None:
    """Notes that the newest versions of policies may have changed, or their claims."""
    facts = {"policies": policy_nos, "claims": claims}
    AnalysisItem(f"touched/{shard % SHARDS}", name, facts=facts).save()


def notes() -> Iterator[AnalysisItem]:
    """Every note that waits."""
    for shard in range(SHARDS):
        yield from AnalysisItem.query(f"touched/{shard}", consistent_read=True)


def forget(items: Iterable[AnalysisItem]) -> None:
    """Takes notes away that were worked off."""
    with AnalysisItem.batch_write() as batch:
        for item in items:
            batch.delete(item)


def blocks(names: Iterable[str]) -> Iterator[AnalysisItem]:
    """Blocks by their names, as far as they are there, in no order."""
    keys = [(name, BLOCK) for name in names]
    yield from AnalysisItem.batch_get(keys, consistent_read=True)


def put_block(name: str, sealed: bytes, count: int, before: AnalysisItem | None) -> bool:
    """Stores a block in place of what was read; False if another writer came first."""
    revision = int(before.revision) if before else 0
    item = AnalysisItem(name, BLOCK, sealed=sealed, facts={"count": count}, revision=revision + 1)
    unchanged: Any = (
        AnalysisItem.revision == revision if before else AnalysisItem.pk.does_not_exist()
    )
    return item.put_if(unchanged)


def put_tables(organisation: str, day: str, facts: dict[str, Any], expires_at: int) -> None:
    """Stores the tables of a day in place of those made before."""
    AnalysisItem(f"tables/{organisation}", day, facts=facts, expires_at=expires_at).save()


def tables(organisation: str, until: str) -> AnalysisItem | None:
    """The newest tables of a day until then."""
    found = AnalysisItem.query(
        f"tables/{organisation}", AnalysisItem.sk <= until, scan_index_forward=False, limit=1
    )
    return next(iter(found), None)


def regions(month: str) -> AnalysisItem | None:
    """Which regions stand apart in the tables of a month, or of the last before it."""
    found = AnalysisItem.query(
        REGIONS,
        AnalysisItem.sk <= month,
        scan_index_forward=False,
        limit=1,
        consistent_read=True,
    )
    return next(iter(found), None)


def put_regions(month: str, apart: list[str], expires_at: int) -> list[str]:
    """Stores them where there are none for the month; which stand there then."""
    item = AnalysisItem(REGIONS, month, facts={"apart": apart}, expires_at=expires_at)
    if not item.add():
        item = AnalysisItem.get(REGIONS, month, consistent_read=True)
    stored: list[str] = item.facts["apart"]
    return stored


def get(key: str, sort_key: str) -> AnalysisItem | None:
    """One item by its full key."""
    return AnalysisItem.standing(key, sort_key)


def put_scorecard(organisation: str, year: str, facts: dict[str, Any]) -> None:
    """Stores the scorecard of a year where there is none; what stood there before stays."""
    item = AnalysisItem(f"{SCORECARDS}{organisation}", year, facts=facts)
    item.add()


def scorecard(organisation: str, until: str) -> AnalysisItem | None:
    """The newest scorecard of a year until then."""
    found = AnalysisItem.query(
        f"{SCORECARDS}{organisation}", AnalysisItem.sk <= until, scan_index_forward=False, limit=1
    )
    return next(iter(found), None)


def scorecards(organisations: Iterable[str], year: str) -> dict[str, dict[str, Any]]:
    """What the scorecards of a year say, by organisation, as far as there are any."""
    keys = [(f"{SCORECARDS}{one}", year) for one in organisations]
    found = AnalysisItem.batch_get(keys, consistent_read=True) if keys else ()
    return {item.pk.removeprefix(SCORECARDS): item.facts for item in found}


def begun(period: str) -> bool:
    """Whether a quarter's service reports, or a year's scorecards, were asked for."""
    return get(f"service/{period}", "begun") is not None


def note_begun(period: str, count: int) -> None:
    """Notes that they were, for so many clients or organisations."""
    AnalysisItem(f"service/{period}", "begun", facts={"clients": count}).save()


def put_report(key: str, content: bytes) -> None:
    """Stores a service report; one with other figures becomes a new version of it."""
    aws.client("s3").put_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"),
        Key=key,
        Body=content,
        ContentType="application/pdf",
        ChecksumAlgorithm="SHA256",
    )
