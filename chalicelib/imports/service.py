"""What happens to a dropped file: planned once, worked on in ranges by many, reported at the end.

Every step may be repeated: an event delivered twice finds the plan, a range done twice finds its
own rows, a report written twice is the same report.
"""

import math
from datetime import datetime

from chalicelib.imports import checking, planning, store, working


def begin(file: store.File, at: datetime) -> None:
    """Plans a dropped file and queues its ranges; dropped again it queues what is left to do."""
    planning.begin(file, at)


def work(import_id: str, number: int, remaining: working.Remaining = lambda: math.inf) -> None:
    """Does one range of a file; `remaining` says how many seconds the worker still has."""
    if import_id.startswith("check/"):
        checking.work(import_id, number, remaining)
    else:
        working.work(import_id, number, remaining)


def retry(import_id: str, *, force: bool = False) -> bool:
    """Queues what is left of a file; `force` lets in one that was stopped for its many errors."""
    return planning.resume(import_id, force=force)
