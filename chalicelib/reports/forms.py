"""Forms A3 to A6 of a branch or the company, from its tally (domain.md §1.6). Pure."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from chalicelib.reports.periods import Quarter
from chalicelib.reports.tallies import FAILED, VERIFIED, Entry, Tally, group

RESULTS = ("corrected", "unfounded", "violation", "misunderstanding", "complaint")
_KINDS: dict[str, Callable[[Entry], str]] = {
    "line_group": lambda entry: group(entry["line"]),
    "channel": lambda entry: entry["channel"] or "online",
    "subject": lambda entry: str(entry["subject"]),
}
"""By what form A4 tells objections apart."""
_COUNTED = (
    "escalated",
    "overdue",
    "extended",
    "urged",
    "correction_ordered",
    "correction_seen",
)


def queries(quarter: Quarter, tally: Tally) -> dict[str, Any]:
    """A3: queries by group of lines and channel; further tables by line, partner, language …"""
    rules = quarter.rules
    rows = [
        {
            "line_group": one["code"],
            "channel": channel["code"],
            **_queries(quarter, tally, one["code"], channel["code"]),
        }
        for one in rules["line_groups"]
        for channel in rules["channels"]
    ]
    return {
        "rows": rows,
        "total": _queries(quarter, tally),
        **{
            f"by_{name}": _details(tally, name)
            for name in ("line", "partner", "language", "organisation")
        },
    }


def objections(quarter: Quarter, tally: Tally) -> dict[str, Any]:
    """A4: objections received, closed and open, by group of lines, channel and subject; by age."""
    codes = {
        "line_group": [one["code"] for one in quarter.rules["line_groups"]],
        "channel": [one["code"] for one in quarter.rules["channels"]],
        "subject": sorted({e["subject"] for e in (*tally.entries, *tally.opening, *tally.closing)}),
    }
    return {
        "total": _standing(tally),
        **{
            f"by_{kind}": [{kind: code, **_standing(tally, kind, code)} for code in found]
            for kind, found in codes.items()
        },
        "by_partner": [
            {"partner": code, "received": sum(e["partner"] == code for e in received)}
            for received in [tally.of_kind("received")]
            for code in sorted({e["partner"] for e in received} - {None})
        ],
        "ages": _ages(quarter, tally.closing),
    }


def handling(quarter: Quarter, tally: Tally) -> dict[str, Any]:
    """A5: what objections came to and what was done about them, by group of lines."""
    return {
        "rows": [
            {
                "line_group": one["code"],
                **_handled([e for e in tally.entries if group(e["line"]) == one["code"]]),
            }
            for one in quarter.rules["line_groups"]
        ],
        "total": _handled(tally.entries),
    }


def totals(tally: Tally, cases: int) -> dict[str, int]:
    """The figures that a reader looks for first (contract: the first two and the received)."""
    outcomes = dict.fromkeys((VERIFIED, FAILED, "refused"), 0)
    for (_, _, outcome), number in tally.queries.items():
        outcomes[outcome] += number
    return {
        "queries": sum(outcomes.values()),
        "queries_verified": outcomes[VERIFIED],
        "objections_received": len(tally.of_kind("received")),
        "queries_failed": outcomes[FAILED],
        "queries_refused": outcomes["refused"],
        "views": sum(tally.views.values()),
        "objections_closed": len(tally.of_kind("closed")),
        "objections_open": len(tally.closing),
        "violation_cases": cases,
    }


def by_day(tally: Tally, known: Iterable[str]) -> list[dict[str, Any]]:
    """The main figures of every day that has any; a day that is missing has none."""
    names = ("queries", "queries_verified", "views", "objections_received", "objections_closed")
    return [
        {"day": day, **{name: tally.days[day, name] for name in names}} for day in sorted(known)
    ]


def violations(company: Tally) -> dict[str, str]:
    """Objections that turned out a violation, or for which somebody answered, with the branch.

    It is one case, reported by the branch where that happened last.
    """
    found = {
        entry["objection_no"]: entry["unit"]
        for entry in company.entries
        if entry["kind"] == "held_responsible"
        or (entry["kind"] == "closed" and entry["result"] == "violation")
    }
    return dict(sorted(found.items()))


def _queries(
    quarter: Quarter, tally: Tally, line_group: str | None = None, channel: str | None = None
) -> dict[str, Any]:
    def counted(found: Any, what: str) -> int:
        return sum(
            number
            for (one, via, code), number in found.items()
            if code == what and (line_group is None or (one, via) == (line_group, channel))
        )

    outcomes = {code: counted(tally.queries, code) for code in (VERIFIED, FAILED, "refused")}
    return {
        "queries": sum(outcomes.values()),
        "person_times": outcomes[VERIFIED],
        "failed": outcomes[FAILED],
        "refused": outcomes["refused"],
        "views": {
            one["code"]: counted(tally.views, one["code"]) for one in quarter.rules["sections"]
        },
    }


def _details(tally: Tally, name: str) -> list[dict[str, Any]]:
    codes = sorted({code for what, code, _ in tally.details if what == name})
    return [
        {
            "code": code or None,
            "queries": sum(tally.details[name, code, verified] for verified in (True, False)),
            "person_times": tally.details[name, code, True],
        }
        for code in codes
    ]


def _standing(tally: Tally, kind: str | None = None, code: str | None = None) -> dict[str, Any]:
    def wanted(entry: Entry) -> bool:
        return kind is None or _KINDS[kind](entry) == code

    received = sum(map(wanted, tally.of_kind("received")))
    closed = [entry for entry in tally.of_kind("closed") if wanted(entry)]
    opening, closing = sum(map(wanted, tally.opening)), sum(map(wanted, tally.closing))
    on_time = sum(entry["on_time"] for entry in closed)
    seconds = sum(entry["seconds"] for entry in closed)
    return {
        "opening": opening,
        "received": received,
        # Taken over from other branches with their organisations, or given up to them; what
        # happened on missing days shows here too.
        "moved": closing - opening - received + len(closed),
        "closed": len(closed),
        "closing": closing,
        "on_time": on_time,
        "on_time_rate": tenths(100 * on_time, len(closed)),
        "average_days": tenths(seconds, 86_400 * len(closed)),
    }


def _ages(quarter: Quarter, closing: Iterable[Entry]) -> list[dict[str, Any]]:
    counts = {one["code"]: 0 for one in quarter.rules["ages"]}
    for entry in closing:
        days = (quarter.last - date.fromisoformat(entry["filed_on"])).days
        fitting = (
            one["code"]
            for one in quarter.rules["ages"]
            if one["up_to"] is None or days <= one["up_to"]
        )
        counts[next(fitting)] += 1
    return [{"age": code, "open": number} for code, number in counts.items()]


def _handled(entries: list[Entry]) -> dict[str, int]:
    def of(kind: str) -> list[Entry]:
        return [entry for entry in entries if entry["kind"] == kind]

    reviewed = of("reviewed")
    return {
        **{code: sum(e["result"] == code for e in of("closed")) for code in RESULTS},
        **{code: len(of(code)) for code in _COUNTED},
        "reviewed": sum(entry["approve"] for entry in reviewed),
        "returned": sum(not entry["approve"] for entry in reviewed),
        "held_responsible": sum(entry["persons"] for entry in of("held_responsible")),
    }


def tenths(part: int, whole: int) -> float | None:
    """A ratio to one decimal, halves upwards, without the noise of fractions; None of nothing."""
    return (20 * part + whole) // (2 * whole) / 10 if whole else None
