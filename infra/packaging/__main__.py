"""usage: python -m infra.packaging [--stage STAGE] FOLDER. Writes sam.json and the archives."""

import argparse
import time
from pathlib import Path

from infra import packaging
from infra.packaging.project import TEMPLATE

parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
parser.add_argument("--stage", default=packaging.STAGE)
parser.add_argument("folder", type=Path)
arguments = parser.parse_args()

begun = time.monotonic()
packaging.package(arguments.folder, arguments.stage)
sizes = {name: (arguments.folder / name).stat().st_size / 1e6 for name in packaging.LIBRARIES}
print(f"{arguments.folder / TEMPLATE} for stage {arguments.stage}", end="")
print("".join(f", {name} ({size:.1f} MB)" for name, size in sizes.items()), end="")
print(f" in {time.monotonic() - begun:.1f} s")
