"""Reminders (N1): premium due, cover ending, birthday, and agents of their day; each once.

A message is known by its fact, so a run that is repeated, or makes up for one that did not happen,
adds only what is missing. What serves sales (`marketing` among the templates) goes to customers who
agreed to it and want to be called; the outbox keeps quiet hours, opt-outs and wrong numbers.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib import clock, dated
from chalicelib.agenda import service
from chalicelib.agenda.reading import Reading
from chalicelib.leads import customers, desk
from chalicelib.notifications import service as notifications
from chalicelib.notifications.service import Message
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import agenda, expiring, parts
from chalicelib.policies import service as policies
from chalicelib.policies.agenda import Entry
from chalicelib.policies.service import Record
from chalicelib.staff import service as staff
from chalicelib.texts import BASE

BATCH = 20
"""Entries opened together: about a hundred keys."""
_END = 4


def run(at: datetime) -> dict[str, int]:
    """Writes the messages of Shanghai's day of the moment; how many are new, by kind."""
    day = clock.shanghai_day(at)
    rule = dated.in_force("data/reminders", day)
    added: Counter[str] = Counter()
    for message in _messages(day, rule, at):
        added[message.kind] += notifications.tell(message, at)
    _tidy_missing()
    result = {kind: added[kind] for kind in (*rule["days_before"], "agent_day")}
    logger.info("reminders written", day=day.isoformat(), added=result)
    return result


def _messages(day: date, rule: dict[str, Any], at: datetime) -> Iterator[Message]:
    yield from _premiums(day, rule)
    yield from _endings(day, rule)
    yield from _birthdays(day)
    yield from _days_of_agents(day, at)


def _premiums(day: date, rule: dict[str, Any]) -> Iterator[Message]:
    for ahead, days in _days(day, rule, "premium_due"):
        for one in days:
            for entry, record, read in _opened(agenda.due(one)):
                part = _unpaid(entry, record, read)
                to = record.open().get("policyholder_phone") or _mobile(record, read)
                if part is not None and to:
                    values = {"policy_end": record.policy_no[-_END:], "due_on": entry.on}
                    fact = f"{record.policy_no}/{entry.key}/{entry.on}/{ahead}"
                    yield Message("premium_due", fact, to, BASE, values)
    # What comes into the agents' days: whose policy came later, or has got another agent.
    enters = day + timedelta(days=service.clocks(day)["premium_days"])
    for entry, record, read in _opened(agenda.due(enters)):
        _unpaid(entry, record, read)


def _unpaid(entry: Entry, record: Record, read: Reading) -> parts.Part | None:
    """The instalment while it is due, put on the agenda of the agent of today."""
    part = read.policies.instalments.get((record.policy_no, entry.key))
    if part is None or not agenda.covered(record) or not parts.unpaid(part.facts):
        return None
    agenda.hand_over(entry, part, record.facts.get("agent"))
    return part


def _endings(day: date, rule: dict[str, Any]) -> Iterator[Message]:
    for ahead, days in _days(day, rule, "policy_expiring"):
        for unit in sorted(organisations.parents()):
            ending = expiring.between(unit, days[0], days[-1])
            entries = (Entry(one.ends_on, one.policy_no, "", one.person, NOBODY) for one in ending)
            for some in batched(entries, BATCH):
                yield from _ending(some, ahead)


def _ending(entries: tuple[Entry, ...], ahead: int) -> Iterator[Message]:
    read = Reading(entries)
    wanted = [
        (entry, record)
        for entry in entries
        if (record := read.record(entry.policy_no))
        and record.facts["ends_on"] == entry.on
        and agenda.covered(record)
        and _agreed(record, read)
    ]
    policies = {record.policy_no: record.open() for _, record in wanted}
    marked = [
        expiring.Expiring(entry.on, str(entry.person), entry.policy_no) for entry, _ in wanted
    ]
    gone = expiring.renewed(marked, policies)
    for entry, record in wanted:
        to = _mobile(record, read)
        if to and record.policy_no not in gone:
            values = {"policy_end": record.policy_no[-_END:], "ends_on": entry.on}
            fact = f"{record.policy_no}/{entry.on}/{ahead}"
            yield Message("policy_expiring", fact, to, BASE, values)


