"""AWS's own metrics that are played: what the gateway answered, which invocations failed."""

import time
from typing import NamedTuple


class Series(NamedTuple):
    """What names a metric."""

    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]] = frozenset()


class Point(NamedTuple):
    """A value of a metric at an instant, in seconds since 1970."""

    at: float
    value: float


class Metrics:
    """Counts of one stack since it started; every count is a point of its own."""

    def __init__(self) -> None:
        self._points: dict[Series, list[Point]] = {}

    def count(self, namespace: str, metric: str, value: float = 1.0, **dimensions: str) -> None:
        """One more, or so many at once."""
        series = Series(namespace, metric, frozenset(dimensions.items()))
        self._points.setdefault(series, []).append(Point(time.time(), value))

    def of(self, series: Series) -> list[Point]:
        """What was counted, in order."""
        return list(self._points.get(series, ()))
