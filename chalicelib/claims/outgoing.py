"""Web reports on their way to the core system: `outgoing/claims/<day>/<claim_no>.jsonl`, each once.

What waits is written with the report. The key says all that makes it deterministic: the report's
day in Shanghai and its number, neither of them personal; the file is written only where none is.
"""

import json
from datetime import datetime
from typing import Any
from zlib import crc32

from chalicelib import clock, observability, queues, sealing
from chalicelib.claims import events, store
from chalicelib.observability import logger

_bell = queues.Bell("OUTGOING_QUEUE_URL")


class NotHandedOutError(RuntimeError):
    """When some of the reports that wait could not be handed out; the next sweep tries again."""


def item(claim_no: str, place: str, at: datetime) -> store.ClaimItem:
    """What waits to be handed out, saved with the report."""
    return store.ClaimItem(
        f"outgoing/{crc32(claim_no.encode()) % store.OUTGOING_SHARDS}",
        f"{clock.stored(at)}/{claim_no}",
        facts={
            "claim_no": claim_no,
            "place": place,
            "at": clock.stored(at),
            queues.ORIGIN: observability.request_id(),
        },
    )


def wake(waiting: store.ClaimItem) -> None:
    """Has a report handed out now. Only quickens: what fails here is found by the sweep."""
    try:
        _bell.ring([{"key": waiting.pk, "sort_key": waiting.sk}], clock.now())
    # The report is stored and its answer must not fail; the sweep comes within the minute.
    except Exception:  # noqa: BLE001 - see above; it is logged
        logger.exception("report was not queued", claim_no=waiting.facts["claim_no"])


def sweep() -> int:
    """Hands out whatever still waits, whatever the queue has lost; how many."""
    count, failed = 0, 0
    for waiting in store.outgoing():
        with observability.going_on(waiting.facts.get(queues.ORIGIN)):
            try:
                _hand_out(waiting)
                count += 1
            # One that cannot go must not keep the others; whoever swept is told at the end.
            except Exception:  # noqa: BLE001 - see above; it is logged and tried again
                logger.exception("report was not handed out", claim_no=waiting.facts["claim_no"])
                failed += 1
    if failed:
        raise NotHandedOutError(f"{failed} reports wait on")
    return count


def hand_out(key: str, sort_key: str) -> None:
    """Hands out one report; a second call finds nothing to do."""
    waiting = store.get(key, sort_key)
    if waiting is not None:
        _hand_out(waiting)


def _hand_out(waiting: store.ClaimItem) -> None:
    claim_no = waiting.facts["claim_no"]
    report = store.get(waiting.facts["place"], f"claim/{claim_no}/report")
    if report is None:
        raise LookupError("a report that waits to be handed out is not there")
    day = clock.shanghai_day(clock.parse(waiting.facts["at"]))
    store.put_outgoing(f"outgoing/claims/{day}/{claim_no}.jsonl", _line(report))
    store.handed_out(waiting)
    logger.info("report handed out", claim_no=claim_no)


def _line(report: store.ClaimItem) -> bytes:
    """One line with all that was reported, the same bytes on every try."""
    facts: dict[str, Any] = report.facts
    told = {
        **sealing.unseal("claims", events.full_key(report), report.sealed),
        "report_no": facts["claim_no"],
        "verified": facts["verified"],
        "outside_period": facts["outside_period"],
        "policy_no": facts["policy_no"],
        "line": facts["line"],
        "organisation": facts["organisation"],
        "reported_at": clock.shown(clock.parse(facts["reported_at"])),
        "occurred_at": clock.shown(clock.parse(facts["occurred_at"])),
    }
    line = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{line}\n".encode()
