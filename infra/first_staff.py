"""Lets the first two in: `python -m infra.within STACK infra.first_staff SUBJECT SUBJECT`.

Undertakings of confidentiality are put on record by two administrators, whose own are on record. A
new stack has none. This does it once, for the two of whom the insurer holds the signed paper;
everybody else is for them, and from then on it refuses.
"""

import argparse
from collections.abc import Sequence
from datetime import datetime

from chalicelib import aws, clock, settings
from chalicelib.audit import service as audit
from chalicelib.staff import service, tokens

ACTOR = "operator"
ACTION = "first_staff"


class StaffedError(RuntimeError):
    """When somebody is on record already: administrators are asked then."""


def let_in(subjects: Sequence[str], at: datetime) -> None:
    """Puts two people's undertakings on record. It goes on where it stopped, if it did."""
    people = {subject.casefold() for subject in subjects}  # as Staff.is_subject takes them
    if len(people) != 2 or len(subjects) != 2 or not all(map(tokens.is_subject, subjects)):
        raise ValueError("two different people, by what stands in their tokens as sub")
    known = _on_record()
    if others := known - set(subjects):
        raise StaffedError(f"{len(others)} others are on record: their administrators do it")
    for subject in sorted(set(subjects) - known):
        audit.record(
            audit.Actor(ACTOR),
            action=ACTION,
            outcome="done",
            status=200,
            trace=audit.Trace([f"people/{subject}"], {"undertaking"}),
            request_id="",
            caller=ACTOR,
            at=at,
        )
        service.undertake(subject, at)


def _on_record() -> set[str]:
    pages = aws.client("dynamodb").get_paginator("scan")
    found = pages.paginate(
        TableName=settings.get("STAFF_TABLE"),
        FilterExpression="attribute_exists(undertaking_at)",
        ProjectionExpression="pk",
        ConsistentRead=True,
    )
    return {item["pk"]["S"] for page in found for item in page["Items"]}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs=2, metavar="SUBJECT")
    let_in(parser.parse_args().subjects, clock.now())
    print("on record; what they may do, their tokens say")


if __name__ == "__main__":
    main()
