"""Whose an objection is: the insured when it was filed, by his keyed hash.

The mark stands with the case alone, not in the register, and goes when personal data are erased.
"""

from typing import Any

from chalicelib import sealing
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.objections import cases, store
from chalicelib.objections.cases import Case


def mark(words: dict[str, Any]) -> str | None:
    """The person's mark, from what was written when an objection was filed."""
    insured = words.get("insured")
    return sealing.keyed_hash(*insured) if insured else None


def of(identity: tuple[str, str], limit: int) -> list[Case]:
    """The objections of a person, the oldest first, but for those that are erased."""
    numbers = store.of_person(sealing.hashes(*identity), limit)
    found = [cases.load(number) for number in numbers]
    return [case for case in found if case.told().get("insured") == list(identity)]


def remark(key: str) -> bool:
    """Marks a case anew whose mark an older key made, or that has none yet; whether it did."""
    for _ in range(cases.ROUNDS):
        try:
            case = cases.load(key.partition("/")[2])
        except NotFoundError:
            return False
        standing, new = case.item.person, mark(case.told())
        if new is None or (standing is not None and sealing.is_newest(standing)):
            return False
        case.item.person = new
        case.item.facts = {**case.item.facts, "person": new}
        # Whoever wrote it meanwhile took the old mark along.
        if store.put_off(case.item):
            return True
    raise OvertakenError
