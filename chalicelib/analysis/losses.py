"""Losses and service (K1, K2): claims of policies in blocks, counted with the insured of each.

What a claim adds is taken anew from its log whenever its policy is noted, so that late and
corrected stops replace what was known; whose it is follows the policy's profile.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from chalicelib import clock
from chalicelib.analysis import blocks
from chalicelib.analysis.counting import LOSSES, SATISFACTION, SERVICE, Counts, Person
from chalicelib.analysis.profiles import Profile
from chalicelib.analysis.regions import UNKNOWN
from chalicelib.analysis.tree import Tree
from chalicelib.claims import performance, satisfaction
from chalicelib.claims.performance import Performance
from chalicelib.policies import service as policies

KIND = "claims"
BLOCKS = 1024
KEPT, BROKEN = "kept", "broken"
Told = list[list[Any]]
"""Of each claim: day reported, cause, fen paid, promises and stages, the last two as lists of
(code, day, hours)."""


def refresh(policy_nos: Iterable[str], day: date, rule: dict[str, Any]) -> None:
    """Takes the claims of these policies anew."""
    for block, keys in blocks.by_block(KIND, BLOCKS, sorted(policy_nos)).items():
        new: dict[str, blocks.Entry | None] = {}
        for key in keys:
            record = policies.find(key)
            if record is not None:
                told = [_told(claim) for claim in performance.of_policy(record)]
                new[key] = [key, record.as_of(), told]
        blocks.change(block, new, keep(day, rule))


def keep(day: date, rule: dict[str, Any]) -> Callable[[blocks.Entry], bool]:
    """Whether an entry still counts: something of it lies within the window."""
    first = _first(day, rule)
    return lambda entry: any(_newest(claim) >= first for claim in entry[2])


def everything() -> dict[str, Told]:
    """The claims of every policy that has any, by its number."""
    return {key: told for entries in blocks.read(KIND, BLOCKS) for key, _, told in entries}


def count(
    counts: Counts,
    mine: list[Profile],
    claims: dict[str, Told],
    tree: Tree,
    day: date,
    rule: dict[str, Any],
) -> None:
    """Counts what happened within the window to the claims of one insured."""
    first, last = _first(day, rule), day.isoformat()
    lost, served = Person(), Person()
    for profile in mine:
        counted_by = tree.counted_by(profile.organisation)
        for reported_on, cause, paid, promises, stages in claims.get(profile.policy_no, ()):
            if first <= reported_on <= last:
                categories = {"line": profile.line, "cause": cause or UNKNOWN}
                lost.add(counted_by, categories, claims=1, paid=paid)
            for table, told in (("promise", promises), ("stage", stages)):
                for code, on, hours in told:
                    if first <= on <= last:
                        served.add(counted_by, {table: code}, times=1, hours=hours)
    for population, found in ((LOSSES, lost), (SERVICE, served)):
        if found.organisations:
            counts.add(population, found)


def count_answers(counts: Counts, tree: Tree, day: date, rule: dict[str, Any]) -> None:
    """Counts what customers answered within the window; nobody knows whose an answer is."""
    for back in range(rule["window_days"]):
        for score, organisation in satisfaction.of_day(day - timedelta(days=back)):
            found = Person()
            found.add(tree.counted_by(organisation), {"score": str(score)})
            counts.add(SATISFACTION, found)


def _first(day: date, rule: dict[str, Any]) -> str:
    return (day - timedelta(days=rule["window_days"] - 1)).isoformat()


def _newest(claim: list[Any]) -> str:
    days = [on for _, on, _ in (*claim[3], *claim[4])]
    return str(max([claim[0], *days]))


def _told(claim: Performance) -> list[Any]:
    return [
        clock.shanghai_day(claim.reported_at).isoformat(),
        claim.cause or "",
        claim.paid,
        [
            [
                f"{one.code}:{KEPT if one.in_time else BROKEN}",
                clock.shanghai_day(one.ended_at).isoformat(),
                round((one.ended_at - one.started_at).total_seconds() / 3600),
            ]
            for one in claim.kept
        ],
        [
            [
                stay.stage,
                clock.shanghai_day(stay.left_at).isoformat(),
                round((stay.left_at - stay.arrived_at).total_seconds() / 3600),
            ]
            for stay in claim.stays
        ],
    ]
