"""Keeps one pair of engines for all processes of a test run, until the last of them has gone.

usage: python -m infra.local.keeper FOLDER    (returns once the engines answer)

Whoever needs the engines holds a shared lock on FOLDER/lease; the keeper waits for an exclusive
one. The kernel drops the locks of processes that crash, so nothing is left behind.
"""

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from infra.local import backends
from infra.local.account import Account, Credentials
from infra.local.backends import Backends
from infra.local.engines import ROOT
from infra.local.makers import Clients

ADDRESSES = "addresses.json"


@contextmanager
def borrowed(folder: Path) -> Iterator[Backends]:
    """The run's engines, started by whoever comes first; `folder` is the same for the run."""
    folder.mkdir(exist_ok=True)
    with (folder / "lease").open("a") as lease, (folder / "start").open("a") as start:
        fcntl.flock(lease, fcntl.LOCK_SH)
        fcntl.flock(start, fcntl.LOCK_EX)
        if not (folder / ADDRESSES).exists():
            _start(folder)
        fcntl.flock(start, fcntl.LOCK_UN)
        told = json.loads((folder / ADDRESSES).read_text())
        account = Account(told["region"], Credentials(**told["credentials"]))
        found = told["endpoints"]
        clients = Clients(
            account, moto=found["moto"], dynamodb=found["dynamodb"], front=found["aws"]
        )
        yield Backends(account, found, clients)


def _start(folder: Path) -> None:
    with (folder / "keeper.log").open("wb") as log:
        started = subprocess.run(
            [sys.executable, "-m", "infra.local.keeper", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if started.returncode:
        raise RuntimeError(f"no engines:\n{(folder / 'keeper.log').read_text()}")


async def _keep(folder: Path, started: IO[str]) -> None:
    account = Account()
    async with backends.running(account, folder, folder, print) as played:
        own = account.credentials
        told = {
            "region": account.region,
            "credentials": {
                "access_key": own.access_key,
                "secret_key": own.secret_key,
                "token": own.token,
            },
            "endpoints": played.endpoints,
        }
        (folder / ADDRESSES).write_text(json.dumps(told))
        started.write("engines answer")
        started.close()
        with (folder / "lease").open("a") as lease:
            await asyncio.to_thread(fcntl.flock, lease, fcntl.LOCK_EX)
            # before the lock goes: whoever comes now starts engines of his own
            (folder / ADDRESSES).unlink()
            (folder / "moto.port").unlink()


def main(folder: Path) -> int:
    """Becomes two: this process returns, the other keeps."""
    readable, writable = os.pipe()
    if os.fork():
        os.close(writable)
        with os.fdopen(readable) as heard:
            return 0 if heard.read() else 1
    os.close(readable)
    os.setsid()
    asyncio.run(_keep(folder, os.fdopen(writable, "w")))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
