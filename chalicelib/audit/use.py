"""Use per person and day (S5): figures from the day's events; what stands out is marked."""

import json
from collections import Counter, defaultdict
from datetime import date
from typing import Any

from chalicelib.audit import store
from chalicelib.parameters import service as parameters
from chalicelib.staff.access import Scope

DENIED = 10
"""Requests a day that were denied or found nothing (越权查询) from which on the use is unusual."""


def figures(day: date, scope: Scope) -> list[dict[str, Any]]:
    """A line per person of the organisations in reach, the unusual and the busiest first."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    objects: Counter[tuple[str, str]] = Counter()
    for text in store.facts_of_day(day.isoformat()):
        event = json.loads(text)
        if scope.detail(event["organisation"]) is not None:
            person = (event["subject"], event["organisation"])
            counts[person][event["outcome"]] += 1
            objects[person] += event["object_count"]
    most = parameters.value("unusual_requests", day)
    lines = [
        {
            "subject": subject,
            "organisation": organisation,
            "requests": found.total(),
            "denied": found["denied"],
            "not_found": found["not_found"],
            "objects": objects[subject, organisation],
            "unusual": found.total() > most or found["denied"] + found["not_found"] >= DENIED,
        }
        for (subject, organisation), found in counts.items()
    ]
    return sorted(lines, key=lambda line: (not line["unusual"], -line["requests"], line["subject"]))
