"""What a lead is, and what is done with it: changed by events that stay, personal data sealed."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, codes, dated, identifiers, sealing
from chalicelib.leads import store
from chalicelib.leads.store import LeadItem
from chalicelib.organisations import service as organisations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OPEN = frozenset({"unassigned", "assigned", "contacted"})
"""Statuses in which something is still to be done."""


_FIRST = ("received", "entered")
"""What a lead begins with, stored together with its first revision."""


def number() -> str:
    """A lead's number: 60 bits of chance, which tell nobody when it came or from whom."""
    chance = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"L{chance[:4]}-{chance[4:8]}-{chance[8:]}"


def clocks(at: datetime) -> dict[str, Any]:
    """The clocks of leads that hold at the moment."""
    return dated.in_force("data/lead_clocks", clock.shanghai_day(at))


def find(lead_no: str) -> LeadItem | None:
    """A lead by its number, as it stands now."""
    return store.get(f"lead/{lead_no}", "lead")


def made(lead_no: str, facts: dict[str, Any], person: dict[str, Any], at: datetime) -> LeadItem:
    """A new lead, waiting for its agent."""
    item = LeadItem(f"lead/{lead_no}", "lead", revision=1)
    item.facts = {"lead_no": lead_no, "status": "unassigned", "visits": 1, **facts}
    item.facts |= {"received_at": clock.stored(at), "last_contact_at": clock.stored(at)}
    item.listed = f"{clock.stored(at)}/{lead_no}"
    item.organisation = facts["organisation"]
    item.sealed = seal(item, person)
    return wait(item)


def changed(item: LeadItem, **facts: Any) -> LeadItem:
    """The lead with other facts, to be written over this revision of it."""
    found = LeadItem(item.pk, item.sk, sealed=item.sealed, revision=int(item.revision or 0) + 1)
    found.facts = {**item.facts, **facts}
    found.listed = item.listed
    found.agent, found.organisation = found.facts.get("agent"), found.facts["organisation"]
    return wait(found)


def wait(item: LeadItem) -> LeadItem:
    """Notes what the lead waits for, and since or until when: the schedule and erasure find it."""
    facts = item.facts
    item.desk = item.todo = None
    if facts["status"] == "assigned":
        item.desk, item.todo = facts["agent"], facts["assigned_at"]
    elif facts["status"] == "contacted" and facts.get("next_on"):
        item.desk, item.todo = facts["agent"], facts["next_on"]
    match facts["status"]:
        case "unassigned":
            item.waiting, item.due_at = "assignment", facts["received_at"]
        case "assigned":
            item.waiting, item.due_at = "first_contact", facts["first_contact_due_at"]
        case _:
            last = facts["last_contact_at"]
            item.waiting, item.due_at = f"over/{last[:7]}", last
    return item


def event(lead: LeadItem, kind: str, at: datetime, by: str, **told: Any) -> LeadItem:
    """Something that happens to the lead as read; `note` is what somebody wrote, and sealed.

    Events of one moment stand in the order of the lead's revisions.
    """
    revision = 0 if kind in _FIRST else int(lead.revision or 0)
    order = f"{revision:06d}-{secrets.token_hex(4)}"
    item = LeadItem(lead.pk, f"event/{clock.stored(at)}/{order}")
    note = told.pop("note", None)
    item.facts = {"kind": kind, "at": clock.stored(at), "by": by, **told}
    item.sealed = seal(item, {"note": note} if note else {})
    return item


def first_contact_due(at: datetime) -> str:
    """By when an agent who gets a lead now has called."""
    return clock.stored(at + timedelta(hours=clocks(at)["first_contact_hours"]))


def people(phone: str) -> list[str]:
    """Keys under which a telephone's lead stands, the one to write with first."""
    return [f"person/{mark}" for mark in sealing.hashes("phone", identifiers.phone(phone))]


def agent(code: str | None) -> dict[str, Any] | None:
    """An agent as shown to customers: name, registration number, organisation, phone.

    The number is that of the sales staff's register (执业登记编号), else the insurer's own (工号).
    """
    if code is None:
        return None
    entry = organisations.entry("agents", code) or {}
    place = organisations.entry("organisations", entry.get("organisation")) or {}
    return {
        "code": code,
        "name": entry.get("name"),
        "registration_no": entry.get("registration_no") or code,
        "organisation_name": place.get("name"),
        "phone": entry.get("phone"),
    }


def named(code: str | None) -> dict[str, Any] | None:
    """An agent in a list."""
    shown = agent(code)
    return shown and {"code": shown["code"], "name": shown["name"]}


def status_name(item: LeadItem, language: str) -> str | None:
    """The status in words."""
    return codes.name("lead_status", item.facts["status"], language)


def seal(item: LeadItem, content: dict[str, Any]) -> bytes:
    """Seals what is personal for its item."""
    return sealing.seal("leads", f"{item.pk}/{item.sk}", content)


def unseal(item: LeadItem) -> dict[str, Any]:
    """What `seal` sealed; nothing where there is none."""
    return sealing.unseal("leads", f"{item.pk}/{item.sk}", item.sealed) if item.sealed else {}


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is not None and sort_key == "customer":
        from chalicelib.leads import customers  # which is made of what stands here

        return customers.reseal(item)
    if item is None or item.sealed is None or sealing.is_current("leads", item.sealed):
        return False
    return item.renew(seal(item, unseal(item)))
