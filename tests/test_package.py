"""The package: what is in the archive, that it starts, and that it is the same every time."""

import hashlib
import importlib.util
import json
import marshal
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from infra import packaging
from infra.packaging import archive, dependencies, project, store

ROOT = Path(__file__).parents[1]
LAMBDA_LIMIT = 250 * 1024 * 1024
LAMBDA_GLIBC = (2, 34)  # Amazon Linux 2023
RUNTIME = f"cp{sys.version_info.major}{sys.version_info.minor}"


ENGINE = {"weasyprint", "fontTools", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "cssselect2"}


@pytest.fixture(scope="module", params=packaging.LIBRARIES)
def package(request):
    """Each archive laid out as Lambda's /var/task; not to be written into."""
    return packaging.unpacked(request.param)


@pytest.fixture(scope="module")
def lean():
    return packaging.unpacked(project.ARCHIVE)


def test_every_module_has_bytecode_that_the_runtime_takes_unchecked(package):
    modules = list(package.rglob("*.py"))
    assert len(modules) > 1000
    for module in modules:
        compiled = Path(importlib.util.cache_from_source(str(module)))
        head = compiled.read_bytes()[:8]
        assert head[:4] == importlib.util.MAGIC_NUMBER, module
        # PEP 552: bit 0 says that a hash follows, bit 1 that it is to be checked.
        assert int.from_bytes(head[4:], "little") == 0b01, module


def test_tracebacks_name_the_places_that_lambda_has(package):
    compiled = importlib.util.cache_from_source(str(package / "app.py"))
    code = marshal.loads(Path(compiled).read_bytes()[16:])  # noqa: S302 - made a moment ago by us
    assert code.co_filename == "/var/task/app.py"


def test_nothing_but_what_a_function_runs_is_inside(package):
    there = {path.name for path in package.iterdir()}
    assert there.isdisjoint(
        {"tests", "infra", "web", "bench", "docs", "vendor", ".cache", ".chalice", "build"}
    )
    assert there.isdisjoint({"pip", "setuptools", "wheel", "moto", "pytest", "awslambdaric"})
    chalice = {path.name for path in (package / "chalice").iterdir() if path.suffix == ".py"}
    assert chalice == {"__init__.py", "app.py"}


def test_every_schema_is_inside(package):
    committed = files(ROOT / "schemas")
    assert committed
    assert files(package / "schemas") == committed


def test_everything_of_the_application_is_inside_as_it_stands_here(package):
    assert files(package / "chalicelib") == files(ROOT / "chalicelib")
    assert (package / "app.py").read_bytes() == (ROOT / "app.py").read_bytes()


def test_every_catalogue_is_inside_compiled(package):
    sources = list((ROOT / "chalicelib" / "locales").rglob("*.po"))
    for source in sources:
        compiled = package / source.relative_to(ROOT).with_suffix(".mo")
        assert compiled.exists(), f"{compiled} is missing: any make target compiles it"


def test_every_pinned_dependency_is_inside_in_its_version():
    whole, lean = (pins(packaging.unpacked(name)) for name in (project.DOCUMENTS, project.ARCHIVE))
    assert whole == dependencies.wanted()
    # What the layout engine alone brings, and its font tools' compressors.
    assert whole.keys() - lean.keys() == {
        *("weasyprint", "fonttools", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "cssselect2"),
        *("webencodings", "brotli", "zopfli"),
    }
    assert lean.items() <= whole.items()


