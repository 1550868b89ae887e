"""What the set-up does to the machine: runs programs with a log and a heartbeat, asks apt."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = CACHE / "setup.log"
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")

HEARTBEAT_SECONDS = 10
APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600"]


class SetupError(Exception):
    """When the machine lacks something that the set-up cannot give it; says what to do."""


def say(line: str) -> None:
    """One progress line."""
    print(f"set-up: {line}", file=sys.stderr, flush=True)


def run(arguments: Sequence[str | Path], *, doing: str, cwd: Path = ROOT) -> None:
    """Runs a program with its output in the log, saying every ten seconds that it still works.

    SetupError with the end of its output if it fails.
    """
    with LOG.open("ab") as log:
        start = log.tell()
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_surroundings(),
        )
        begun = time.monotonic()
        while True:
            try:
                status = process.wait(HEARTBEAT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say(f"… {doing}: {time.monotonic() - begun:.0f} s")
    if status:
        with LOG.open("rb") as log:
            log.seek(start)
            tail = log.read().decode(errors="replace").splitlines()[-15:]
        raise SetupError("\n  ".join([f"{doing} failed with status {status}:", *tail]))


def install(packages: Sequence[str], *, reason: str) -> None:
    """Installs Debian packages, or SetupError with the command for someone who may."""
    command = f"apt-get update && apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise SetupError(f"{reason}: no apt-get here; install what Debian calls {packages}")
    if os.geteuid() == 0:
        rights: list[str] = []
    elif shutil.which("sudo") and not subprocess.call(
        ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ):
        rights = ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]
    else:
        raise SetupError(
            f"{reason}. No rights to install; run this, then start again:\n  sudo sh -c '{command}'"
        )
    say(f"installing {' '.join(packages)} with apt ({reason})")
    run([*rights, *APT, "update"], doing="reading the package lists")
    run(
        [*rights, *APT, "install", "-y", "--no-install-recommends", *packages],
        doing="installing packages",
    )


def _surroundings() -> dict[str, str]:
    added = {"DEBIAN_FRONTEND": "noninteractive"}
    if TRUST.exists():
        # npm from a wheel knows only its own authorities, not those that this machine trusts.
        added["NODE_EXTRA_CA_CERTS"] = str(TRUST)
    return {**added, **os.environ}
