"""The log of what happens to claims: reports, moves of staff, messages; added to, never edited.

An event has its own time (`at`), by which it counts, and the time at which it came (`received_at`).
What it is (`kind`) is said in `folding`. Rows of the core system are the other half of the log;
they stand beside their policy (chalicelib/policies/parts.py).
"""

import secrets
from datetime import datetime
from typing import Any

from chalicelib import clock, identifiers, sealing, tables
from chalicelib.claims import store


def known(policy_no: str) -> tables.Keys:
    """What is there if the policy has any web report, for whoever reads something else anyway."""
    number = identifiers.policy_no(policy_no)
    # What can be no key is looked for under one that nobody has: the same work whatever was typed.
    return store.losses(f"policy/{number if identifiers.may_be_looked_up(number) else '-'}")


def of_policy(policy_no: str) -> list["Stop"]:
    """What happened here to the claims of a policy, as its answer shows them.

    Reports that anybody may have sent are left out.
    """
    items = store.of(f"policy/{identifiers.policy_no(policy_no)}")
    unverified = {
        item.facts["claim_no"]
        for item in items
        if item.sk.endswith("/report") and not item.facts["verified"]
    }
    return [
        Stop(item)
        for item in items
        if "/event/" in item.sk and item.facts["claim_no"] not in unverified
    ]


def happened(
    place: str,
    claim_no: str,
    facts: dict[str, Any],
    hidden: dict[str, Any],
    at: datetime,
    received_at: datetime,
    name: str = "",
) -> store.ClaimItem:
    """A new event; `hidden` is sealed. One that may come twice has a `name` of its own."""
    place_in_log = f"{clock.stored(at)}/{name or secrets.token_hex(4)}"
    item = store.ClaimItem(
        place,
        f"claim/{claim_no}/event/{place_in_log}",
        facts={
            "claim_no": claim_no,
            "at": clock.stored(at),
            "received_at": clock.stored(received_at),
            **facts,
        },
    )
    return sealed(item, hidden) if hidden else item


def message(
    key: str, kind: str, hidden: dict[str, Any], facts: dict[str, Any], at: datetime
) -> store.ClaimItem:
    """A message of the box: `asked` by the customer or `answered` by staff."""
    return sealed(
        store.ClaimItem(
            f"claim/{key}",
            f"{store.MESSAGE}{clock.stored(at)}/{secrets.token_hex(4)}",
            facts={
                "claim_no": key,
                "kind": kind,
                "at": clock.stored(at),
                "received_at": clock.stored(at),
                **facts,
            },
        ),
        hidden,
    )


def sealed(item: store.ClaimItem, content: dict[str, Any]) -> store.ClaimItem:
    """The item with this content, which opens nowhere else."""
    item.sealed = sealing.seal("claims", full_key(item), content)
    return item


def opens(claim_no: str | None, phone: str) -> bool:
    """Whether the telephone is the one that the claim was reported with."""
    # Until 2026-11-22 a number was hashed with its +86, where it was typed so.
    forms = {identifiers.phone(phone), identifiers.id_no(phone)}
    given = {mark for form in forms for mark in sealing.hashes("phone", form)}
    where = store.get(f"claim/{claim_no or 'nobody'}", "where")
    return where is not None and where.facts["phone"] in given


class Stop:
    """A stop of a web report, in the form of the core system's stops."""

    def __init__(self, item: store.ClaimItem) -> None:
        self.key: str = item.sk
        self.facts: dict[str, Any] = item.facts
        self._item = item

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""
        # PynamoDB's types say nothing of null=True.
        sealed: bytes | None = self._item.sealed
        if sealed is None:
            return dict(self.facts)
        return {**self.facts, **sealing.unseal("claims", full_key(self._item), sealed)}


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    sealed: bytes | None = item.sealed if item else None
    if item is None or sealed is None or sealing.is_current("claims", sealed):
        return False
    content = sealing.unseal("claims", full_key(item), item.sealed)
    return item.renew(sealing.seal("claims", full_key(item), content))


def full_key(item: store.ClaimItem) -> str:
    """What an item's seal is bound to."""
    return f"{item.pk}/{item.sk}"