def _birthdays(day: date) -> Iterator[Message]:
    greeted: set[str] = set()
    for entry, record, read in _opened(agenda.birthdays(day)):
        person = str(record.person)
        if person in greeted or not agenda.covered(record) or not _agreed(record, read):
            continue
        to = _mobile(record, read)
        if to:
            greeted.add(person)
            yield Message("birthday", f"{person}/{entry.on[:4]}", to, BASE, {})


def _days_of_agents(day: date, at: datetime) -> Iterator[Message]:
    agents = organisations.open_facts("agents")
    gone = staff.left(agents, at)
    for agent in sorted(agents):
        tasks = desk.of(agent, day)
        _tidy(agent, [task for task in tasks if task.of != desk.LEAD])
        count = sum(task.kind != "wrong_number" for task in tasks)
        phone = (organisations.entry("agents", agent) or {}).get("phone")
        if count and phone and agent not in gone and agents[agent].get("available", True):
            fact = f"{agent}/{day.isoformat()}"
            yield Message("agent_day", fact, phone, BASE, {"count": str(count)})


def _tidy(agent: str, tasks: list[desk.Task]) -> None:
    """Takes off the desk what is mended, and moves what is another agent's by now."""
    entries = [(task, entry) for task in tasks if (entry := service.spoken_of(task))]
    for some in batched(entries, BATCH):
        read = Reading([entry for _, entry in some])
        for task, entry in some:
            record = read.record(entry.policy_no)
            owner = None if record is None else record.facts.get("agent")
            if task.of == desk.CUSTOMER:
                if owner is not None and owner != agent:
                    customers.hand_over(task.reference, owner)
                continue
            good = record is None or any(
                number.wrong_since is None for number in read.numbers(record)
            )
            if good or owner is None:
                desk.mended(entry.policy_no)
            elif owner != agent and record is not None:
                since = task.facts["since"]
                desk.mend(entry.policy_no, owner, since, record.person, record.phones)


def _tidy_missing() -> None:
    """Takes policies that have a number by now off the outlets' lists of those that have none."""
    for unit in sorted(organisations.parents()):
        last: str | None = None
        while found := policies.unreached(unit, last, BATCH):
            last = policies.place_key(found[-1])
            read = Reading([Entry("", one.policy_no, "", one.person, one.phones) for one in found])
            for record in read.policies.records.values():
                if any(number.wrong_since is None for number in read.numbers(record)):
                    policies.reached(record.policy_no)


def _days(day: date, rule: dict[str, Any], kind: str) -> Iterator[tuple[int, list[date]]]:
    """For each number of days ahead: that day, and those whose runs may have been missed."""
    for ahead in rule["days_before"][kind]:
        days = [day + timedelta(days=ahead - back) for back in range(rule["made_up_days"] + 1)]
        yield ahead, sorted(one for one in days if one >= day)


def _opened(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Record, Reading]]:
    """Entries whose policies are there and whose persons nobody restricted."""
    for some in batched(entries, BATCH):
        read = Reading(some)
        for entry in some:
            record = read.record(entry.policy_no)
            if record is not None:
                yield entry, record, read


def _agreed(record: Record, read: Reading) -> bool:
    """Whether the customer agreed to sales contact and has not said since that he wants none."""
    consent = record.open().get("marketing_consent")
    return bool(consent) and not read.last(record).get("do_not_call", False)


def _mobile(record: Record, read: Reading) -> str | None:
    """The newest mobile number that nobody found wrong: others take no messages."""
    good = (one for one in read.numbers(record) if one.wrong_since is None)
    return next((one.phone for one in good if one.kind == "mobile"), None)


NOBODY: frozenset[str] = frozenset()
