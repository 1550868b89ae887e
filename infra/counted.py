"""usage: python -m infra.counted [FOLDER]. Fails on an alarm whose metric no function counted.

An alarm on a metric that nobody counts, or with other dimensions than it is counted with, never
fires (on a missed run: always). FOLDER holds the notes of a run of all suites with
METRICS_COUNTED=FOLDER; `make test` leaves them in build/metrics and ends with this. What a test
counts itself is not noted: a function has to act (tests/acting.py).
"""

import os
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from infra.permissions.use import Notes, read

VARIABLE = "METRICS_COUNTED"
DEFAULT = Path(__file__).parents[1] / "build" / "metrics"


class Count(NamedTuple):
    """A metric with the names and values of its dimensions, in the order of names."""

    metric: str
    dimensions: tuple[tuple[str, str], ...]


def notes() -> Notes[Count] | None:
    """Where this process notes, if it was told to."""
    folder = os.environ.get(VARIABLE)
    return Notes(Path(folder)) if folder else None


def noted(folder: Path) -> set[Count]:
    """What all processes counted."""
    return {
        Count(metric, tuple((name, text) for name, text in dimensions))
        for metric, dimensions in read(folder)
    }


def never(counted: Collection[Count], resources: Mapping[str, Any]) -> Iterator[str]:
    """A line for each alarm of the template that waits for a metric of ours that nobody counted."""
    for name, resource in sorted(resources.items()):
        alarm = resource["Properties"]
        if resource["Type"] != "AWS::CloudWatch::Alarm" or alarm["Namespace"] != _OURS:
            continue
        dimensions = sorted((one["Name"], one["Value"]) for one in alarm.get("Dimensions", []))
        if Count(alarm["MetricName"], tuple(dimensions)) not in counted:
            yield f"alarm {name}: {alarm['MetricName']} with dimensions {dict(dimensions)}"


_OURS = {"Ref": "AWS::StackName"}


def main(folder: Path) -> str | None:
    """What is wrong, None for nothing."""
    from infra import packaging

    counted = noted(folder)
    if not counted:
        return f"no notes in {folder}: run every suite with {VARIABLE}={folder}"
    if lines := list(never(counted, packaging.template()["Resources"])):
        told = "\n".join(lines)
        return (
            f"alarms on what no function counted in any suite (docs/alarms.md):\n{told}\n"
            "Count it where the fact is known, and let a test bring the fact about while the"
            " function acts."
        )
    print("every alarm's metric is counted by a function")
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
