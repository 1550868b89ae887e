"""Runs the benchmarks, prints the table and writes bench/results.json."""

import importlib
import json
import sys
from pathlib import Path

MODULES = ("startup", "query", "documents")


def main() -> None:
    """`python -m bench [module …]`: all of them, or those named."""
    rows = []
    for name in sys.argv[1:] or MODULES:
        print(f"measuring {name} …", flush=True)
        rows += importlib.import_module(f"bench.{name}").measure()
    print(f"\n| {'what':48} | {'value':>8} | unit | goal | against |")
    print(f"|{'-' * 50}|{'-' * 10}|------|------|---------|")
    for row in rows:
        goal = "" if row["goal"] is None else f"≤ {row['goal']}"
        missed = row["goal"] is not None and row["value"] > row["goal"]
        value = f"{row['value']}{' (missed)' if missed else ''}"
        print(f"| {row['name']:48} | {value:>8} | {row['unit']} | {goal} | {row['baseline']} |")
    if not sys.argv[1:]:
        results = Path(__file__).parent / "results.json"
        results.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
