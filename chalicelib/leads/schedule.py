"""What time does to leads: those without an agent get one, untouched ones go to somebody else.

Leads of somebody who has left go on by turns as well, those of somebody who is away to his stand-in
and back. Runs every five minutes (`assign_leads`).
"""

from datetime import datetime, timedelta
from typing import Any

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
    """Works off what is due; how many leads were assigned, handed back, handed over, still wait,
    and went to or came back from a stand-in."""
    moved = sum(_stand_in(code, entry, at) for code, entry in _with_stand_ins())
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
    found = {"assigned": taken, "handed_back": back, "handed_over": over, "waiting": waiting}
    return {**found, "stand_ins": moved}


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


def _with_stand_ins() -> list[tuple[str, dict[str, Any]]]:
    """Agents for whom the directory names a stand-in (托管人)."""
    entries = organisations.open_facts("agents")
    return [(code, entry) for code, entry in sorted(entries.items()) if entry.get("stand_in")]


def _stand_in(code: str, entry: dict[str, Any], at: datetime) -> int:
    """Entrusts the open leads of an agent who is away, and returns them when he is back."""
    deputy = entry["stand_in"]
    if entry.get("available", True):
        lent = [item for item in _open(deputy) if item.facts.get("entrusted_by") == code]
        # What somebody entrusted by hand comes back by hand.
        mine = [item for item in lent if item.facts.get("entrusted_for") == "absence"]
        return sum(_move(item, "returned", code, None, at) for item in mine)
    own = [item for item in _open(code) if assignment.able(deputy, item.facts["line"], at)]
    return sum(_move(item, "entrusted", deputy, code, at) for item in own)


def _move(item: LeadItem, kind: str, to: str, owner: str | None, at: datetime) -> bool:
    event = service.event(item, kind, at, "system", agent=to, had_by=item.facts["agent"])
    why = {"entrusted_by": owner, "entrusted_for": owner and "absence"}
    if item.facts["status"] == "assigned":
        return store.write([event], assignment.given(item, to, at, **why))
    entry = organisations.open_facts("agents").get(to, {})
    place = entry.get("organisation", item.facts["organisation"])
    return store.write([event], service.changed(item, agent=to, organisation=place, **why))


def _open(agent: str) -> list[LeadItem]:
    """An agent's open leads, a page of the newest: the next run finds those that follow."""
    newest = store.listed("agent", agent, None, AT_ONCE)
    return [item for item in newest if item.facts["status"] in service.OPEN]


def _of_leavers(at: datetime) -> list[LeadItem]:
    """Open leads of agents who have left, a page of each."""
    gone = sorted(staff.left(organisations.open_facts("agents"), at))
    return [item for code in gone for item in _open(code)][:AT_ONCE]
