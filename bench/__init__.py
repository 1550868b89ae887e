"""The benchmarks: every figure a ratio against a baseline measured in the same run, or a count."""

import importlib
from typing import Any


def measure(name: str) -> list[dict[str, Any]]:
    """The rows of one benchmark: name, value, unit, baseline, goal or goal_at_least, reason."""
    rows: list[dict[str, Any]] = importlib.import_module(f"bench.{name}").measure()
    return rows
