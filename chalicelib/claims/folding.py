"""A claim as its log makes it: every event counts, in the order of its own time (C4, C5).

Pure: the same events give the same claim in whatever order they arrived. Rows of the core system
are stops as they are; events of ours have a `kind`: `stage`, `handed_over`, `taken`, `documents`,
`listed`, `letter`, `prepaid`, `note`, `asked`, `answered`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock
from chalicelib.claims import stages

_FACTS = ("reported_at", "occurred_at", "cause", "assessed_amount", "agreed_amount", "paid_amount")
_HAPPENED = {
    "listed": "documents_listed",
    "letter": "letter",
    "prepaid": "prepaid",
    "asked": "asked",
    "answered": "answered",
}


class Happening(NamedTuple):
    """What starts, ends or pauses a clock: arrival at a stage, or a word of `claim_clocks`."""

    what: str
    at: datetime
    ours: bool
    is_stop: bool


@dataclass
class Stop:
    """One stop of the parcel; `department` is a code of ours or the core system's words."""

    stage: str
    arrived_at: datetime
    department: str | None
    handler: str | None = None
    accepted_at: datetime | None = None
    left_at: datetime | None = None
    message: str | None = None
    ours: bool = True
    """Whether it was reported or moved here; else a file of the core system brought it."""


@dataclass
class Case:
    """Where a claim stands. Names and messages are there if the events were opened."""

    stops: list[Stop] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    ours: bool = False
    """Whether it was reported here, so that its documents are asked for here."""
    requested: list[str] | None = None
    """Codes of the documents asked for, None before they were."""
    requested_at: datetime | None = None
    received: set[str] = field(default_factory=set)
    handler: str | None = None
    """Subject of who has taken it, None while it lies in a pile."""
    did: list[tuple[str, str]] = field(default_factory=list)
    """(action, subject) of staff moves, in order."""
    refusal_reason: str | None = None
    letter: str | None = None
    """Reference of the letter of refusal once it is made."""

    @property
    def status(self) -> str:
        """The stage at which it stands."""
        return self.stops[-1].stage

    @property
    def began_on(self) -> str:
        """The day of storage time on which it began, for data that hold from a day on."""
        return clock.shanghai_day(self.stops[0].arrived_at).isoformat()

    @property
    def open(self) -> bool:
        """Whether anything is still to come."""
        return self.status not in stages.CLOSING

    def reached(self, wanted: Iterable[str]) -> datetime | None:
        """When it last arrived at one of the stages."""
        among = frozenset(wanted)
        times = [stop.arrived_at for stop in self.stops if stop.stage in among]
        return times[-1] if times else None

    def documents(self, machine: stages.Machine) -> tuple[list[str], list[str], list[str]]:
        """Codes of documents required, received and missing."""
        if not self.ours and self.requested is None:
            # The core system asks for its own, in the words for the customer.
            return [], [], []
        required = list(dict.fromkeys([*machine.documents(self.known), *(self.requested or [])]))
        complete = self.reached({"docs_complete"})
        whole = complete is not None and (
            self.requested_at is None or complete >= self.requested_at
        )
        got = [code for code in required if whole or code in self.received]
        more = sorted(self.received - set(required))
        return required, [*got, *more], [code for code in required if code not in got]


def in_order(events: Iterable[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The contents of (key, content) by own time, then the core system's number, then key."""
    return [
        content
        for _, content in sorted(
            events, key=lambda one: (clock.parse(one[1]["at"]), one[1].get("seq", 0), one[0])
        )
    ]


def fold(events: Iterable[dict[str, Any]]) -> Case:
    """The claim that these events, in the order of `in_order`, have made."""
    case = Case()
    for event in events:
        _take(case, event)
    return case


def _take(case: Case, event: dict[str, Any]) -> None:
    at = clock.parse(event["at"])
    kind = event.get("kind")
    if "action" in event:
        case.did.append((event["action"], event["by"]))
    if kind in (None, "stage", "handed_over"):
        _stop(case, event, kind, at)
    elif kind == "taken":
        case.handler = event["by"]
        if case.stops:
            case.stops[-1].handler = event.get("handler")
            case.stops[-1].accepted_at = at
    elif kind == "documents":
        case.received.update(event["documents"])
    elif kind == "letter":
        case.letter = event["letter"]
    if kind in _HAPPENED:
        case.happened.append(Happening(_HAPPENED[kind], at, True, False))
    case.known.update({name: event[name] for name in (*_FACTS, "injured") if name in event})


def _stop(case: Case, event: dict[str, Any], kind: str | None, at: datetime) -> None:
    if case.stops and _is_report(event):
        # The core system's claim is older than the report that it was joined to: it goes on where
        # it is, and is not back at its beginning.
        case.ours = True
        case.happened.append(Happening(event["stage"], at, True, True))
        return
    if case.stops:
        case.stops[-1].left_at = at
    accepted = event.get("accepted_at")
    stage = case.status if kind == "handed_over" and case.stops else event["stage"]
    case.stops.append(
        Stop(
            stage,
            at,
            event.get("department"),
            event.get("handler"),
            clock.parse(accepted) if accepted else None,
            message=event.get("message"),
            ours=kind is not None,
        )
    )
    case.handler = event.get("taken_by")
    if kind == "handed_over":
        return
    case.ours = case.ours or kind == "stage"
    case.happened.append(Happening(stage, at, kind is not None, True))
    if "documents" in event:
        case.requested, case.requested_at = event["documents"], at
    if stage == "reopened":
        # Law has the insurer ask once; a case that is opened again is asked for anew.
        case.requested = case.requested_at = None
    case.refusal_reason = event.get("refusal_reason", case.refusal_reason)


def _is_report(event: dict[str, Any]) -> bool:
    """Whether it is the report itself, and no move of staff."""
    return event.get("kind") == "stage" and event["stage"] == "reported" and "action" not in event
