"""`python -m infra.generator`: writes a portfolio as the files that a core system would drop."""

import argparse
import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from infra.generator.customers import LINES
from infra.generator.demonstration import demo
from infra.generator.portfolio import KINDS, TODAY, Portfolio, portfolio
from infra.generator.writers import write_csv, write_jsonl, write_xlsx


def main() -> None:
    """One file per import kind in `--out`, demo.json with a policy of each line to try, and
    query.json, the body of a first query."""
    options = _options()
    chosen = portfolio(options.seed, options.count, lines=options.lines, today=options.today)
    options.out.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        path = options.out / f"{kind}.{options.format}"
        began = time.perf_counter()
        rows = _writer(options)(chosen, kind, path)
        took = time.perf_counter() - began
        print(f"{path.name:<24}{rows:>10} rows {rows / max(took, 1e-9):>10.0f} rows/s", flush=True)
    examples = demo(chosen)
    tried = json.dumps(examples, ensure_ascii=False, indent=2)
    (options.out / "demo.json").write_text(tried + "\n", "utf-8")
    if examples:
        first = {name: value for name, value in examples[0].items() if value and name != "line"}
        (options.out / "query.json").write_text(json.dumps(first, ensure_ascii=False), "utf-8")


def _writer(options: argparse.Namespace) -> Callable[[Portfolio, str, Path], int]:
    def write(chosen: Portfolio, kind: str, path: Path) -> int:
        rows = chosen.rows(kind)
        names = {"coded": options.coded, "lines": chosen.lines}
        if options.format == "csv":
            return write_csv(rows, kind, path, options.headers, options.encoding, **names)
        if options.format == "xlsx":
            return write_xlsx(rows, kind, path, options.headers, **names)
        return write_jsonl(rows, kind, path, options.headers, **names)

    return write


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.generator", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="same seed, same bytes")
    parser.add_argument("--count", type=int, required=True, help="number of policies")
    parser.add_argument("--out", type=Path, required=True, help="folder, made if missing")
    parser.add_argument("--format", choices=("csv", "xlsx", "jsonl"), default="csv")
    parser.add_argument("--headers", choices=("zh", "en"), default="zh")
    parser.add_argument("--coded", choices=("code", "name"), default="code")
    parser.add_argument(
        "--encoding", choices=("utf-8-sig", "utf-8", "gb18030"), default="utf-8-sig"
    )
    parser.add_argument("--lines", nargs="+", choices=LINES, help="only these lines")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help=str(TODAY))
    return parser.parse_args()


if __name__ == "__main__":
    main()
