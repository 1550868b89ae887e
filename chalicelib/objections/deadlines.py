"""The watch over objections: every warning and breach once, as an event; corrections looked for;
what somebody has open who is not there any more given to who holds the post.

Called by the scheduled watch over deadlines. A correction counts as made once the answer, made
again from later data, says what was decided.
"""

from datetime import datetime
from typing import Any

from chalicelib import clock, observability
from chalicelib.objections import cases, corrections, items, letters, posts, store
from chalicelib.objections.cases import Case
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.queries import service as queries

_COUNTED = {"correction_seen": "corrected", "assigned": "handed_over"}


def watch(at: datetime) -> dict[str, int]:
    """How many were looked at, warned of, breached, and how many corrections were seen."""
    result = {"looked_at": 0, cases.WARNED: 0, cases.BREACHED: 0, "corrected": 0, "handed_over": 0}
    # Read whole before anything is written: what is written moves within the index.
    for number in list(store.alerts(clock.stored(at))):
        result["looked_at"] += 1
        for kind in _look(number, at):
            result[_COUNTED.get(kind, kind)] += 1
    observability.count("ObjectionDeadlinesNear", result[cases.WARNED])
    observability.count("ObjectionDeadlinesPassed", result[cases.BREACHED])
    logger.info("objections watched", looked_at=result["looked_at"])
    return result


def _look(number: str, at: datetime) -> list[str]:
    """Raises what is due of one objection; kinds of the events that were added."""
    for _ in range(cases.ROUNDS):
        case = cases.load(number)
        known = set(case.item.facts["raised"])
        new = [
            (name, one)
            for name, instant, one in cases.alarms(case.objection)
            if name not in known and instant <= at
        ]
        told: list[tuple[str, dict[str, Any]]] = [
            (name.rpartition("/")[2], {"clock": one.code}) for name, one in new
        ]
        if case.objection.correction == "ordered" and _corrected(case, at):
            told.append(("correction_seen", {}))
        officer = posts.successor(case.objection, at)
        if officer is not None:
            told.append(("assigned", {"handler": officer.subject}))
        events = [
            case.event(kind, facts, {}, by=None, at=at, place=place)
            for place, (kind, facts) in enumerate(told, 1)
        ]
        raised = [name for name, _ in new]
        if cases.letter_due(case.objection, at):
            # Whatever the queue has lost: the letter is asked for again.
            letters.ask(case.number)
        if case.objection.correction == "ordered":
            corrections.hand_out(case)
            raised.append(cases.HANDED_OUT)
        after = case.then(events, at, raised)
        if not events:
            # Nothing happened that anybody has to see before his next step.
            after.item.version = case.version
            store.put_off(after.item)
            return []
        messages = posts.messages("objection_assigned", number, after.found.seq, officer, at)
        if store.change(after.item, after.entries, [], messages):
            for kind, _ in told:
                logger.info("objection watched", objection_no=number, event=kind)
            return [kind for kind, _ in told]
    return []


def _corrected(case: Case, at: datetime) -> bool:
    """Whether every item that was decided says so in the answer of now."""
    record = policies.find(case.policy_no) if case.policy_no else None
    proposal = case.objection.proposal
    if record is None or proposal is None:
        return False
    answer = queries.answer_of(record, "id", case.objection.filed["language"], at)
    decided = [one for one in case.words(proposal).get("items", []) if "decided" in one]
    return bool(decided) and all(
        items.value(answer, one["item"]) == one["decided"] for one in decided
    )
