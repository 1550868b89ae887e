"""What the person who starts the stack may choose."""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

DEMO_POLICIES = 300


@dataclass(frozen=True)
class Options:
    """Port 0 lets the system choose; a task root is the folder of an unpacked package.

    Where the functions have different archives, it holds a folder for each: packaging.task_roots.
    """

    port: int
    task_root: Path | None
    template: Path | None
    demo_policies: int
    seed: int
    workers: int
    figures: bool = True
    """Whether yesterday is counted once the demonstration data are in."""
    parameters: dict[str, str] = field(default_factory=dict)


def parse(arguments: Sequence[str]) -> Options:
    """From the command line, then PORT and DEMO_POLICIES, then the defaults."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=int, default=_number("PORT", 8000))
    parser.add_argument("--task-root", type=Path, help="run the handlers out of this folder")
    parser.add_argument("--template", type=Path, help="a packaged sam.json; default: made now")
    parser.add_argument(
        "--demo",
        type=int,
        default=_number("DEMO_POLICIES", DEMO_POLICIES),
        help="how many demonstration policies to load (DEMO_POLICIES)",
    )
    parser.add_argument("--seed", type=int, default=_number("DEMO_SEED", 1))
    parser.add_argument(
        "--workers",
        type=int,
        default=_number("WORKERS", 2 * (os.cpu_count() or 1)),
        help="at most so many processes per function (WORKERS)",
    )
    parser.add_argument(
        "--no-figures", action="store_true", help="leave yesterday's figures to the night"
    )
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="of the template"
    )
    chosen = parser.parse_args(arguments)
    unclear = [p for p in chosen.parameter if "=" not in p]
    if unclear:
        parser.error(f"--parameter wants NAME=VALUE: {unclear[0]}")
    return Options(
        port=chosen.port,
        task_root=chosen.task_root and chosen.task_root.resolve(),
        template=chosen.template and chosen.template.resolve(),
        demo_policies=chosen.demo,
        seed=chosen.seed,
        workers=max(1, chosen.workers),
        figures=not chosen.no_figures,
        parameters=dict(p.split("=", 1) for p in chosen.parameter),
    )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if text and not text.isdigit():
        sys.exit(f"{name} is a number, not {text!r}")
    return int(text) if text else default
