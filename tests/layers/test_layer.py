"""The layer: it fits, Lambda's C library can load it, and it renders without the machine's own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra import layers, packaging
from infra.layers import libraries, versions
from infra.packaging import project

ROOT = Path(__file__).parents[2]
LIMIT = 250 * 1024 * 1024

RENDER = """
import json, os, re, sys
from pathlib import Path
from chalicelib.documents import service
from tests.documents.samples import DOCUMENT_ID, policy
made = service.make(policy(), DOCUMENT_ID)
mapped = set(re.findall(r"(/\\S+\\.so[.0-9]*)$", Path("/proc/self/maps").read_text(), re.M))
print(json.dumps({"starts": made[:5].decode(), "mapped": sorted(mapped)}))
"""


@pytest.fixture(scope="module")
def layer() -> Path:
    return layers.unpacked().resolve()


def test_every_library_loads_with_the_c_library_of_lambda(layer: Path) -> None:
    found = {path.name: libraries.glibc(path) for path in (layer / "lib").iterdir()}
    assert set(libraries.LOADED) <= found.keys()
    assert max(found.values()) <= libraries.LAMBDA_GLIBC
    functions = packaging.template()["Resources"]
    runtime = functions["RenderDocument"]["Properties"]["Runtime"]
    # python3.11 and older run on Amazon Linux 2 with glibc 2.26.
    assert runtime in ("python3.12", "python3.13", "python3.14")


def test_a_version_that_the_c_library_lacks_no_longer_stops_libexpat(
    layer: Path, tmp_path: Path
) -> None:
    shutil.copytree(layer / "lib", tmp_path / "lib")
    path = tmp_path / "lib" / "libexpat.so.1"
    (weak,) = [asked for asked in versions.asked(path) if asked.weak]
    # Under another hash this machine's C library lacks the version just as Lambda's does.
    content = bytearray(path.read_bytes())
    content[weak.offset] ^= 0xFF
    path.write_bytes(content)
    assert _loads(path) == (0, "expat_2.")
    content[weak.offset + 4] &= ~2
    path.write_bytes(content)
    status, words = _loads(path)
    assert status != 0
    assert "GLIBC_2.36" in words


def test_every_library_that_another_one_needs_is_in_the_layer_or_in_lambda(layer: Path) -> None:
    names = {path.name for path in (layer / "lib").iterdir()}
    for path in (layer / "lib").iterdir():
        asked = {name for name in libraries.needed(path) if not name.startswith(libraries.GLIBC)}
        assert asked <= names, path.name


def test_no_second_c_library_is_in_the_layer(layer: Path) -> None:
    assert not [p.name for p in (layer / "lib").iterdir() if p.name.startswith(libraries.GLIBC)]


def test_the_function_and_its_layer_together_stay_within_the_limit_of_lambda(layer: Path) -> None:
    assert layers.size(layer) + layers.size(packaging.unpacked(project.DOCUMENTS)) < LIMIT


def test_a_document_is_made_with_the_libraries_and_fonts_of_the_layer_alone(layer: Path) -> None:
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(layer / "lib"),
        "FONTS_DIR": str(layer / "fonts"),
        "PUBLIC_SITE_URL": "https://www.chabao.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["starts"] == "%PDF-"
    ours = {path.name for path in (layer / "lib").iterdir()}
    for path in map(Path, answer["mapped"]):
        if path.parent != layer / "lib":
            # Python and its packages bring the rest, in Lambda too.
            assert path.name not in ours or _is_of_python(path), path
    for name in libraries.LOADED:
        assert str(layer / "lib" / name) in answer["mapped"], name


def test_the_archive_is_the_same_bytes_each_time(layer: Path, tmp_path: Path) -> None:
    first, second = (layers.package(tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second


def _loads(path: Path) -> tuple[int, str]:
    """Status and first words of a process that opens libexpat and lets it draw random numbers."""
    program = (
        "import ctypes, sys\n"
        "expat = ctypes.CDLL(sys.argv[1])\n"
        "expat.XML_ParserCreate.restype = ctypes.c_void_p\n"
        "expat.XML_ExpatVersion.restype = ctypes.c_char_p\n"
        "parser = ctypes.c_void_p(expat.XML_ParserCreate(None))\n"
        "assert expat.XML_Parse(parser, b'<a/>', 4, 1) == 1\n"
        "print(expat.XML_ExpatVersion().decode()[:8], end='')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        env={**os.environ, "LD_LIBRARY_PATH": str(path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _is_of_python(path: Path) -> bool:
    return "site-packages" in path.parts or Path(sys.base_prefix) in path.parents
