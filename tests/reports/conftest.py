"""A company's second half of a year, rolled up and reported once for all tests of the room."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, settings
from chalicelib.figures import service as figures
from chalicelib.reports import filed, service
from tests.conftest import Aws
from tests.figures.world import CLOSED, MOVED, TREE, Told, World, announce

FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
MOVE = date(2026, 11, 16)
"""From this day on the directory is another."""
CLOSED_LATER = ("9901", "5101") * 3
YEAR_BEFORE = [date(2025, 10, 1), date(2025, 12, 31)]
BEFORE = [date(2026, 9, 1), date(2026, 9, 29), date(2026, 9, 30)]
DAYS = [FIRST, date(2026, 10, 2), *(MOVE + timedelta(days=n) for n in range(-3, 3)), LAST]
"""The days that were rolled up; events stand on these alone, at their very edges too."""
AFTER = datetime(2027, 1, 1, 3, 30, tzinfo=clock.SHANGHAI)


def stored(key: str) -> bytes:
    bucket = settings.get("DOCUMENTS_BUCKET")
    content: bytes = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def report(unit: str, period: str = "2026Q4", version: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stored(f"reports/{period}/{unit}/{version:04d}/report.json"))
    return found


def printed() -> list[str]:
    """Sets the PDFs that are queued; what they were asked for by."""
    queue, sqs, done = settings.get("RENDER_QUEUE_URL"), clients.client("sqs"), []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if body.get("kind") == service.LETTER:
                done.append(body["reference"])
    for reference in done:
        filed.render(reference)
    return done


@pytest.fixture(scope="session")
def world(aws: Aws) -> World:
    """Built in order: each day is rolled up under the directory of that day."""
    aws.empty()
    found = World(2026)
    for day in YEAR_BEFORE:
        found.day(day, 9)
        found.objection(clock.start_of_day(day) + timedelta(hours=found.draw.randrange(24)))
    for day in (*BEFORE, *DAYS):
        found.day(day, 24)
        for _ in range(3):
            found.objection(clock.start_of_day(day) + timedelta(hours=found.draw.randrange(24)))
    # Three of a kind, who look at the same: a row that stands for more than one.
    alike = {"line": "motor", "organisation": "4401", "channel": "online", "partner": None}
    for _ in range(3):
        made = found.query(clock.start_of_day(FIRST), outcome="verified", language="en", **alike)
        made["assurance"] = "id"
        found.look(made, "claims", "payment")
    midnight = clock.start_of_day(MOVE)
    found.objection(midnight - timedelta(milliseconds=1), organisation="4402")
    found.objection(midnight, organisation="4402")
    found.objection(clock.end_of_day(LAST) - timedelta(milliseconds=1), organisation="1101")
    for organisation in CLOSED_LATER:
        # Nobody answers these: they are open when another takes the business over.
        taken_up: list[Told] = [("acknowledged", {}, 0.2)]
        found.objection(clock.start_of_day(DAYS[0]), taken_up, organisation=organisation)
    known = (*YEAR_BEFORE, *BEFORE, *DAYS)
    # Suspected and answered in one branch, punished when its organisation had come to another.
    story = [
        ("suspected", {"handled_at": "44", "handler": None}, 0.1),
        ("replied", {"result": "violation"}, 2),
        ("held_responsible", found.responsible(), 5),
    ]
    found.objection(
        midnight - timedelta(days=2.5), story, organisation="4402", violation=False, line="motor"
    )
    # More time was refused: the answer is late.
    refused: list[Told] = [
        ("breached", {"clock": "reply"}, 0.1),
        ("extension_asked", {}, 0.2),
        ("extension_decided", {"approve": False}, 0.3),
        ("replied", {"result": "unfounded"}, 0.4),
    ]
    found.objection(midnight, refused, organisation="4401", violation=False)
    # Reported with one person in its quarter, with all of them in the next.
    punished: list[Told] = [
        ("replied", {"result": "violation"}, 0.2),
        ("held_responsible", found.responsible(), 0.3),
        ("held_responsible", found.responsible(), 30),
    ]
    found.objection(clock.start_of_day(BEFORE[0]), punished, organisation="4401", violation=False)
    _keep_to(found, set(known))
    found.write()
    announce(TREE)
    for day in known:
        if day == MOVE:
            # Of the closing of 9901 one hears a day late, of that of 51 in advance.
            announce(MOVED, "新{}", CLOSED)
            figures.make(MOVE - timedelta(days=1))
        figures.make(day)
    for first in (date(2026, 1, 1), date(2026, 10, 1)):
        service.run(clock.start_of_day(first) + timedelta(hours=3.5))
    service.run(AFTER)
    return found


def _keep_to(world: World, days: set[date]) -> None:
    """Moves what happened on other days to the day before them that is rolled up, order kept."""
    known = sorted(days)
    for events in world.objections:
        for place, event in enumerate(events):
            day = clock.shanghai_day(event["at"])
            if day not in days:
                target = max((one for one in known if one < day), default=known[0])
                event["at"] = clock.end_of_day(target) - timedelta(seconds=60 - place)
            if place and event["at"] < events[place - 1]["at"]:
                event["at"] = events[place - 1]["at"]
