"""Pins every dependency anew: `make lock` writes the .txt beside each .in."""

import subprocess
from pathlib import Path

from infra.setup.fetched import HERE
from infra.setup.machine import PYTHON, ROOT
from infra.setup.python import install

INPUTS = [ROOT / "requirements.in", ROOT / "requirements-dev.in"]
INPUTS += [HERE / "java.in", HERE / "node.in", HERE / "uv.in"]
OPTIONS = ["--universal", "--upgrade", "--generate-hashes", "--no-annotate"]
# Both would carry this machine's addresses and paths into the repository.
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links"]


def main() -> None:
    """Runs uv, which resolves for every Python from 3.12 (3.8 for uv itself) and platform."""
    install(HERE / "uv.txt")
    for source in INPUTS:
        oldest = "3.8" if source.stem == "uv" else "3.12"
        command: list[str | Path] = [PYTHON, "-m", "uv", "pip", "compile", "--quiet", *OPTIONS]
        command += ["--python-version", oldest, "--custom-compile-command", "make lock"]
        command += ["--output-file", source.with_suffix(".txt"), source]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
