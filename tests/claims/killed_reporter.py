"""A function's process that dies at any moment: `python -m tests.claims.killed_reporter`.

Takes the reports that nobody acknowledged yet, one by one, through the entry point; writes down
each answer as the caller would see it. Before any request to the database or after any answer of it
the process is killed, where the dice of its life say so, and another one goes on. The first process
only loads the code and forks: a life costs no start of an interpreter.
"""

import os
import random
import signal
import sys
from pathlib import Path
from typing import Any

from chalicelib import tables
from chalicelib.claims import store
from chalicelib.limits import store as limits
from chalicelib.policies import store as policies
from tests.door import Door

CHANCE = 0.006
"""Of dying at each request and at each answer."""


def main(acknowledged: Path, reports: int) -> int:
    """Lives until all reports are acknowledged; how many were killed."""
    door = Door()
    kills = 0
    while True:
        child = os.fork()
        if child == 0:
            # Whatever ends this life, the code of the parent must not go on in it.
            os._exit(_live(door, acknowledged, kills, reports))
        _, status = os.waitpid(child, 0)
        if status == 0:
            return kills
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise ChildProcessError(f"life {kills} ended with {os.waitstatus_to_exitcode(status)}")
        kills += 1


def _live(door: Door, acknowledged: Path, seed: int, reports: int) -> int:
    """Until all are acknowledged, or death."""
    dice = random.Random(seed)  # noqa: S311 - a seed to repeat, no secret

    def maybe_die(**_: Any) -> None:
        if dice.random() < CHANCE:
            os.kill(os.getpid(), signal.SIGKILL)

    models = (store.ClaimItem, policies.PolicyItem, limits.CounterItem)
    clients = [model._get_connection().connection.client for model in models]
    for client in {id(one): one for one in [*clients, tables.connection().client]}.values():
        client.meta.events.register("before-send.dynamodb.*", maybe_die)
        client.meta.events.register("after-call.dynamodb.*", maybe_die)
    known = {line.split()[0] for line in acknowledged.read_text().splitlines()}
    with acknowledged.open("a", buffering=1) as written:
        for place in range(reports):
            if f"k{place}" in known:
                continue
            answer = report(door, place)
            if answer.status != 201:
                sys.stderr.write(f"{answer}\n")
                return 1
            written.write(f"k{place} {answer.body['claim_no']}\n")
    return 0


def report(door: Door, place: int) -> Any:
    """One loss of one car, reported from one address."""
    reporter = {"name": "王芳", "phone": f"138{place:08}", "relation": "driver"}
    body = {
        "plate_no": f"粤A{place:05}",
        "occurred_at": "2026-10-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": reporter,
    }
    caller = f"10.{place // 65536}.{place // 256 % 256}.{place % 256}"
    return door.post("/v1/claims", body, headers={"idempotency-key": f"k{place}"}, caller=caller)


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), int(sys.argv[2]))))
