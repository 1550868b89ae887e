"""The stops of web reports, and whom a report opens to."""

from typing import Any

from chalicelib import identifiers, sealing, tables
from chalicelib.claims import store
from chalicelib.errors import NotFoundError


def known(policy_no: str) -> tables.Keys:
    """What is there if the policy has any web report, for whoever reads something else anyway."""
    number = identifiers.policy_no(policy_no)
    # What can be no key is looked for under one that nobody has: the same work whatever was typed.
    return store.losses(f"policy/{number if identifiers.may_be_looked_up(number) else '-'}")


def of_policy(policy_no: str) -> list["Stop"]:
    """The stops of verified web reports of a policy, as its answer shows them."""
    items = store.of(f"policy/{identifiers.policy_no(policy_no)}")
    verified = {
        item.facts["claim_no"]
        for item in items
        if item.sk.endswith("/report") and item.facts["verified"]
    }
    return [
        Stop(item) for item in items if "/event/" in item.sk and item.facts["claim_no"] in verified
    ]


def stops_of(claim_no: str) -> tuple[dict[str, Any], list["Stop"]]:
    """The open facts of a report and its stops; NotFoundError if there is none of that number."""
    where = store.get(f"claim/{claim_no}", "where")
    if where is None:
        raise NotFoundError
    items = store.of(where.facts["place"], claim_no)
    report_item = next(item for item in items if item.sk.endswith("/report"))
    return report_item.facts, [Stop(item) for item in items if "/event/" in item.sk]


def opens(claim_no: str | None, phone: str) -> bool:
    """Whether the telephone is the one that the claim was reported with."""
    given = set(sealing.hashes("phone", identifiers.id_no(phone)))
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
        sealed = self._item.sealed
        return {**self.facts, **sealing.unseal("claims", full_key(self._item), sealed)}


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is None or sealing.is_current("claims", item.sealed):
        return False
    content = sealing.unseal("claims", full_key(item), item.sealed)
    return store.renew(item, sealing.seal("claims", full_key(item), content))


def full_key(item: store.ClaimItem) -> str:
    """What an item's seal is bound to."""
    return f"{item.pk}/{item.sk}"
