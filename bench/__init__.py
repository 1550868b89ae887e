"""The benchmarks: every figure a ratio against a baseline measured in the same run, or a count."""

import importlib
import re
from pathlib import Path
from typing import Any


def measure(name: str) -> list[dict[str, Any]]:
    """The rows of one benchmark: name, value, unit, baseline, goal or goal_at_least, reason."""
    rows: list[dict[str, Any]] = importlib.import_module(f"bench.{name}").measure()
    return rows


def resident(process: int | str = "self", field: str = "VmHWM") -> int:
    """Memory of a process in kB, its peak by default.

    Not `ru_maxrss`: a child begins with the peak of the process that started it.
    """
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(rf"{field}:\s+(\d+)", status)
    assert found is not None
    return int(found[1])
