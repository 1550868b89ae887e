"""How the customer found it (满意度): asked once after a claim has ended, for figures (K2).

The answer stands with the claim, its words sealed. Beside it, without the claim's number, stands
what figures are made of: `satisfaction/<day>` holds a score with line and organisation each.
"""

import secrets
from datetime import date, datetime
from typing import Any

from chalicelib import clock
from chalicelib.claims import events, store
from chalicelib.claims.cases import Claim
from chalicelib.errors import NotAskedError
from chalicelib.observability import logger

ASKED = frozenset({"closed", "refused"})
"""Ends of a claim after which one is asked; who withdrew or cancelled has seen too little."""
_KEY = "satisfaction"


def standing(claim: Claim) -> dict[str, bool]:
    """Whether the question is open: `asked` once the claim is at its end, `answered` for good."""
    return {"asked": claim.case.status in ASKED, "answered": _answered(claim) is not None}


def answer(claim: Claim, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Keeps the answer, the same one for good; NotAskedError for another or an early one."""
    if _answered(claim) is None:
        if claim.case.status not in ASKED:
            raise NotAskedError
        if store.add(_items(claim, given, at)):
            logger.info("satisfaction told", claim_no=claim.claim_no, score=given["score"])
    found = _answered(claim)
    if found is None or found.facts["score"] != given["score"]:
        raise NotAskedError
    told = clock.parse(found.facts["at"])
    return {"score": found.facts["score"], "answered_at": clock.shown(told)}


def of_day(day: date) -> list[tuple[int, str]]:
    """Scores of Shanghai's day with the organisation of each, in no order; nobody's name."""
    found = store.of_partition(f"{_KEY}/{day}")
    return [(int(item.facts["score"]), str(item.facts["organisation"])) for item in found]


def _answered(claim: Claim) -> store.ClaimItem | None:
    return store.get(f"claim/{claim.claim_no}", _KEY)


def _items(claim: Claim, given: dict[str, Any], at: datetime) -> list[store.ClaimItem]:
    facts = {"score": given["score"], "at": clock.stored(at)}
    words = {"comment": given["comment"]} if "comment" in given else {}
    own = store.ClaimItem(f"claim/{claim.claim_no}", _KEY, facts=facts)
    figure = store.ClaimItem(
        f"{_KEY}/{clock.shanghai_day(at)}",
        secrets.token_hex(8),
        facts={
            "score": given["score"],
            "line": claim.record.line if claim.record else None,
            "organisation": claim.organisation,
            "ended": claim.case.status,
        },
    )
    return [events.sealed(own, words), figure]
