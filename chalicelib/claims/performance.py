"""How the claims of a policy went, for figures: amounts, times of stages, promises kept or broken.

Nothing personal: no name, no place, no words.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock
from chalicelib.claims import entries, events, folding, promises, service, store
from chalicelib.claims.entries import Entry
from chalicelib.claims.promises import Kept, Terms
from chalicelib.policies.service import Record


class Stay(NamedTuple):
    """A stage that a claim has left."""

    stage: str
    arrived_at: datetime
    left_at: datetime


class Performance(NamedTuple):
    """One claim; amounts in fen, `ended_at` None while it is open."""

    claim_no: str
    status: str
    cause: str | None
    reported_at: datetime
    ended_at: datetime | None
    paid_at: datetime | None
    paid: int
    stays: list[Stay]
    kept: list[Kept]


def of_policy(record: Record) -> list[Performance]:
    """The claims of a policy that was read with its parts; reports that anybody may have sent are
    left out until the core system has said whose they are."""
    stops: list[Entry] = [*record.parts(entries.KIND), *events.of_policy(record.policy_no)]
    terms = Terms.of(record)
    return [
        _performance(claim_no, entries.folded(group, opened=False), terms)
        for claim_no, group in sorted(service.joined(stops).items())
    ]


def reported(day: str) -> Iterator[dict[str, Any]]:
    """What is open of the reports that came on Shanghai's day (ISO), whoever they turned out to be.

    `organisation line partner verified language`; the first two None where nobody knows.
    """
    names = ("organisation", "line", "partner", "verified", "language")
    for item in store.reported(day):
        yield {name: item.facts.get(name) for name in names}


def _performance(claim_no: str, case: folding.Case, terms: Terms) -> Performance:
    reported = case.known.get("reported_at")
    return Performance(
        claim_no,
        case.status,
        case.known.get("cause"),
        clock.parse(reported) if reported else case.stops[0].arrived_at,
        None if case.open else case.stops[-1].arrived_at,
        case.reached({"paid"}),
        int(case.known.get("paid_amount") or 0),
        [
            Stay(stop.stage, stop.arrived_at, stop.left_at)
            for stop in case.stops
            if stop.left_at is not None
        ],
        promises.kept(case, terms),
    )
