"""The environment in .venv: every dependency pinned and hashed, wheels only, no address named."""

import os
import sys
from pathlib import Path

from infra.setup.machine import PYTHON, ROOT, VENV, run
from infra.setup.steps import Step, digest

REQUIREMENTS = [ROOT / "requirements.txt", ROOT / "requirements-dev.txt"]


def environment() -> Step:
    """`.venv` with what the functions and their development need."""
    # The place counts: an environment that was moved has scripts that point to where it was.
    key = digest(REQUIREMENTS, str(VENV), os.path.realpath(sys.executable))

    def make() -> None:
        if Path(sys.prefix) != VENV:
            run([sys.executable, "-m", "venv", "--clear", VENV], doing="making .venv")
        install(*REQUIREMENTS)

    return Step("python dependencies", key, (PYTHON, VENV / "bin" / "pytest"), make)


def install(*requirements: Path) -> None:
    """Installs pinned requirements into .venv; whatever index this machine uses, hashes decide."""
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--only-binary", ":all:"]
    for path in requirements:
        command += ["-r", path]
    run(command, doing="installing python packages")
