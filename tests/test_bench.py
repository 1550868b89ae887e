"""The README's table says what was measured."""

import importlib
import json
from pathlib import Path

from bench import __main__ as bench

ROOT = Path(__file__).parents[1]


def test_the_table_of_the_readme_is_the_one_that_was_measured() -> None:
    results = json.loads(bench.RESULTS.read_text("utf-8"))
    assert bench.BEGIN + bench.table(results) + bench.END in bench.README.read_text("utf-8")


def test_every_benchmark_has_its_figures() -> None:
    sources = (ROOT / "bench").glob("[!_]*.py")
    modules = {path.stem for path in sources if "def measure(" in path.read_text("utf-8")}
    assert modules == set(bench.MODULES)
    assert set(json.loads(bench.RESULTS.read_text("utf-8"))) == modules
    # They are run by hand: one that does not even start is noticed here.
    assert all(callable(importlib.import_module(f"bench.{name}").measure) for name in modules)


def test_a_missed_goal_stays_visible_with_its_reason() -> None:
    row = {"name": "n", "value": 3, "unit": "ratio", "goal": 2, "baseline": "b", "reason": "why"}
    assert "3 **missed**: why" in bench.table({"m": [row]})
    assert "missed" not in bench.table({"m": [{**row, "value": 2}]})
    least = {**row, "goal": None, "goal_at_least": 4}
    assert "**missed**" in bench.table({"m": [least]})
