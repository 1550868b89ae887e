"""usage: python -m infra.setup run|test|package, by infra/setup/start. Makes what that needs."""

import fcntl
import sys
import time

from infra.setup import catalogues, fetched, libraries, python
from infra.setup.machine import CACHE, SetupError, say


def main(goal: str) -> None:
    """Makes everything for `run`, `test` (more) or `package` (less); SetupError if it cannot."""
    python.environment().ensure()
    catalogues.message_catalogues().ensure()
    if goal == "package":
        return
    libraries.ensure_libraries()
    fetched.npm_packages().ensure()
    fetched.reference_viewer().ensure()
    fetched.ensure_rare_faces()
    fetched.ensure_java()
    if goal == "test":
        libraries.ensure_test_programs()
        fetched.accessibility_engine().ensure()


if __name__ == "__main__":
    begun = time.monotonic()
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another start that is setting up")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            main(sys.argv[1])
        except SetupError as error:
            say(str(error))
            sys.exit(1)
    version = sys.version.split()[0]
    say(f"everything is in place ({time.monotonic() - begun:.1f} s, Python {version})")
