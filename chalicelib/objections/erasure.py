"""Erasing what is personal of closed objections once their period is over; the register stays.

What people wrote goes, and with it the salt of its digest, and from the case the policy's number
and the person's mark.
Letter and evidence open for nobody any more, names of files are gone; no function may delete the
files themselves, the buckets' own rules do.
"""

from collections.abc import Callable, Sequence
from datetime import date

from chalicelib import clock
from chalicelib.attachments import service as attachments
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.objections import cases, evidence, store
from chalicelib.privacy import destruction

KIND = "objection"


def due(is_over: Callable[[date], bool], limit: int) -> list[str]:
    """Numbers of closed objections whose period is over, those answered first at the beginning."""
    found: list[str] = []
    for number, replied_at in store.closed():
        if len(found) == limit or not is_over(clock.shanghai_day(clock.parse(replied_at))):
            break
        found.append(number)
    return found


def erase(numbers: Sequence[str]) -> None:
    """Erases the words and the policy's number; nothing more of what is erased already.

    OvertakenError where others keep coming first: what is on record must be gone.
    """
    for number in numbers:
        for _ in range(cases.ROUNDS):
            case = cases.load(number)
            facts = {**case.item.facts, "policy_no": None, "person": None, "erased": True}
            at = clock.parse(case.log[-1]["at"])
            item = cases.item_of(case.objection, facts, case.keys, case.version + 1, at)
            attachments.forget(evidence.owner(number))
            if store.erase(item, [store.without_words(one) for one in case.written]):
                break
        else:
            raise OvertakenError


def since(number: str) -> date | None:
    """The day of the reply, once nothing is to be done about it any more; None once erased."""
    try:
        case = cases.load(number)
    except NotFoundError:
        return None
    if case.item.clock != store.ENDED:
        return None
    return clock.shanghai_day(clock.parse(case.item.facts["replied_at"]))


destruction.erases(KIND, destruction.Eraser(due, erase, since))
