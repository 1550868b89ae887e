"""usage: python -m infra.permissions [FOLDER]. Fails on what is allowed and was used by nobody.

FOLDER holds the notes of a run of all suites with PERMISSIONS_USED=FOLDER; `make test` leaves
them in build/permissions. A run of some suites knows too little.
"""

import sys
from pathlib import Path

from infra.permissions import unused, use

DEFAULT = Path(__file__).parents[2] / "build" / "permissions"

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
noted = use.noted(folder)
if not noted:
    sys.exit(f"no notes in {folder}: run every suite with {use.VARIABLE}={folder}")
try:
    total = unused.compare(noted)
except unused.Unneeded as found:
    sys.exit(
        f"allowed and used by nobody (see docs/decisions/0055-unused-permissions.md):\n{found}"
    )
print(f"{total} permissions, each used or excepted with a reason")
