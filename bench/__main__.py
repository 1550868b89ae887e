"""Runs the benchmarks, prints the table, writes bench/results.json and the README's table."""

import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench import measure

MODULES = (
    "startup",
    "query",
    "claims",
    "leads",
    "documents",
    "expiry",
    "figures",
    "sealing",
    "staff",
    "today",
    "imports",
)
RESULTS = Path(__file__).parent / "results.json"
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- bench -->\n", "<!-- /bench -->\n"


def main(wanted: list[str]) -> None:
    """`python -m bench [module …]`: those named are measured, others keep their figures."""
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    # A process each: clients and keys are kept for the life of a process, engines are not.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as fresh:
        for name in wanted or MODULES:
            print(f"measuring {name} …", flush=True)
            results[name] = fresh.submit(measure, name).result()
    results = {name: results[name] for name in MODULES if name in results}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", "utf-8")
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(before + BEGIN + table(results) + END + rest.partition(END)[2], "utf-8")
    print("\n" + table(results))


def table(results: dict[str, list[dict[str, Any]]]) -> str:
    """The figures as a Markdown table; a missed goal is said in its row, with the reason."""
    lines = ["| what | value | goal | against |\n", "|---|---|---|---|\n"]
    for row in (row for rows in results.values() for row in rows):
        unit = "" if row["unit"] in ("ratio", "count") else f" {row['unit']}"
        lines.append(
            f"| {row['name']} | {row['value']}{unit}{_missed(row)} "
            f"| {_goal(row)} | {row['baseline']} |\n"
        )
    return "".join(lines)


def _goal(row: dict[str, Any]) -> str:
    """`goal` is the most that is allowed, `goal_at_least` the least."""
    if row.get("goal_at_least") is not None:
        return f"≥ {row['goal_at_least']}"
    return "" if row.get("goal") is None else f"≤ {row['goal']}"


def _missed(row: dict[str, Any]) -> str:
    over = row.get("goal") is not None and row["value"] > row["goal"]
    under = row.get("goal_at_least") is not None and row["value"] < row["goal_at_least"]
    if not over and not under:
        return ""
    return f" **missed**{': ' + row['reason'] if row.get('reason') else ''}"


if __name__ == "__main__":
    main(sys.argv[1:])
