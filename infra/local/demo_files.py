"""Writes the demonstration files that a core system would drop.

usage: python -m infra.local.demo_files FOLDER SEED COUNT

A process of its own: making the data takes seconds of CPU, and the stack is busy starting.
"""

import json
import sys
from pathlib import Path

from chalicelib import clock
from infra.generator import demo, portfolio, write_csv, write_xlsx


def main(folder: Path, seed: int, count: int) -> None:
    """The files that `demonstration` drops, and `demo.json` with the contract's examples."""
    drawn = portfolio(seed, count, today=clock.shanghai_day(clock.now()))
    for kind in ("organisations", "agents", "intermediaries"):
        write_csv(drawn.rows(kind), kind, folder / f"{kind}.csv")
    for kind in ("payments", "endorsements", "claims"):
        path = folder / f"{kind}.csv"
        # A few policies may have none: a file without rows would be refused.
        if not write_csv(drawn.rows(kind), kind, path):
            path.unlink()
    write_xlsx(drawn.policies, "policies", folder / "policies.xlsx")
    (folder / "demo.json").write_text(json.dumps(demo(drawn), ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
