"""usage: python -m infra.permissions [FOLDER]. Fails on what is allowed and was used by nobody.

FOLDER holds the notes of a run of all suites with PERMISSIONS_USED=FOLDER; `make test` leaves
them in build/permissions and ends with this. A run of some suites knows too little.
"""

import sys
from pathlib import Path

from infra.permissions import unused, use

DEFAULT = Path(__file__).parents[2] / "build" / "permissions"
WHAT_TO_DO = """
For each of them, one of these (docs/decisions/0067-a-step-of-make-test.md):
* nothing needs it: take it out of that policy file;
* the function needs it where no test goes: write the test. Calls count once the function acts:
  through tests/door.py, through its handler in chalicelib/events.py or what that calls, on the
  local stack, or within `with aws.guard.acting("<function>")`;
* only a real account uses it: infra/permissions/exceptions.json, with the reason and the day.
If a suite has failed or was left out, mend that first: its tests have used nothing."""

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
noted = use.noted(folder)
if not noted:
    sys.exit(f"no notes in {folder}: run every suite with {use.VARIABLE}={folder}")
try:
    total = unused.compare(noted)
except unused.Unneeded as found:
    sys.exit(f"allowed and used by nobody:\n{found}\n{WHAT_TO_DO}")
print(f"{total} permissions, each used or excepted with a reason")
