"""What packaging made before, by the content that it was made from."""

import fcntl
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "package"
KEPT = 12
"""Folders kept per kind unless told otherwise; the oldest go. A running stack works in one."""


def remembered(
    kind: str,
    inputs: Iterable[Path],
    facts: Iterable[str],
    make: Callable[[Path], None],
    *,
    keep: int = KEPT,
) -> Path:
    """The folder that `make` filled from these inputs, made only if it never was before."""
    folder = CACHE / f"{kind}-{_key(inputs, facts)}"
    CACHE.mkdir(parents=True, exist_ok=True)
    # Two processes that want the same must not both spend a minute on it.
    with (CACHE / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            folder.touch()
            return folder
        # A folder of its own until it is whole: a process that dies leaves nothing half made.
        with tempfile.TemporaryDirectory(prefix="making-", dir=CACHE) as name:
            made = Path(name) / kind
            made.mkdir()
            make(made)
            made.rename(folder)
        _forget(kind, keep)
    return folder


def _key(inputs: Iterable[Path], facts: Iterable[str]) -> str:
    own = Path(__file__).parent.glob("*.py")
    runtime = f"{sys.version_info.major}.{sys.version_info.minor}"
    total = hashlib.sha256("\x00".join([runtime, *facts]).encode())
    for path in sorted({*inputs, *own, ROOT / "requirements-dev.txt"}):
        total.update(f"\x00{path.relative_to(ROOT)}\x00".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:20]


def _forget(kind: str, keep: int) -> None:
    folders = sorted(CACHE.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime)
    for old in folders[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
