"""usage: python -m infra.packaging [--stage STAGE] FOLDER. Writes sam.json and deployment.zip."""

import argparse
import time
from pathlib import Path

from infra import packaging
from infra.packaging.project import ARCHIVE, TEMPLATE

parser = argparse.ArgumentParser(prog="python -m infra.packaging", description=__doc__)
parser.add_argument("--stage", default=packaging.STAGE)
parser.add_argument("folder", type=Path)
arguments = parser.parse_args()

begun = time.monotonic()
packaging.package(arguments.folder, arguments.stage)
size = (arguments.folder / ARCHIVE).stat().st_size / 1e6
print(f"{arguments.folder / TEMPLATE} and {ARCHIVE} ({size:.1f} MB)", end="")
print(f" for stage {arguments.stage} in {time.monotonic() - begun:.1f} s")
