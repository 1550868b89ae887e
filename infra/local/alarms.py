"""Alarms that would have fired: those of the template, over what the functions counted."""

import json
import operator
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.metrics import Metrics, Point, Series
from infra.local.resources import Resources

ALARM, OK = "ALARM", "OK"
RUNBOOK = ". Runbook: "
QUEUES = "AWS/SQS"
"""Played at the time of asking: how many messages wait, and since when some do."""
AGE = "ApproximateAgeOfOldestMessage"

_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": lambda values: sum(values) / len(values),
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class Alarm:
    """One alarm as the template defines it, its values resolved.

    Periods end at the moment of looking, not at whole minutes as in CloudWatch. An alarm that wants
    only some of its periods breached is looked at when values come and go, not in between.
    """

    def __init__(self, properties: Mapping[str, Any]) -> None:
        dimensions = properties.get("Dimensions", [])
        self.series = Series(
            properties["Namespace"],
            properties["MetricName"],
            frozenset((one["Name"], str(one["Value"])) for one in dimensions),
        )
        self.description, _, self.runbook = properties["AlarmDescription"].partition(RUNBOOK)
        self._statistic = _STATISTICS[properties["Statistic"]]
        self._breached = _COMPARISONS[properties["ComparisonOperator"]]
        self._threshold = float(properties["Threshold"])
        self._period = int(properties["Period"])
        self._periods = int(properties["EvaluationPeriods"])
        self._wanted = int(properties.get("DatapointsToAlarm", self._periods))
        self._without = properties.get("TreatMissingData") == "breaching"

    def changes(self, points: Sequence[Point], began: float, now: float) -> list[tuple[float, str]]:
        """When it became ALARM and OK again, from `began` to `now`; it begins as OK.

        `points` in their order. Before `began` nothing is missing: there was nothing to count.
        """
        window = self._period * self._periods
        moments = {began + window, now}
        moments |= {when for point in points for when in (point.at, point.at + window)}
        state, found = OK, []
        for moment in sorted(moment for moment in moments if moment <= now):
            before, state = state, self._state(points, began, moment)
            if state != before:
                found.append((moment, state))
        return found

    def _state(self, points: Sequence[Point], began: float, at: float) -> str:
        breached = 0
        for number in range(self._periods):
            end = at - number * self._period
            begin = end - self._period
            first = bisect_right(points, begin, key=lambda point: point.at)
            last = bisect_right(points, end, key=lambda point: point.at)
            values = [point.value for point in points[first:last]]
            if values:
                breached += self._breached(self._statistic(values), self._threshold)
            else:
                breached += self._without and begin >= began
        return ALARM if breached >= self._wanted else OK


class Alarms:
    """The alarms of a running stack."""

    def __init__(self, resources: Resources, logs: Path, metrics: Metrics) -> None:
        self._resources = resources
        self._logs = logs
        self._metrics = metrics
        self._began = datetime.now(UTC).timestamp()
        self._queues: dict[Series, list[Point]] = {}
        self._waiting_since: dict[str, float] = {}

    def fired(self, at: datetime | None = None) -> dict[str, Any]:
        """What GET /_local/alarms answers: whatever fired since the start, as if it were `at`."""
        now = (at or datetime.now(UTC)).timestamp()
        counted = _counted(self._logs)
        alarms = []
        for name, properties in self._resources.of_type("AWS::CloudWatch::Alarm").items():
            alarm = Alarm(self._resources.resolve(properties))
            if alarm.series.namespace == QUEUES:
                self._look_into_queue(alarm.series, now)
            points = counted.get(alarm.series, []) + self._queues.get(alarm.series, [])
            points += self._metrics.of(alarm.series)
            changes = alarm.changes(sorted(points), self._began, now)
            if changes:
                alarms.append(_shown(name, alarm, changes))
        return {"at": _instant(now), "alarms": alarms}

    def _look_into_queue(self, series: Series, now: float) -> None:
        sqs, attribute = self._resources.clients.sqs, "ApproximateNumberOfMessages"
        name = dict(series.dimensions)["QueueName"]
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])
        value = float(found["Attributes"][attribute])
        if series.metric == AGE:
            # No engine tells when the oldest came: taken is when somebody first saw one waiting.
            since = self._waiting_since.setdefault(name, time.time()) if value else now
            if not value:
                self._waiting_since.pop(name, None)
            value = max(now - since, 0.0)
        self._queues.setdefault(series, []).append(Point(now, value))


def _shown(name: str, alarm: Alarm, changes: list[tuple[float, str]]) -> dict[str, Any]:
    since, state = changes[-1]
    return {
        "name": name,
        "state": state,
        "since": _instant(since),
        "fired_at": _instant(max(at for at, state in changes if state == ALARM)),
        "description": alarm.description,
        "runbook": alarm.runbook,
        "metric": alarm.series.metric,
    }


def _counted(logs: Path) -> dict[Series, list[Point]]:
    """Everything that functions put into metrics, by metric (CloudWatch embedded metric format)."""
    found: dict[Series, list[Point]] = {}
    for path in sorted(logs.glob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith('{"_aws"'):
                    for series, point in _points(json.loads(line)):
                        found.setdefault(series, []).append(point)
    return found


def _points(line: Mapping[str, Any]) -> Iterator[tuple[Series, Point]]:
    at = line["_aws"]["Timestamp"] / 1000
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = frozenset((name, str(line[name])) for name in names)
            for metric in directive["Metrics"]:
                values = line[metric["Name"]]
                series = Series(directive["Namespace"], metric["Name"], dimensions)
                for value in values if isinstance(values, list) else [values]:
                    yield series, Point(at, float(value))


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
