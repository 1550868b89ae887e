"""The watch over objections: every warning and breach once, as an event; corrections looked for;
what somebody has open who is not there any more given to who holds the post.

Called by the scheduled watch over deadlines. It reads by two indexes what has something to say and
who handles anything, not every open objection (decision 0073). Each objection is a transaction of
its own: a run that ends early has lost nothing, the next one goes on. A correction counts as made
once the answer, made again from later data, says what was decided.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from chalicelib import clock, observability, watches
from chalicelib.failures import Failures
from chalicelib.objections import cases, corrections, letters, posts, store
from chalicelib.objections.cases import Case
from chalicelib.observability import logger

SPARE = 30.0
"""Seconds that a run leaves to what comes after it: what it has not reached is the next one's."""
_COUNTED = {"correction_seen": "corrected", "assigned": "handed_over"}
_METRICS = {cases.WARNED: "ObjectionDeadlinesNear", cases.BREACHED: cases.PASSED}
_RESULT = ("looked_at", cases.WARNED, cases.BREACHED, "corrected", "handed_over")


def watch(at: datetime, remaining: Callable[[], float] = lambda: math.inf) -> dict[str, int]:
    """How many were looked at, warned of, breached, corrections seen, and handed over.

    `remaining` is how many seconds the run has; what it has not reached is counted for the alarm,
    and the next run begins with it: those due longest come first. One objection that cannot be
    looked at keeps no other from it: what failed is raised at the end, as an ExceptionGroup.
    """
    found: Counter[str] = Counter()
    failures = Failures("objections not watched")
    # Read whole before anything is written: what is written moves within the index.
    due = store.alerts(clock.stored(at))
    left = 0
    looks = chain(
        ((number, _look) for number in due),
        ((number, _hand_over) for number in _deserted(at, failures)),
    )
    for number, look in looks:
        if remaining() < SPARE:
            # Beyond what is due, nobody has counted what somebody left behind.
            left = max(len(due) - found["looked_at"], 1)
            logger.warning("objections left to the next run", left=left)
            break
        found["looked_at"] += 1
        with failures.kept(objection_no=number):
            found.update(_COUNTED.get(kind, kind) for kind in look(number, at))
    for metric in _METRICS.values():
        observability.count(metric, 0)
    observability.count(watches.LEFT, left)
    logger.info("objections watched", looked_at=found["looked_at"])
    failures.tell()
    return {name: found[name] for name in _RESULT}


def _deserted(at: datetime, failures: Failures) -> Iterator[str]:
    """Open objections of handlers who are not there, where somebody else is."""
    with failures.kept(part="handlers"):
        for handler in posts.released(list(store.handlers()), at):
            with failures.kept(part="handler"):
                for organisation in list(store.handled_at(handler)):
                    officer = posts.serving(organisation, at)
                    if officer is not None and officer.subject != handler:
                        yield from list(store.held(handler, organisation))


def _look(number: str, at: datetime) -> list[str]:
    """Raises what is due of one objection; kinds of the events that were added."""
    counted = watches.Counted(_METRICS)
    for _ in range(cases.ROUNDS):
        case = cases.load(number)
        new = case.unraised(at)
        told: list[tuple[str, dict[str, Any]]] = [
            (name.rpartition("/")[2], {"clock": one.code}) for name, one in new
        ]
        if case.objection.correction == "ordered" and corrections.made(case, at):
            told.append(("correction_seen", {}))
        raised = [name for name, _ in new]
        if cases.letter_due(case.objection, at):
            # Whatever the queue has lost: the letter is asked for again.
            letters.ask(case.number)
        if case.objection.correction == "ordered":
            corrections.hand_out(case)
            raised.append(cases.HANDED_OUT)
        if not told:
            # Nothing happened that anybody has to see before his next step.
            after = case.then([], at, raised)
            after.item.version = case.version
            store.put_off(after.item)
            return []
        counted.once(name for name, _ in new)
        if _added(case, told, at, raised):
            return [kind for kind, _ in told]
    return []


def _hand_over(number: str, at: datetime) -> list[str]:
    """Gives one objection to who holds the post now, if its handler is still not there."""
    for _ in range(cases.ROUNDS):
        case = cases.load(number)
        officer = posts.successor(case.objection, at)
        if officer is None:
            return []
        seq = case.objection.seq + 1
        messages = posts.messages("objection_assigned", number, seq, officer, at)
        facts = {"handler": officer.subject, "cause": officer.cause}
        if _added(case, [("assigned", facts)], at, messages=messages):
            return ["assigned"]
    return []


def _added(
    case: Case,
    told: Sequence[tuple[str, dict[str, Any]]],
    at: datetime,
    raised: Sequence[str] = (),
    messages: Sequence[Any] = (),
) -> bool:
    """Adds events that nobody in particular brought about; False if another came first."""
    events = [
        case.event(kind, facts, {}, by=None, at=at, place=place)
        for place, (kind, facts) in enumerate(told, 1)
    ]
    after = case.then(events, at, raised)
    if not store.change(after.item, after.entries, [], messages):
        return False
    for kind, _ in told:
        logger.info("objection watched", objection_no=case.number, event=kind)
    return True
