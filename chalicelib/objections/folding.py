"""An objection as its events make it. Pure: the same events give the same objection.

Event kinds: `filed acknowledged assigned investigated asked answered suspected proposed reviewed
replied urged held_responsible extension_asked extension_decided correction_ordered correction_seen
letter warned breached` (docs/objections.md has their facts).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import clock

WORKED = frozenset(
    {"acknowledged", "investigated", "asked", "answered", "suspected", "proposed", "replied"}
)
"""Kinds by which somebody has worked on it: he reviews nothing of it."""
_LEADS_TO = {
    "acknowledged": "acknowledged",
    "investigated": "investigating",
    "asked": "waiting",
    "answered": "investigating",
    "proposed": "proposed",
    "replied": "replied",
}
CLOSED = "replied"


@dataclass
class Objection:
    """Where an objection stands, by open facts alone."""

    filed: dict[str, Any]
    filed_at: datetime
    status: str = "received"
    handled_at: str = ""
    """The organisation that works on it."""
    handler: str | None = None
    cause: str | None = None
    """Why it is he (`objection_assignment`); None of nobody, and of events from before."""
    violation: bool = False
    complexity: str = "general"
    acknowledged_at: datetime | None = None
    waits: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """From when to when the customer was waited for; None: still."""
    question: str | None = None
    """Id of the event that asked what is still to be answered."""
    proposal: dict[str, Any] | None = None
    reviewed: dict[str, Any] | None = None
    worked: set[str] = field(default_factory=set)
    asked_extension: dict[str, Any] | None = None
    """The request for more time that nobody has decided on."""
    extended: bool = False
    urged_at: datetime | None = None
    """When the head office urged it last (督办)."""
    replied_at: datetime | None = None
    correction: str | None = None
    """`ordered` or `seen`."""
    letter: str | None = None
    seq: int = 0

    @property
    def open(self) -> bool:
        """Whether an answer is still owed."""
        return self.status != CLOSED


def fold(events: Iterable[dict[str, Any]]) -> Objection:
    """The objection that these facts of events make; the first by number is `filed`."""
    first, *rest = sorted(events, key=lambda facts: int(facts["seq"]))
    found = Objection(
        first,
        clock.parse(first["at"]),
        handled_at=first["handled_at"],
        handler=first["handler"],
        cause=first.get("cause"),
        violation=first["violation"],
        complexity=first["complexity"],
        seq=first["seq"],
    )
    for facts in rest:
        _take(found, facts)
    return found


def _take(found: Objection, facts: dict[str, Any]) -> None:
    kind, at = facts["kind"], clock.parse(facts["at"])
    found.seq = facts["seq"]
    if kind in WORKED and facts["by"]:
        found.worked.add(facts["by"])
    found.status = _LEADS_TO.get(kind, found.status)
    match kind:
        case "acknowledged":
            found.acknowledged_at = at
            found.complexity = facts.get("complexity", found.complexity)
        case "assigned":
            found.handler, found.cause = facts["handler"], facts.get("cause")
        case "asked":
            found.waits.append((at, None))
            found.question = facts["event_id"]
        case "answered":
            found.waits[-1] = (found.waits[-1][0], at)
            found.question = None
        case "suspected":
            found.violation, found.complexity = True, "complex"
            found.handled_at, found.handler = facts["handled_at"], facts["handler"]
            found.cause = facts.get("cause")
        case "proposed":
            found.proposal, found.reviewed = facts, None
        case "reviewed":
            found.reviewed = facts
            found.status = "approved" if facts["approve"] else "investigating"
        case "replied":
            found.replied_at = at
        case "urged":
            found.urged_at = at
        case "extension_asked":
            found.asked_extension = facts
        case "extension_decided":
            found.asked_extension = None
            found.extended = found.extended or facts["approve"]
        case "correction_ordered":
            found.correction = "ordered"
        case "correction_seen":
            found.correction = "seen"
        case "letter":
            found.letter = facts["letter"]
