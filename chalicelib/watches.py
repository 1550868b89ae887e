"""What watches over deadlines share: what is due, what is counted of it, and what a run leaves."""

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib import observability

LEFT = "DeadlinesLeft"
"""Counts what a run was to look at and had no time for, in whichever room."""


def due(index: Any, alert_at: Any, shards: int, until: str) -> list[str]:
    """What has something to say by then (storage form), by the end of its key: those due longest
    first, whatever part of the index they are in, so that a run begins with what another left."""
    found = [
        (item.alert_at, item.pk.partition("/")[2])
        for shard in range(shards)
        for item in index.query(f"clock/{shard}", alert_at <= until)
    ]
    return [number for _, number in sorted(found)]


class Counted:
    """The alarms of one thing, each counted once, however often storing them has to be tried.

    `metrics` are by what an alarm's name ends with: `warned`, `breached`.
    """

    def __init__(self, metrics: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._known: set[str] = set()

    def once(self, names: Iterable[str]) -> None:
        """Before they are stored: a run that dies between the two counts them again, not never."""
        for name in names:
            if name not in self._known:
                observability.count(self._metrics[name.rpartition("/")[2]])
                self._known.add(name)
