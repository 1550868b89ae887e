"""Who gets a lead (分派): by line and region to an organisation, there in turn (docs/leads.md).

A queue is an organisation and a line. Its item holds the ring of agents in whose order turns go
and counts the turns: taking one is a single atomic addition, so that of any number of leads at
once each gets a turn of its own. Who came or went changes the ring from exactly what was read;
those who have not had their turn in the round come first then. So the spread stays at most one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, observability
from chalicelib.leads import service, store
from chalicelib.leads.store import LeadItem
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.staff import service as staff

ROUNDS = 32
_LEVELS = ("head_office", "province", "city", "outlet")


class Held(NamedTuple):
    """A policy that the person has already: whoever looks after it is his agent."""

    line: str
    agent: str


def assign(
    lead: LeadItem, at: datetime, *, held: Sequence[Held] = (), without: str | None = None
) -> LeadItem:
    """Gives a lead, as read, that has no agent to one; it as it stands, waiting if there is nobody.

    A customer's own agent goes before the queue and takes no turn: who looks after a policy of the
    line, then after another, then who had his lead before. `without` gets it in no case, because he
    had it.
    """
    turn: tuple[str, str] | None = None
    for _ in range(ROUNDS):
        if lead.facts["status"] != "unassigned":
            return lead
        # A turn that was taken is kept while other writers change the lead.
        turn = turn or _choose(lead, _own(lead, held), without, at)
        if turn is None:
            observability.count("LeadsUnassigned")
            logger.warning("lead waits for an agent", lead_no=lead.facts["lead_no"])
            return lead
        agent, queue = turn
        event = service.event(lead, "assigned", at, "system", agent=agent, queue=queue)
        taken = given(lead, agent, at)
        if store.write([event], taken):
            return taken
        found = service.find(lead.facts["lead_no"])
        if found is None:
            return lead
        lead = found
    raise RuntimeError("a lead was changed again and again while it was assigned")


def given(item: LeadItem, agent: str, at: datetime, **facts: Any) -> LeadItem:
    """The lead as an agent's, with the clock of first contact begun."""
    entry = organisations.open_facts("agents").get(agent, {})
    return service.changed(
        item,
        status="assigned",
        agent=agent,
        organisation=entry.get("organisation", item.facts["organisation"]),
        assigned_at=clock.stored(at),
        first_contact_due_at=service.first_contact_due(at),
        **facts,
    )


def place(region: str | None) -> str | None:
    """The organisation that serves a region (GB/T 2260): its own, its city's or its province's.

    Where none does, the head office, whose assessor decides.
    """
    entries = organisations.open_facts("organisations")
    code = region or ""
    for wanted in (code, f"{code[:4]}00", f"{code[:2]}0000"):
        there = [name for name, entry in entries.items() if entry.get("region") == wanted]
        if there:
            return min(there, key=lambda name: (_rank(entries[name]), name))
    tops = [name for name, entry in entries.items() if entry["level"] == "head_office"]
    return min(tops, default=None)


def able(agent: str, line: str, at: datetime) -> bool:
    """Whether somebody may be given a lead of the line now: there, of that line, not left."""
    entry = organisations.open_facts("agents").get(agent)
    return entry is not None and _sells(entry, line) and not _away(agent, entry, at)


def _choose(
    item: LeadItem, own: Sequence[str], without: str | None, at: datetime
) -> tuple[str, str] | None:
    """The agent and the queue that he comes from."""
    line = item.facts["line"]
    for known in own:
        if known != without and able(known, line, at):
            return known, "preferred"
    organisation: str = item.facts["organisation"] or ""
    entries = organisations.open_facts("organisations")
    while organisation in entries:
        top = entries[organisation]["level"] == "head_office"
        within = {organisation} if top else organisations.within(organisation)
        agents = {
            code: entry
            for code, entry in organisations.open_facts("agents").items()
            if entry["organisation"] in within and _sells(entry, line)
        }
        if agents:
            gone = staff.left(agents, at)
            there = [
                code
                for code, entry in agents.items()
                if entry.get("available", True) and code not in gone and code != without
            ]
            queue = f"queue/{organisation}/{line}"
            return (_turn(queue, sorted(there)), queue) if there else None
        # Nobody here sells the line at all: whoever does in the organisation above serves it.
        organisation = entries[organisation].get("parent") or ""
        if entries.get(organisation, {}).get("level") == "head_office":
            break
    return None


def _turn(queue: str, there: list[str]) -> str:
    """Whose turn it is among those who are there."""
    known = _rings.get(queue)
    for _ in range(ROUNDS):
        if known is not None and known[1] == set(there):
            taken = store.take_turn(queue, known[0])
            # A table that was restored may have another ring under the same revision.
            if taken is not None and known[1] == set(taken.facts["ring"]):
                return _whose(taken)
        item = store.get(queue, "queue")
        if item is None or set(item.facts["ring"]) != set(there):
            fresh = _ring(queue, item, there)
            if not store.set_ring(fresh, item):
                continue
            item = fresh
        known = _rings[queue] = (int(item.revision or 0), frozenset(there))
    raise RuntimeError("the ring of a queue changed again and again")


_rings: dict[str, tuple[int, frozenset[str]]] = {}
"""By queue: the revision of its ring that this process saw last, and who was in it.

A turn is taken of that revision or of none, so that an old memory costs a reading and no more.
"""


def _whose(taken: LeadItem) -> str:
    """Whose the turn is that was just taken."""
    ring: list[str] = taken.facts["ring"]
    place = int(taken.turns or 0) - 1 - int(taken.facts["base"])
    return ring[place % len(ring)]


def _ring(queue: str, before: LeadItem | None, there: list[str]) -> LeadItem:
    """A new ring: who has not had his turn in this round, who is new by load, who has."""
    turns = 0 if before is None else int(before.turns or 0)
    ring = [] if before is None else before.facts["ring"]
    done = (turns - before.facts["base"]) % len(ring) if before else 0
    new = sorted(set(there) - set(ring), key=lambda code: (_load(code), code))
    order = [*ring[done:], *new, *ring[:done]]
    facts = {"ring": [code for code in order if code in there], "base": turns}
    revision = 1 if before is None else int(before.revision or 0) + 1
    return LeadItem(queue, "queue", facts=facts, turns=turns, revision=revision)


_LOAD = 50


def _load(agent: str) -> int:
    """How many of his newest leads are still open."""
    newest = store.listed("agent", agent, None, _LOAD)
    return sum(one.facts["status"] in service.OPEN for one in newest)


def _own(item: LeadItem, held: Sequence[Held]) -> list[str]:
    """Agents whom the person has already, the nearest to this need first."""
    line = item.facts["line"]
    found = [one.agent for one in sorted(held, key=lambda one: one.line != line)]
    earlier = item.facts.get("before")
    before = service.find(earlier) if earlier else None
    if before is not None and before.facts.get("agent"):
        found.append(before.facts["agent"])
    return list(dict.fromkeys(found))


def _sells(entry: dict[str, Any], line: str) -> bool:
    """An agent without lines sells every one."""
    return not entry.get("lines") or line in entry["lines"]


def _away(agent: str, entry: dict[str, Any], at: datetime) -> bool:
    return not entry.get("available", True) or bool(staff.left([agent], at))


def _rank(entry: dict[str, Any]) -> int:
    """The nearest to people first: of one region a city branch goes before the head office."""
    return -_LEVELS.index(entry["level"])
