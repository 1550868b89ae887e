"""The watch over deadlines (C6): every warning and every breach raised once, by an index of clocks.

A claim is looked at when its next clock has something to say; what was raised stands in its case,
written under its version, so that two watches at once raise nothing twice.
"""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib import clock, observability, watches
from chalicelib.claims import cases, gathering, letters, store
from chalicelib.failures import Failures
from chalicelib.observability import logger

REFUSAL = "refusal_notice"
_METRICS = {cases.WARNED: "ClaimDeadlinesNear", cases.BREACHED: "ClaimDeadlinesPassed"}


def watch(at: datetime, remaining: Callable[[], float] = lambda: math.inf) -> dict[str, Any]:
    """What was raised, with the numbers of the claims by organisation and department.

    `remaining` is how many seconds the run has: what it has not reached is the next one's, which
    begins with it, and counted for the alarm.

    `desks` is `{"4401/claims": {"warned": [numbers], "breached": [numbers]}}`. One claim that
    cannot be looked at keeps no other from it: what failed is raised at the end, as an
    ExceptionGroup.
    """
    result: dict[str, Any] = {"looked_at": 0, cases.WARNED: 0, cases.BREACHED: 0, "desks": {}}
    failures = Failures("claims not watched")
    # Read whole before anything is written: what is written moves within the index.
    due = store.alerts(clock.stored(at))
    left = 0
    for claim_no in due:
        if remaining() <= 0:
            left = len(due) - result["looked_at"]
            logger.warning("claims left to the next run", left=left)
            break
        result["looked_at"] += 1
        with failures.kept(claim_no=claim_no):
            for what, clocks in _look(claim_no, at).items():
                result[what] += len(clocks)
                if clocks:
                    desk = result["desks"].setdefault(_desk(claim_no), {})
                    desk.setdefault(what, []).append(claim_no)
    for metric in _METRICS.values():
        observability.count(metric, 0)
    observability.count(watches.LEFT, left)
    logger.info(
        "deadlines watched",
        looked_at=result["looked_at"],
        warned=result[cases.WARNED],
        breached=result[cases.BREACHED],
    )
    failures.tell()
    return result


def _look(claim_no: str, at: datetime) -> dict[str, list[str]]:
    """Raises what is due of one claim and puts its next alarm into the index."""
    counted = watches.Counted(_METRICS)
    for _ in range(cases.ROUNDS):
        claim = gathering.load(claim_no)
        raised = set(claim.raised)
        new = [
            (name, one)
            for name, instant, one in cases.alerts(claim)
            if name not in raised and instant <= at
        ]
        if any(one.code == REFUSAL for _, one in new):
            # Whatever the queue has lost: the letter is asked for again before its clock ends.
            letters.ask(claim.key)
        counted.once(name for name, _ in new)
        if store.change(cases.item_of(claim, at, [name for name, _ in new]), [], []):
            found: dict[str, list[str]] = {cases.WARNED: [], cases.BREACHED: []}
            for name, one in new:
                what = name.rpartition("/")[2]
                found[what].append(one.code)
                log = logger.warning if what == cases.WARNED else logger.error
                log(f"claim deadline {what}", claim_no=claim.claim_no, clock=one.code)
            return found
    return {}


def _desk(claim_no: str) -> str:
    facts = store.cases([claim_no])[claim_no].facts
    return f"{facts['organisation']}/{facts['department']}"
