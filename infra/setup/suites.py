"""usage: python -m infra.setup.suites [NAME …]. Runs the suites, then one summary line for each."""

import os
import shutil
import subprocess
import sys
import time

from infra import counted
from infra.permissions import use
from infra.setup.machine import CACHE, ROOT

TESTS = ROOT / "tests"
NOTES = {
    use.VARIABLE: ROOT / "build" / "permissions",
    counted.VARIABLE: ROOT / "build" / "metrics",
}
"""What the functions used and counted while the suites ran; the last steps compare."""
OWN_SUITES = {"stack": "local", "browser": "browser"}
"""Suite → its folder below tests/. These start processes; the rest shares two suites."""


def suites() -> dict[str, list[str]]:
    """Every suite's command, by name, the quick ones first; last what looks back on all."""
    module = [sys.executable, "-m"]
    found = {
        "lint": [*module, "ruff", "check", "."],
        "format": [*module, "ruff", "format", "--check", "."],
        "types": [*module, "mypy"],
    }
    own = [TESTS / folder for folder in OWN_SUITES.values()]
    rooms = [
        folder
        for folder in sorted(TESTS.iterdir())
        if folder not in own and any(folder.rglob("test_*.py"))
    ]
    places = {
        "rooms": rooms,
        "house": sorted(TESTS.glob("test_*.py")),
        **{name: [TESTS / folder] for name, folder in OWN_SUITES.items()},
    }
    for name, paths in places.items():
        if existing := [str(path.relative_to(ROOT)) for path in paths if path.exists()]:
            found[name] = [
                *module,
                "pytest",
                "-n",
                "2",
                "--dist",
                "loadfile",
                "-m",
                "not soak",
                *existing,
            ]
    folders = [str(folder) for folder in NOTES.values()]
    found["allowed"] = [*module, "infra.permissions", folders[0]]
    found["alarms"] = [*module, "infra.counted", folders[1]]
    return found


def main(wanted: list[str]) -> int:
    """0 if every suite passed. A failed suite stops none of the others."""
    available = suites()
    # Where the set-up fetched a program that the machine lacks: Java, Chromium.
    path = os.pathsep.join([str(CACHE / "bin"), os.environ["PATH"]])
    if not wanted:
        for folder in NOTES.values():
            shutil.rmtree(folder, ignore_errors=True)
    noting = {variable: str(folder) for variable, folder in NOTES.items()}
    environment = {**os.environ, "PATH": path, **noting}
    results: list[tuple[str, bool, float]] = []
    for name in wanted or available:
        print(f"── {name} ──", flush=True)
        begun = time.monotonic()
        status = subprocess.call(
            available[name], cwd=ROOT, stdin=subprocess.DEVNULL, env=environment
        )
        results.append((name, status == 0, time.monotonic() - begun))
    print("── summary ──")
    for name, passed, seconds in results:
        print(f"suite {name:8} {'passed' if passed else 'FAILED'} in {seconds:.1f} s")
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
