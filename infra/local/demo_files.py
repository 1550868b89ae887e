"""Writes the demonstration files that a core system would drop.

usage: python -m infra.local.demo_files FOLDER SEED COUNT

A process of its own: making the data takes seconds of CPU, and the stack is busy starting.
"""

import json
import sys
from pathlib import Path

from infra.generator import demo, portfolio, write_csv, write_xlsx


def main(folder: Path, seed: int, count: int) -> None:
    """`organisations.csv`, `policies.xlsx`, and `demo.json` with the contract's examples."""
    drawn = portfolio(seed, count)
    write_csv(drawn.organisations, "organisations", folder / "organisations.csv")
    write_xlsx(drawn.policies, "policies", folder / "policies.xlsx")
    (folder / "demo.json").write_text(json.dumps(demo(drawn), ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
