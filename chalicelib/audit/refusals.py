"""Sign-ins that were refused (401), on record without letting strangers fill the audit.

The first refusal of a caller in a minute is an event; those after it are counted by the metric
`SignInsRefused` alone. Callers share `BUCKETS` places by their keyed hash, so that a minute has no
more events than that from the door, and one per reason from the gate, which knows no caller.
"""

import json
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from chalicelib import clock, observability, sealing
from chalicelib.audit import store

ACTION = "SIGN-IN"
SUBJECT = "unknown"
"""A token that is not believed names nobody."""
BUCKETS = 64
GATE = "gate"


def record(reason: str, caller: str | None, at: datetime) -> None:
    """Notes a refusal for a reason of our own words; `caller` is an address, None at the gate."""
    observability.count("SignInsRefused")
    minute = at.replace(second=0, microsecond=0)
    mark = GATE if caller is None else sealing.keyed_hash("caller", caller)
    place = reason if caller is None else str(int(sha256(mark.encode()).hexdigest(), 16) % BUCKETS)
    _once(clock.stored(minute), clock.shanghai_day(at).isoformat(), place, reason, mark)


# Remembered by the process: a flood of refusals is one write here, not a flood of failed writes.
@lru_cache(maxsize=256)
def _once(minute: str, day: str, place: str, reason: str, mark: str) -> None:
    event_id = sha256(f"{ACTION}/{minute}/{place}".encode()).hexdigest()[:16]
    facts = {
        "event_id": event_id,
        "at": minute,
        "subject": SUBJECT,
        "roles": [],
        "organisation": None,
        "department": None,
        "caller": mark,
        "action": ACTION,
        "outcome": "denied",
        "status": 401,
        "objects": [],
        "object_count": 0,
        "fields": [reason],
        "purpose": None,
        "request_id": "",
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    store.add_once(store.Event(day, minute, event_id, text, SUBJECT))