def test_the_layout_engine_is_in_the_archive_of_the_function_that_sets_documents_alone(lean):
    assert {path.name for path in lean.iterdir()}.isdisjoint(ENGINE)
    whole = packaging.unpacked(project.DOCUMENTS)
    assert {path.name for path in whole.iterdir()} >= ENGINE
    resources = packaging.template()["Resources"]
    functions = {
        resource["Properties"]["Handler"]: resource["Properties"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    archives = {handler: own["CodeUri"] for handler, own in functions.items()}
    render = {"app.render_document"}
    assert {h for h, uri in archives.items() if uri == f"./{project.DOCUMENTS}"} == render
    assert {h for h, uri in archives.items() if uri != f"./{project.ARCHIVE}"} == render
    assert {handler for handler, own in functions.items() if "Layers" in own} == render


def test_what_is_left_out_is_left_out_whole(lean):
    whole = packaging.unpacked(project.DOCUMENTS)
    gone = {path.relative_to(whole) for path in whole.rglob("*") if path.is_file()}
    gone -= {path.relative_to(lean) for path in lean.rglob("*") if path.is_file()}
    named = {path.parts[0] for path in gone}
    assert {name for name in named if not name.endswith((".dist-info", ".data"))} == {
        *ENGINE,
        *("webencodings", "brotli.py", "_brotli.cpython-313-x86_64-linux-gnu.so", "zopfli"),
        "__pycache__",
    }


@pytest.mark.parametrize(
    "module", ["weasyprint", "fontTools"], ids=["layout engine", "its font tools"]
)
def test_only_what_sets_documents_imports_the_layout_engine(module):
    importing = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chalicelib").rglob("*.py")
        if re.search(rf"^\s*(?:import|from) {module}\b", path.read_text(), re.MULTILINE)
    }
    assert importing <= {f"chalicelib/documents/{name}.py" for name in ("cutting", "fonts", "pdf")}


def pins(package):
    there = {}
    for metadata in package.glob("*.dist-info/METADATA"):
        text = metadata.read_text(encoding="utf-8")
        name = re.search(r"^Name: (.*)$", text, re.MULTILINE)[1]
        version = re.search(r"^Version: (.*)$", text, re.MULTILINE)[1]
        there[re.sub(r"[-_.]+", "-", name).lower()] = version
    return there


def test_every_wheel_was_built_for_lambda_and_none_at_home(package):
    wheels = list(package.glob("*.dist-info/WHEEL"))
    assert wheels
    for wheel in wheels:
        tags = re.findall(r"^Tag: (.*)$", wheel.read_text(), re.MULTILINE)
        assert any(runs_on_lambda(*tag.split("-")) for tag in tags), (wheel.parent.name, tags)


def test_the_unpacked_package_stays_below_what_lambda_takes(package):
    assert sum(path.stat().st_size for path in package.rglob("*") if path.is_file()) < LAMBDA_LIMIT


def test_every_handler_of_the_template_can_be_called_from_the_package_alone(package):
    handlers = [
        resource["Properties"]["Handler"]
        for resource in packaging.template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    program = """
import importlib, json, sys
root, handlers = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, root)
for handler in handlers:
    module, name = handler.split(".")
    assert callable(getattr(importlib.import_module(module), name)), handler
elsewhere = [
    module.__file__ for module in list(sys.modules.values())
    if "site-packages" in (getattr(module, "__file__", None) or "")
]
assert not elsewhere, elsewhere
"""
    # Neither the site's packages nor any setting of this machine: what Lambda starts with.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(package), json.dumps(handlers)],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_LAMBDA_FUNCTION_NAME": "test", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr


def test_every_module_of_the_application_can_be_imported_without_the_layout_engine(lean):
    modules = [
        path.relative_to(lean).with_suffix("").as_posix().replace("/", ".")
        for path in (lean / "chalicelib").rglob("*.py")
        if path.name != "__init__.py"
    ]
    program = "import importlib, sys; sys.path.insert(0, sys.argv[1])\n"
    program += "for name in sys.argv[2:]: importlib.import_module(name)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(lean), *modules],
        capture_output=True,
        text=True,
        check=False,
        env={"AWS_LAMBDA_FUNCTION_NAME": "test", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr


def test_the_application_is_packed_the_same_again(tmp_path):
    project.make(tmp_path, packaging.STAGE)
    first = project.packaged(packaging.STAGE)
    for name in (project.TEMPLATE, project.ARCHIVE):
        assert digest(tmp_path / name) == digest(first / name)


def test_the_dependencies_are_packed_the_same_again():
    # Once for each state of the lock file: it fetches and compiles everything a second time.
    def prove(folder):
        dependencies.make(folder)
        again = folder / project.ARCHIVE
        assert digest(again) == digest(dependencies.archive())
        again.unlink()

    store.remembered("proof", [dependencies.REQUIREMENTS], [], prove)


def test_the_archives_on_disk_hold_what_was_unpacked(tmp_path):
    packaging.package(tmp_path)
    for name in packaging.LIBRARIES:
        package = packaging.unpacked(name)
        with zipfile.ZipFile(tmp_path / name) as packed:
            entries = packed.infolist()
        there = [path for path in package.rglob("*") if path.is_file()]
        unpacked = [
            (path.relative_to(package).as_posix(), zlib.crc32(path.read_bytes())) for path in there
        ]
        assert sorted((entry.filename, entry.CRC) for entry in entries) == sorted(unpacked)
        assert {entry.date_time for entry in entries} == {archive.BEGINNING}


def files(folder):
    """Path → content of everything in a folder but bytecode."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def runs_on_lambda(python, abi, platform):
    """Whether a wheel's tag (PEP 425, PEP 600) fits the runtime that the template asks for."""
    if platform == "any":
        return True
    if abi == "abi3":
        fits = python.startswith("cp3") and int(python[3:]) <= sys.version_info.minor
    else:
        fits = abi in (RUNTIME, "none")
    old = {"manylinux2014": "2_17", "manylinux2010": "2_12", "manylinux1": "2_5"}
    for name, glibc in old.items():
        platform = platform.replace(name, f"manylinux_{glibc}")
    found = re.fullmatch(r"manylinux_(\d+)_(\d+)_x86_64", platform)
    return fits and found is not None and (int(found[1]), int(found[2])) <= LAMBDA_GLIBC
