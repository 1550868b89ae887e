"""The watch over the ten days: reports that nobody has submitted five, two and no days before."""

from datetime import datetime
from typing import Any

from chalicelib import clock, observability
from chalicelib.figures import service as figures
from chalicelib.figures import units
from chalicelib.figures.units import HEAD_OFFICE
from chalicelib.reports import periods, register
from chalicelib.reports.periods import Quarter


def watch(at: datetime) -> dict[str, Any]:
    """How many reports of the last quarter are still to be submitted, and the days that are left.

    Counted for the alarms from each number of days on (`warn_days`), until they are submitted.
    """
    quarter = periods.last_ended(at)
    left = (quarter.due_on - clock.shanghai_day(at)).days
    unsubmitted = len(waiting(quarter))
    for days in quarter.rules["warn_days"]:
        observability.count(
            "ReportsUnsubmitted", unsubmitted if left <= days else 0, days_left=str(days)
        )
    return {"period": quarter.key, "unsubmitted": unsubmitted, "days_left": left}


def waiting(quarter: Quarter) -> list[str]:
    """Organisations whose report was not submitted in any version; none before there is a quarter.

    A quarter of which there are neither figures nor reports was before the service.
    """
    standing = register.standing(quarter.key)
    if not standing and not figures.days(quarter.first, quarter.last):
        return []
    expected = {*units.branches(units.live(), quarter.first.isoformat()), HEAD_OFFICE, *standing}
    submitted = {unit for unit, found in standing.items() if found.submissions}
    return sorted(expected - submitted)
