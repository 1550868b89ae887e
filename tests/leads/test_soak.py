"""Many leads at once over 37 agents with absences: each stored once, assigned once, fairly."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.leads import intake, schedule, service
from chalicelib.leads.assignment import able
from chalicelib.organisations import service as organisations
from tests.conftest import Aws
from tests.leads.test_leads import BODY, directory, people  # noqa: F401 - the fixture is used here

PLACES = ("4401", "4403")
REGIONS = {"4401": "440106", "4403": "440305"}
VISITORS = 64
TOPICS: dict[str, dict[str, Any]] = {
    "motor": {},
    "property": {"protect": ["home"]},
    "agriculture": {"protect": ["farm"], "farm_kind": "crops"},
}


@pytest.mark.parametrize("count", [400, pytest.param(5000, marks=pytest.mark.soak)])
def test_every_lead_is_stored_once_assigned_once_and_spread_by_one_at_most(
    aws: Aws, count: int
) -> None:
    for number in range(34):
        people(
            f"C{number:02d}",
            organisation=PLACES[number % 2],
            lines=["motor", "property", "agriculture"][: 1 + number % 3],
            available=number % 5 != 0,
        )

    def visit(number: int) -> tuple[str, str, str]:
        line, place = list(TOPICS)[number % 3], PLACES[number // 3 % 2]
        body = {**BODY, "answers": {**BODY["answers"], **TOPICS[line]}}
        body["contact"] = {"name": "王芳", "phone": f"139{number:08d}", "region": REGIONS[place]}
        visitor = intake.Visitor(f"2001:db8:{number:x}::1", "zh-CN")
        return intake.take(body, visitor, f"k{number}", clock.now())["lead_no"], line, place

    with ThreadPoolExecutor(VISITORS) as pool:
        taken = list(pool.map(visit, range(count)))
    schedule.run(clock.now())

    assert len({number for number, _, _ in taken}) == count
    given: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for number, line, place in taken:
        lead = service.find(number)
        assert lead is not None
        assert lead.agent is not None
        given[place, line][lead.agent] += 1
        events = [one.facts["kind"] for one in service.store.of(number, "event")]
        assert events.count("assigned") == 1
    for (place, line), agents in given.items():
        entries = organisations.open_facts("agents")
        there = [
            code
            for code, entry in entries.items()
            if entry["organisation"] == place and able(code, line, clock.now())
        ]
        assert agents.keys() == set(there)
        assert max(agents.values()) - min(agents.values()) <= 1
    items = aws.resources.clients.dynamodb.get_paginator("scan").paginate(
        TableName=aws.name("LeadsTable")
    )
    stored = [item for page in items for item in page["Items"] if item["sk"]["S"] == "lead"]
    assert sum(item["pk"]["S"].startswith("lead/") for item in stored) == count
