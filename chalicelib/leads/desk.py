"""What waits for an agent: open leads, customers to be called again, numbers to be mended."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from chalicelib import tables
from chalicelib.leads import service, store
from chalicelib.leads.store import LeadItem

LEAD, CUSTOMER, FIX = "lead", "customer", "fix"


class Task(NamedTuple):
    """Something on an agent's desk."""

    kind: str
    """`new_lead`, `due_contact` or `wrong_number`."""
    facts: dict[str, Any]
    of: str
    """LEAD, CUSTOMER or FIX."""
    reference: str
    """A lead's number, a customer's mark, or a comparable policy number."""


def of(agent: str, day: date) -> list[Task]:
    """What an agent has to do on a day or had before: one query."""
    return [_task(item) for item in store.desk(agent, day.isoformat())]


def asked(lead_nos: Iterable[str], customers: Iterable[str]) -> tables.Keys:
    """Leads, and by their marks customers' last contacts, to be read beside other tables' items."""
    leads = [(f"{LEAD}/{number}", LEAD) for number in sorted(set(lead_nos))]
    heads = [(f"{CUSTOMER}/{mark}", CUSTOMER) for mark in sorted(set(customers))]
    return tables.Keys(LeadItem, [*leads, *heads])


def heads(items: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """Of the items found, what the last contact with each customer left, by mark."""
    return {_reference(item): item.facts for item in items if item.sk == CUSTOMER}


def leads(items: Iterable[Any]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Of the items found, the facts of leads and their persons, unsealed, by number."""
    return {
        _reference(item): (item.facts, service.unseal(item)) for item in items if item.sk == LEAD
    }


def mend(policy_no: str, agent: str, since: str, person: str | None, phones: Iterable[str]) -> None:
    """Puts a policy whose number was found wrong on its agent's desk; again changes nothing.

    With the marks by which its customer and its numbers are read.
    """
    facts = {"policy_no": policy_no, "since": since, "person": person, "phones": sorted(phones)}
    item = LeadItem(f"{FIX}/{policy_no}", FIX, facts=facts)
    item.desk, item.todo = agent, since
    store.put(item)


def mended(policy_no: str) -> None:
    """Takes it off again."""
    store.remove(LeadItem(f"{FIX}/{policy_no}", FIX))


def _task(item: LeadItem) -> Task:
    new = item.sk == LEAD and item.facts["status"] == "assigned"
    kind = "wrong_number" if item.sk == FIX else "new_lead" if new else "due_contact"
    return Task(kind, item.facts, item.sk, _reference(item))


def _reference(item: Any) -> str:
    return str(item.pk).partition("/")[2]
