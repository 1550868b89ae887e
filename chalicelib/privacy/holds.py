"""Legal hold (法律保全): a thing that must not go while a dispute or an inquiry needs it.

Placed and lifted by two people; overrides every period of the retention data. A thing is named by
kind and key, `policy/PDZA…`: never by a person.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib import identifiers, texts
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.privacy import register, store
from chalicelib.staff.model import Staff

PLACE, LIFT = "place_hold", "lift_hold"
STANDING = "holds"


def ask(staff: Staff, told: dict[str, str], language: str, at: datetime) -> Approval:
    """Puts a hold, or its end, before another person; InvalidInputError for one that is not."""
    thing = named(told["thing"])
    if (thing in held([thing])) == (told["action"] == "place"):
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/thing", "invalid", detail)])
    action = PLACE if told["action"] == "place" else LIFT
    content = {"thing": thing, "reason": told["reason"]}
    return approvals.ask(staff, action, staff.organisation, content, at)


def held(things: Iterable[str]) -> set[str]:
    """Those of the things that a hold keeps."""
    return {key for _, key in store.standing({(STANDING, thing) for thing in things})}


def every() -> list[dict[str, Any]]:
    """The holds that stand."""
    return [register.shown(item) for item in store.page(STANDING, None, 100)]


def named(thing: str) -> str:
    """A thing as it is keyed: policy numbers in their comparable form."""
    kind, _, key = thing.partition("/")
    return f"{kind}/{identifiers.policy_no(key)}" if kind == "policy" else thing


@approvals.performs(PLACE)
def _place(approval: Approval) -> None:
    thing = approval.content["thing"]
    entry = register.entry("hold-placed", {"thing": thing}, approval)
    store.enter(entry, add=register.copy(entry, STANDING, thing, approval))


@approvals.performs(LIFT)
def _lift(approval: Approval) -> None:
    thing = approval.content["thing"]
    entry = register.entry("hold-lifted", {"thing": thing}, approval)
    store.enter(entry, remove=store.get(STANDING, thing))
