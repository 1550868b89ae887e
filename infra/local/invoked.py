"""Runs one event through a function that a deployment made, held to its role.

usage: python -S invoked.py POLICY.json FUNCTION HANDLER, with the event on standard input, in the
folder of the function's unpacked archive and with the environment of its configuration.
"""

import importlib
import json
import sys
import time
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])


class Context:
    """What Lambda tells a handler of its invocation."""

    aws_request_id = "deployed"

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """Until the function's time is over."""
        return int((self._until - time.monotonic()) * 1000)


def main(policy: str, function: str, handler: str, seconds: str) -> None:
    """Prints what the handler returned as the last line of standard output."""
    task_root = str(Path.cwd())
    sys.path[0] = ROOT
    from infra.permissions.guard import Guard

    sys.path[0] = task_root
    guard = Guard({function: json.loads(Path(policy).read_text("utf-8"))})
    guard.install()
    guard.become(function)
    module, _, name = handler.rpartition(".")
    event = json.loads(sys.stdin.read())
    result = getattr(importlib.import_module(module), name)(event, Context(float(seconds)))
    print("\n" + json.dumps(result), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
