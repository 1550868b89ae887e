"""usage: python -m infra.layers FOLDER. Writes layer.zip for the parameter DocumentLayer."""

import sys
from pathlib import Path

from infra import layers
from infra.layers import libraries
from infra.packaging import unpacked
from infra.packaging.project import DOCUMENTS

LIMIT = 250 * 1024 * 1024
"""Lambda's limit on a function with its layers, unpacked."""

content = layers.unpacked()
for library in sorted((content / "lib").iterdir()):
    newest = ".".join(map(str, libraries.glibc(library)))
    print(f"{library.name:28} {library.stat().st_size / 1e6:5.2f} MB  glibc {newest}")
layer, function = layers.size(content), layers.size(unpacked(DOCUMENTS))
print(f"layer {layer / 1e6:.1f} MB + function {function / 1e6:.1f} MB unpacked, at most 262.1 MB")
if layer + function > LIMIT:
    sys.exit("too large for Lambda")
archive = layers.package(Path(sys.argv[1]))
print(f"{archive} ({archive.stat().st_size / 1e6:.1f} MB)")
