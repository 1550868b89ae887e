"""The day's figures: notes of changed policies worked off, everything counted, tables published.

Blocks hold what is known now, and the day decides what of it counts: run again, the same data give
the same tables. What came late or was taken back is right in the next run.
"""

import secrets
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib import clock, dated
from chalicelib.analysis import blocks, counting, losses, profiles, publishing, regions, store
from chalicelib.analysis.counting import Counts
from chalicelib.analysis.profiles import Profile
from chalicelib.analysis.regions import Division
from chalicelib.analysis.tree import Tree
from chalicelib.documents import service as documents
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.privacy import restrictions

LETTER = "tables"
PRINTED = frozenset({"head_office", "province"})
"""Levels whose tables are set as PDF every night; a sheet takes a second."""
KIND = "policies"
BLOCKS = 1024
"""At 60 bytes a profile, seven million policies before a block is as large as an item may be."""
TOGETHER = 1000
"""Notes whose policies are looked up together."""
PER_PASS = 300_000
"""Profiles grouped by person at once; more are counted in several passes over the blocks."""
SWEPT_IN = 28
"""Days in which every block is looked through once for what need not stay."""
SHOWN_DAYS = 800
"""How long the tables of a day stay: two years can be compared."""


def run(at: datetime) -> dict[str, int]:
    """Shanghai's day before the moment; how many policies changed and whose tables were made."""
    day = clock.shanghai_day(at) - timedelta(days=1)
    rule = dated.in_force("data/analysis", day)
    changed = refresh(day, rule)
    tree = Tree(organisations.parents(day))
    expires_at = int((clock.start_of_day(day) + timedelta(days=SHOWN_DAYS)).timestamp())
    counts = by_regions(
        lambda division: count(tree, day, rule, division), day, rule["regions"], expires_at
    )
    made = 0
    printed = _printed(day)
    for organisation, shown in publishing.publish(counts, tree):
        store.put_tables(organisation, day.isoformat(), shown, expires_at)
        if organisation in printed:
            documents.request_letter(LETTER, f"{day.isoformat()}/{organisation}")
        made += 1
    logger.info("tables made", day=day.isoformat(), policies=changed, organisations=made)
    return {"policies": changed, "organisations": made}


def refresh(day: date, rule: dict[str, Any]) -> int:
    """Takes the profiles of changed policies anew; how many were looked at."""
    looked_at = 0
    keep = _keep(day, rule)
    for number in range(day.toordinal() % SWEPT_IN, BLOCKS, SWEPT_IN):
        blocks.change(f"{KIND}/{number:04d}", {}, keep)
        blocks.change(f"{losses.KIND}/{number:04d}", {}, losses.keep(day, rule))
    for part in batched(store.notes(), TOGETHER):
        numbers = _named(part, claims=False)
        found = policies.records(numbers)
        free = restrictions.unrestricted(found.values())
        new = {record.policy_no: list(profiles.of(record)) for record in free}
        for block, keys in blocks.by_block(KIND, BLOCKS, sorted(numbers)).items():
            blocks.change(block, {key: new.get(key) for key in keys}, keep)
        losses.refresh(_named(part, claims=True), day, rule)
        store.forget(part)
        looked_at += len(numbers)
    return looked_at


def by_regions(
    count: Callable[[Division], Counts], day: date, rule: dict[str, int], expires_at: int
) -> Counts:
    """Everything counted by the regions of the day's month, which its first count decides.

    Where they are not those of the month before, everything is counted once more.
    """
    month = day.isoformat()[:7]
    kept = store.regions(month)
    before: list[str] = kept.facts["apart"] if kept else []
    counts = count(Division(day, before))
    if kept is not None and kept.sk == month:
        return counts
    apart = sorted(regions.divide(counts.units, before, rule))
    if apart:
        # None while nobody stands apart: the next night may already know more.
        apart = store.put_regions(month, apart, expires_at)
    return counts if apart == sorted(before) else count(Division(day, apart))


def count(tree: Tree, day: date, rule: dict[str, Any], division: Division) -> Counts:
    """Everything counted, for the tables of a day."""
    counts = Counts()
    parts = 1 + blocks.size(KIND, BLOCKS) // PER_PASS
    continued = {
        profile.previous
        for profile in everything()
        if profile.previous and profile.status in policies.CONTINUES
    }
    claims = losses.everything()
    for part in range(parts):
        by_person: defaultdict[str, list[Profile]] = defaultdict(list)
        for profile in everything():
            if parts == 1 or zlib.crc32(profile.person.encode()) % parts == part:
                by_person[profile.person].append(profile)
        for mine in by_person.values():
            counting.portfolio(counts, mine, division, tree, day, rule)
            counting.renewals(counts, mine, continued, tree, day, rule)
            losses.count(counts, mine, claims, tree, day, rule)
    losses.count_answers(counts, tree, day, rule)
    counts.tidy(tree)
    return counts


def everything() -> Iterator[Profile]:
    """The profile of every policy, in no order."""
    for entries in blocks.read(KIND, BLOCKS):
        for entry in entries:
            yield Profile(*entry)


def note(policy_nos: list[str], *, claims: bool = False) -> None:
    """Notes that the newest versions of these policies, by comparable number, may have changed.

    With `claims` it is what happened to their claims instead.
    """
    if policy_nos:
        token = secrets.token_hex(12)
        store.note(zlib.crc32(token.encode()), token, policy_nos, claims=claims)


def _printed(day: date) -> set[str]:
    """Whose tables are set as PDF: the company's and the branches', all on a month's last day."""
    entries = organisations.open_facts("organisations")
    if (day + timedelta(days=1)).day == 1:
        return set(entries)
    return {code for code, entry in entries.items() if entry.get("level") in PRINTED}


def _named(notes: Iterable[store.AnalysisItem], *, claims: bool) -> set[str]:
    return {
        number
        for note in notes
        if note.facts["claims"] == claims
        for number in note.facts["policies"]
    }


def _keep(day: date, rule: dict[str, Any]) -> Callable[[blocks.Entry], bool]:
    """Whether an entry still counts in a table: its cover ended no longer ago than renewals go."""
    oldest = counting.due_days(day, rule)[0]
    return lambda entry: Profile(*entry).ends_on >= oldest
