"""What time does to leads: those without an agent get one, untouched ones go to somebody else.

Leads of somebody who has left go on by turns as well. Runs every five minutes (`assign_leads`).
"""

from datetime import datetime, timedelta

from chalicelib import clock, observability
from chalicelib.leads import assignment, service, store
from chalicelib.leads.store import LeadItem
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.staff import service as staff

AT_ONCE = 200
PATIENCE = timedelta(minutes=1)
"""How long the request that stored a lead has for assigning it."""


def run(at: datetime) -> dict[str, int]:
    """Works off what is due; how many were assigned, handed back, handed over, and still wait."""
    back = sum(_hand_back(item, at) for item in _due("first_contact", at))
    over = sum(_hand_over(item, at) for item in _of_leavers(at))
    taken = waiting = 0
    most = service.clocks(at)["hand_backs"]
    for item in _due("assignment", at - PATIENCE):
        if item.facts["hand_backs"] < most:
            item = assignment.assign(item, at, without=item.facts.get("had_by"))
        agent = item.facts.get("agent")
        taken, waiting = taken + (agent is not None), waiting + (agent is None)
    observability.count("LeadsUnassigned", waiting)
    return {"assigned": taken, "handed_back": back, "handed_over": over, "waiting": waiting}


def _due(for_what: str, at: datetime) -> list[LeadItem]:
    return store.waiting(for_what, clock.stored(at), AT_ONCE)


def _hand_back(item: LeadItem, at: datetime) -> bool:
    """Takes an untouched lead from its agent; after several it is left to an assessor."""
    times = item.facts["hand_backs"] + 1
    return _take_from(item, "handed_back", at, hand_backs=times)


def _hand_over(item: LeadItem, at: datetime) -> bool:
    return _take_from(item, "handed_over", at)


def _take_from(item: LeadItem, kind: str, at: datetime, **facts: int) -> bool:
    """Puts the lead back into the queue, and gives it to somebody else at once if there is one."""
    had_by, lead_no = item.facts.get("agent"), item.facts["lead_no"]
    event = service.event(item, kind, at, "system", agent=had_by)
    back = service.changed(item, status="unassigned", agent=None, had_by=had_by, **facts)
    if not store.write([event], back):
        # Its agent called this very moment, or somebody assigned it.
        return False
    logger.info("lead taken from its agent", lead_no=lead_no, why=kind)
    if item.facts["hand_backs"] < service.clocks(at)["hand_backs"]:
        assignment.assign(back, at, without=had_by)
    return True


def _of_leavers(at: datetime) -> list[LeadItem]:
    """Open leads of agents who have left, a page of each."""
    gone = sorted(staff.left(organisations.open_facts("agents"), at))
    found = (item for code in gone for item in store.listed("agent", code, None, AT_ONCE))
    return [item for item in found if item.facts["status"] in service.OPEN][:AT_ONCE]
