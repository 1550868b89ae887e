"""Every figure of every form once more, by other code, straight from the events as they happened.

Nothing of the service is used but the dated data of the forms: no roll-up, no register, no store.
"""

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "schemas" / "data" / "quarterly_report.json"
RULES = json.loads(DATA.read_text("utf-8"))["versions"][0]
GROUP = {line: one["code"] for one in RULES["line_groups"] for line in one["lines"]}
SECTIONS = ("underwriting", "payment", "endorsement", "channel", "claims")
Branch = Callable[[str | None, date], str]
"""The branch of an organisation on a day."""


def day_of(at: datetime) -> date:
    """Beijing has been eight hours ahead, without summer time, since 1992."""
    return (at.astimezone(UTC) + timedelta(hours=8)).date()


class Recount:
    """The forms of one branch (or of the company, None) for the days that were rolled up."""

    def __init__(self, world: Any, days: set[date], branch: Branch, unit: str | None) -> None:
        self.days, self.unit, self.branch = days, unit, branch
        self.first = min(days).replace(day=1)
        self.last = max(days)
        mine = [made for made in world.attempts if self._counted(made)]
        self.attempts = mine
        self.queries = {made["query_id"]: made for made in mine}
        self.views = [
            (self.queries[query_id], section)
            for query_id, section in world.views
            if query_id in self.queries
        ]
        self.objections = world.objections

    def _counted(self, made: dict[str, Any]) -> bool:
        day = day_of(made["at"])
        return day in self.days and self._mine(made["organisation"], day)

    def _mine(self, organisation: str | None, day: date) -> bool:
        return self.unit is None or self.branch(organisation, day) == self.unit

    def group(self, line: str | None) -> str:
        return GROUP.get(line or "", "unidentified")

    def a3(self, line_group: str | None, channel: str | None) -> dict[str, Any]:
        def fits(made: dict[str, Any]) -> bool:
            return line_group is None or (
                self.group(made["line"]) == line_group and made["channel"] == channel
            )

        found = [made["outcome"] for made in self.attempts if fits(made)]
        return {
            "queries": len(found),
            "person_times": found.count("verified"),
            "failed": found.count("failed"),
            "refused": found.count("locked"),
            "views": {
                section: sum(1 for made, seen in self.views if seen == section and fits(made))
                for section in SECTIONS
            },
        }

    def detail(self, name: str) -> dict[str | None, tuple[int, int]]:
        found: dict[str | None, tuple[int, int]] = {}
        for made in self.attempts:
            queries, verified = found.get(made[name], (0, 0))
            found[made[name]] = (queries + 1, verified + (made["outcome"] == "verified"))
        return found

    def at_end_of(self, day: date) -> list[list[dict[str, Any]]]:
        """Objections filed by the end of a day and not answered by then."""
        return [
            events
            for events in self.objections
            if day_of(events[0]["at"]) <= day
            and not any(e["kind"] == "replied" and day_of(e["at"]) <= day for e in events)
        ]

    def a4(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        opening = closing = received = closed = on_time = 0
        seconds = 0.0
        for events in self.at_end_of(self.first - timedelta(days=1)):
            opening += fits(events[0]) and self._mine(events[0]["organisation"], self.first)
        for events in self.at_end_of(self.last):
            closing += fits(events[0]) and self._mine(events[0]["organisation"], self.last)
        for events in self.objections:
            filed = events[0]
            if not fits(filed):
                continue
            received += self._happened(filed, filed)
            for event in events:
                if event["kind"] == "replied" and self._happened(filed, event):
                    closed += 1
                    on_time += not late(events, event)
                    seconds += int((event["at"] - filed["at"]).total_seconds())
        return {
            "opening": opening,
            "received": received,
            "moved": closing + closed - opening - received,
            "closed": closed,
            "closing": closing,
            "on_time": on_time,
            "on_time_rate": rounded(100 * on_time / closed) if closed else None,
            "average_days": rounded(seconds / 86400 / closed) if closed else None,
        }

    def a5(self, line_group: str | None) -> dict[str, int]:
        found = dict.fromkeys(one["code"] for one in RULES["forms"]["A5"]["columns"])
        counts = {str(code): 0 for code in found}
        for events in self.objections:
            filed, breached = events[0], False
            if line_group is not None and self.group(filed["line"]) != line_group:
                continue
            for event in events:
                kind, happened = event["kind"], self._happened(filed, event)
                if kind == "breached" and event["clock"] != "acknowledge":
                    counts["overdue"] += happened and not breached
                    breached = True
                if not happened:
                    continue
                counts["escalated"] += kind == "suspected" or (
                    kind == "filed" and event["violation"]
                )
                counts["extended"] += kind == "extension_decided" and event["approve"]
                counts["reviewed"] += kind == "reviewed" and event["approve"]
                counts["returned"] += kind == "reviewed" and not event["approve"]
                counts["held_responsible"] += event.get("persons", 0)
                if kind == "replied":
                    counts[event["result"]] += 1
                elif kind in ("urged", "correction_ordered", "correction_seen"):
                    counts[kind] += 1
        return counts

    def a6(self) -> list[dict[str, Any]]:
        """Cases without their numbers, by the number of the objection."""
        found = []
        for events in sorted(self.objections, key=lambda events: str(events[0]["objection_no"])):
            counts = [
                event
                for event in events
                if event["kind"] == "held_responsible"
                or (event["kind"] == "replied" and event["result"] == "violation")
            ]
            quarter = [event for event in counts if day_of(event["at"]) in self.days]
            if not quarter:
                continue
            # It may have begun in one branch and ended in another: it is one case.
            branch = self.branch(events[0]["organisation"], day_of(quarter[-1]["at"]))
            if self.unit in (None, branch):
                found.append(self._case(events, branch))
        return found

    def _case(self, events: list[dict[str, Any]], branch: str) -> dict[str, Any]:
        until = [event for event in events if day_of(event["at"]) <= self.last]
        kinds = [event["kind"] for event in until]
        found = next(
            event
            for wanted in (
                lambda e: e.get("violation") or e["kind"] == "suspected",
                lambda e: e["kind"] == "replied" and e["result"] == "violation",
                lambda e: e["kind"] == "held_responsible",
            )
            for event in until
            if wanted(event)
        )
        people = [person for event in until for person in event.get("named", [])]
        amounts = [person["amount"] for person in people if "amount" in person]

        def texts(name: str) -> str | None:
            told: list[str] = []
            for person in people:
                if name in person and person[name] not in told:
                    told.append(person[name])
            return "；".join(told) if told else None

        seen, ordered = "correction_seen" in kinds, "correction_ordered" in kinds
        return {
            "objection_no": events[0]["objection_no"],
            "branch": branch,
            "discovered_on": day_of(found["at"]).isoformat(),
            "line": events[0]["line"],
            "facts": texts("facts"),
            "rule": texts("rule"),
            "amount": max(amounts) if amounts else None,
            "persons": [{"name": one["name"], "measure": one["measure"]} for one in people],
            "rectification": "seen" if seen else "ordered" if ordered else None,
            "reported_to_police": any(one.get("reported_to_police") for one in people),
            "status": "closed" if "replied" in kinds else "open",
        }

    def everywhere(self) -> dict[str, set[str]]:
        """The branches of every case, one for each thing that made it one."""
        return {
            events[0]["objection_no"]: {
                self.branch(events[0]["organisation"], day_of(event["at"]))
                for event in events
                if event["kind"] == "held_responsible" or event.get("result") == "violation"
                if day_of(event["at"]) in self.days
            }
            for events in self.objections
        }

    def compared(self) -> dict[str, int]:
        """What a quarter is compared with another by."""
        queries, objections = self.a3(None, None), self.a4(lambda _: True)
        groups = dict.fromkeys((*GROUP.values(), "unidentified"), 0)
        for made in self.attempts:
            groups[self.group(made["line"])] += 1
        return {
            "queries": queries["queries"],
            "queries_verified": queries["person_times"],
            "objections_received": objections["received"],
            "objections_closed": objections["closed"],
            "violation_cases": len(self.a6()),
            **{f"queries/{code}": number for code, number in groups.items()},
        }

    def nothing(self) -> bool:
        """Whether nothing happened there and nothing was open."""
        happened = any(
            self._happened(events[0], event) for events in self.objections for event in events
        )
        standing = self.a4(lambda _: True)
        return not (self.attempts or happened or standing["opening"] or standing["closing"])

    def ages(self) -> dict[str, int]:
        limits = [(one["code"], one["up_to"]) for one in RULES["ages"]]
        counts = {code: 0 for code, _ in limits}
        for events in self.at_end_of(self.last):
            if self._mine(events[0]["organisation"], self.last):
                old = (self.last - day_of(events[0]["at"])).days
                counts[next(code for code, top in limits if top is None or old <= top)] += 1
        return counts

    def _happened(self, filed: dict[str, Any], event: dict[str, Any]) -> bool:
        day = day_of(event["at"])
        return day in self.days and self._mine(filed["organisation"], day)


def late(events: list[dict[str, Any]], reply: dict[str, Any]) -> bool:
    before = events[: events.index(reply)]
    return any(e["kind"] == "breached" and e["clock"] in ("limit", "reply") for e in before)


def rounded(value: float) -> float:
    """To one decimal, halves upwards."""
    return math.floor(value * 10 + 0.5 + 1e-9) / 10


def change(now: int, then: int | None) -> float | None:
    """By how many percent a figure changed."""
    return rounded(100 * (now - then) / then) if then else None
