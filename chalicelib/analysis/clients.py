"""Corporate clients (团体客户) of a quarter: each gets a service report (K2)."""

from datetime import datetime

from chalicelib import clock, dated
from chalicelib.analysis import daily, store
from chalicelib.documents import service as documents
from chalicelib.observability import logger
from chalicelib.reports import periods

LETTER = "service_report"
_NEVER_BEGAN = frozenset({"pending"})


def begin(at: datetime) -> int:
    """Asks for the reports of the last quarter that ended before the moment; how many.

    For some days after its end they are made anew every time, for data that come late; from then
    on only if they never were. From the same data they have the same bytes.
    """
    day = clock.shanghai_day(at)
    quarter = periods.last_ended(at)
    rule = dated.in_force("data/analysis", day)
    if (day - quarter.last).days > rule["service_report_days"] and store.begun(quarter.key):
        return 0
    daily.refresh(day, rule)
    first, last = quarter.first.isoformat(), quarter.last.isoformat()
    clients: dict[str, str] = {}
    for profile in daily.everything():
        served = profile.starts_on <= last and profile.ends_on >= first
        if served and not profile.is_person and profile.status not in _NEVER_BEGAN:
            known = clients.get(profile.person, profile.policy_no)
            clients[profile.person] = min(known, profile.policy_no)
    for policy_no in sorted(clients.values()):
        documents.request_letter(LETTER, f"{quarter.key}/{policy_no}")
    store.note_begun(quarter.key, len(clients))
    logger.info("service reports begun", quarter=quarter.key, clients=len(clients))
    return len(clients)
