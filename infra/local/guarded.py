"""Runs a function under awslambdaric, held to what its policy allows.

usage: python guarded.py POLICY.json FUNCTION HANDLER [FOLDER]. Notes what it uses in the folder.

Run as a script of its own in the task root: only the guard itself comes from the repository, so
that an unpacked package which lacks something still fails.
"""

import json
import runpy
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])


def main(policy: str, function: str, handler: str, notes: str = "") -> None:
    """Becomes the function; ends when its process does."""
    sys.path[0] = ROOT
    from infra.permissions.guard import Guard
    from infra.permissions.use import Notes

    sys.path[0] = str(Path.cwd())
    statements = json.loads(Path(policy).read_text("utf-8"))
    if statements is not None:
        guard = Guard({function: statements}, Notes(Path(notes)) if notes else None)
        guard.install()
        guard.become(function)
    sys.argv = ["awslambdaric", handler]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
