"""Bytecode for every module of an archive: Chalice ships none, which more than doubles a start.

Unchecked hashes: Lambda's file system may date files as it likes and is never written to. The
archive is for the runtime's own minor version, which is the one that packages.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from infra.packaging.archive import write

TASK_ROOT = "/var/task"


def with_bytecode(path: Path) -> None:
    """Rewrites the archive with a .pyc beside every .py, the same bytes for the same content."""
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        # A process of its own, one worker, a fixed seed: what else runs never shows in the bytes.
        command = [sys.executable, "-m", "compileall", "-q", "-s", name, "-p", TASK_ROOT, name]
        subprocess.run(
            [*command, "--invalidation-mode", "unchecked-hash"],
            env={**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""},
            check=True,
            stdin=subprocess.DEVNULL,
        )
        write(folder, path)
