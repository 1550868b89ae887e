"""Contacts with customers (客户联系记录): a log that only grows, and what the last one brings.

A customer is the insured identity that policies share; his log stands under its keyed hash and
moves along when hash keys are exchanged. A contact is found again by its own name too, under
whichever mark it stands by then: destruction names by it what is to go.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, sealing
from chalicelib.leads import desk, service, store
from chalicelib.leads.store import LeadItem

SAID = "contact"
"""What the index of what waits calls contacts, by month: one is found by its instant."""
AGAIN = timedelta(minutes=2)
"""Within this the same words of the same person are one contact that was sent twice."""


class Told:
    """One contact with a customer: who told of it, and what."""

    def __init__(
        self, agent: str, told: dict[str, Any], phones: Iterable[str], at: datetime
    ) -> None:
        """`told` names the policy spoken of, `phones` are the marks of that policy's numbers."""
        self.agent, self.told, self.phones, self.at = agent, told, sorted(phones), at
        said = "\x00".join(f"{name}={told[name]}" for name in sorted(told))
        self.mark = sealing.keyed_hash("contact", f"{agent}\x00{said}")


def head(marks: Sequence[str]) -> dict[str, Any]:
    """What is known of a customer by his live marks; empty where nobody has called."""
    found = store.some([(_key(mark), desk.CUSTOMER) for mark in marks])
    return dict(found[0].facts) if found else {}


def log(marks: Sequence[str], identity: tuple[str, str], contact: Told) -> dict[str, Any] | None:
    """Adds a contact; what is known then, None if another one came first.

    `marks` are the customer's live ones, the newest first, and `identity` what they are made of.
    """
    found = store.some([(_key(mark), desk.CUSTOMER) for mark in marks])
    before = found[0] if found else None
    facts: dict[str, Any] = dict(before.facts) if before else {}
    stamp, told = clock.stored(contact.at), contact.told
    if facts.get("told") == contact.mark and facts["last_contact_at"] > clock.stored(
        contact.at - AGAIN
    ):
        return facts
    revision = 1 if before is None else int(before.revision or 0) + 1
    item = LeadItem(before.pk if before else _key(marks[0]), desk.CUSTOMER, revision=revision)
    item.sealed = service.seal(item, {"kind": identity[0], "value": identity[1]})
    stays = facts.get("do_not_call", False) or told["outcome"] == "do_not_call"
    item.facts = {
        **facts,
        "agent": contact.agent,
        "told": contact.mark,
        "last_contact_at": stamp,
        "last_outcome": told["outcome"],
        "next_on": told.get("next_on"),
        "policy_no": told["policy_no"],
        "phones": contact.phones,
        "do_not_call": stays,
    }
    item.waiting, item.due_at = f"{desk.CUSTOMER}/{stamp[:7]}", stamp
    if item.facts["next_on"] and not stays:
        item.desk, item.todo = contact.agent, item.facts["next_on"]
    event = LeadItem(item.pk, f"event/{stamp}/{revision:06d}-{secrets.token_hex(4)}")
    note = {"note": told["note"]} if "note" in told else {}
    open_ = {name: value for name, value in told.items() if name not in ("note", "phone")}
    event.facts = {"kind": "contact", "at": stamp, "by": contact.agent, **open_}
    event.sealed = service.seal(event, note)
    event.waiting, event.due_at = f"{SAID}/{stamp[:7]}", stamp
    if before is None:
        written = store.write([event], pointer=(item, None))
    else:
        written = store.write([event], changed=item)
    return item.facts if written else None


def hand_over(mark: str, agent: str) -> None:
    """Puts a customer who is to be called again on the desk of the agent whose he is by now.

    Whoever logs a contact meanwhile has the last word.
    """
    found = store.some([(_key(mark), desk.CUSTOMER)])
    if not found or found[0].desk is None:
        return
    (before,) = found
    item = LeadItem(before.pk, before.sk, facts=before.facts, sealed=before.sealed)
    item.revision, item.desk, item.todo = int(before.revision or 0) + 1, agent, before.todo
    item.waiting, item.due_at = before.waiting, before.due_at
    store.write([], changed=item)


def history(marks: Sequence[str]) -> list[dict[str, Any]]:
    """Every contact with a customer, the newest first, with the note in clear."""
    found = [item for mark in marks for item in store.events(_key(mark))]
    found.sort(key=lambda item: str(item.sk), reverse=True)
    return [{**item.facts, "note": service.unseal(item).get("note")} for item in found]


def named(event: LeadItem) -> str:
    """What a contact is called outside: nothing of the customer, the same under every key."""
    return str(event.sk).removeprefix("event/")


def logs(instant: str) -> list[str]:
    """The keys of logs that hold a contact of that instant (as stored), whatever their mark is.

    Contacts of before they stood in an index are found while they are the last of their log.
    """
    found = [
        *store.waiting_at(f"{SAID}/{instant[:7]}", instant),
        *store.waiting_at(f"{desk.CUSTOMER}/{instant[:7]}", instant),
    ]
    return sorted({str(item.pk) for item in found})


def reseal(item: LeadItem) -> bool:
    """Moves a log under the newest mark, or seals its head anew; whether anything was written.

    Other items of it are sealed anew one by one, as those of leads are. What is erased meanwhile
    stays erased; a head that somebody changed meanwhile waits for the next pass.
    """
    if sealing.is_newest(item.pk.partition("/")[2]):
        return not sealing.is_current("leads", item.sealed) and item.renew(
            service.seal(item, service.unseal(item))
        )
    person = service.unseal(item)
    key = _key(sealing.keyed_hash(person["kind"], person["value"]))
    for event in store.events(item.pk):
        store.move(event, _copy(event, key))
    store.move(item, _copy(item, key))
    return True


def _copy(item: LeadItem, key: str) -> LeadItem:
    kept = {name: getattr(item, name) for name in LeadItem.get_attributes()}
    copy = LeadItem(**{**kept, "pk": key})
    copy.sealed = service.seal(copy, service.unseal(item))
    return copy


def _key(mark: str) -> str:
    return f"{desk.CUSTOMER}/{mark}"
