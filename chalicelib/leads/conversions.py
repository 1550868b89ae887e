"""Leads that became customers: a policy that comes in later finds the lead of its telephone.

The import does nothing for it: the function that makes a policy's document, which every accepted
version goes through, looks here with the policy in hand. Telephones are compared by keyed hash.
"""

from datetime import datetime

from chalicelib import clock
from chalicelib.leads import service, store
from chalicelib.leads.store import LeadItem
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.policies.model import Policy

ROUNDS = 8
SOLD = frozenset({"in_force", "pending"})
_TELEPHONES = ("policyholder_phone", "mobile", "home_phone", "office_phone")
_SHORTEST = 7
"""Digits of a telephone number without its area code; what is shorter is none."""


def look(policy_no: str, version: int, at: datetime) -> list[str]:
    """Numbers of the leads that this version of a policy turns into customers; again none."""
    return bought(policies.version(policy_no, version), at)


def bought(policy: Policy, at: datetime) -> list[str]:
    """The same of a policy in hand."""
    if policy["status"] not in SOLD:
        return []
    told = [str(policy[name]) for name in _TELEPHONES if name in policy]  # type: ignore[literal-required]  # of Policy, all four
    keys = [key for phone in told if len(phone) >= _SHORTEST for key in service.people(phone)]
    pointers = store.some([(key, "lead") for key in dict.fromkeys(keys)]) if keys else []
    numbers = dict.fromkeys(pointer.facts["lead_no"] for pointer in pointers)
    return [lead_no for lead_no in numbers if _convert(lead_no, policy, at)]


def _convert(lead_no: str, policy: Policy, at: datetime) -> bool:
    for _ in range(ROUNDS):
        lead = service.find(lead_no)
        if lead is None or not _led_to(lead, policy):
            return False
        event = service.event(
            lead, "converted", at, "import", line=policy["line"], note=policy["policy_no"]
        )
        now = service.changed(
            lead, status="converted", converted_at=clock.stored(at), converted_by="import"
        )
        if store.write([event], now):
            logger.info("lead converted", lead_no=lead_no)
            return True
    raise RuntimeError("a lead was changed again and again while it was converted")


def _led_to(lead: LeadItem, policy: Policy) -> bool:
    """Whether the policy was issued after the lead came, which is still open or was given up."""
    came = clock.shanghai_day(clock.parse(lead.facts["received_at"])).isoformat()
    standing = lead.facts["status"]
    return policy["issued_on"] >= came and (standing in service.OPEN or standing == "lost")
