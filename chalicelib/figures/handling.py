"""What happened to objections on a day, as forms A4 to A6 count it (docs/objections.md).

Everything is told from events up to the end of the day, so that a day made again later is the same.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from chalicelib import clock
from chalicelib.objections import service as objections

_FILED = ("organisation", "line", "subject", "channel", "partner", "language", "violation")
"""What an entry says of its objection, as it stood when it was filed."""
_PLAIN = {
    "suspected": "escalated",
    "correction_ordered": "correction_ordered",
    "correction_seen": "correction_seen",
    "urged": "urged",
}


def of_day(day: str) -> list[dict[str, Any]]:
    """Entries in one order: `kind`, `objection_no`, `event_id`, what was filed, what it came to."""
    today = sorted(
        objections.of_day(day), key=lambda facts: (facts["at"], facts["objection_no"], facts["seq"])
    )
    histories = objections.histories({facts["objection_no"] for facts in today})
    return [
        entry
        for facts in today
        for entry in _entries(facts, _until(histories[facts["objection_no"]], facts))
    ]


def _until(history: list[dict[str, Any]], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of the objection up to this one; what came later changes nothing of the day."""
    return [event for event in history if event["seq"] <= facts["seq"]]


def _entries(facts: dict[str, Any], history: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    filed = history[0]
    known = {
        "objection_no": facts["objection_no"],
        "event_id": facts["event_id"],
        **{name: filed.get(name) for name in _FILED},
        "filed_on": _day(filed).isoformat(),
    }
    match facts["kind"]:
        case "filed":
            yield {"kind": "received", **known}
            if facts["violation"]:
                # Straight to compliance at provincial level or above (922号).
                yield {"kind": "escalated", **known}
        case "replied":
            took = clock.parse(facts["at"]) - clock.parse(filed["at"])
            yield {
                "kind": "closed",
                **known,
                "result": facts["result"],
                "on_time": not _late(history),
                "seconds": int(took.total_seconds()),
            }
        case "reviewed":
            yield {"kind": "reviewed", **known, "approve": facts["approve"]}
        case "breached":
            if _breaches(history) == 1 and facts["clock"] != "acknowledge":
                yield {"kind": "overdue", **known}
        case "extension_decided":
            if facts["approve"]:
                yield {"kind": "extended", **known}
        case "held_responsible":
            yield {"kind": "held_responsible", **known, "persons": facts["persons"]}
        case kind if kind in _PLAIN:
            yield {"kind": _PLAIN[kind], **known}


def _late(history: list[dict[str, Any]]) -> bool:
    """Whether the answer's clock ran out before; more time that was granted after that cures
    nothing, what was granted before has ended the clock of the promised time."""
    return _breaches(history) > 0


def _breaches(history: list[dict[str, Any]]) -> int:
    return sum(event["kind"] == "breached" and event["clock"] != "acknowledge" for event in history)


def _day(facts: dict[str, Any]) -> date:
    return clock.shanghai_day(clock.parse(facts["at"]))
