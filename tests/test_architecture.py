"""The house rules, kept by reading the source: one door per library, no room enters another."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])
ROOMS = sorted(path.parent.name for path in (ROOT / "chalicelib").glob("*/__init__.py"))

PARTS_OF_STORES = {"chalicelib/policies/items.py", "chalicelib/policies/writing.py"}
"""A store that is too long for one file; no more anybody's than the store itself."""
DOORS = {
    "chalice": {"app.py", "chalicelib/http.py", "chalicelib/staff/gate.py"},
    "pynamodb": {"store.py", "chalicelib/tables.py", *PARTS_OF_STORES},
    "boto3": {"chalicelib/aws.py"},
    "botocore": {"chalicelib/aws.py", "chalicelib/links.py", "store.py"},
    "urllib3": {"chalicelib/notifications/adapters.py"},
    "holidays": {"chalicelib/notifications/hours.py"},
    "weasyprint": {"chalicelib/documents/cutting.py", "chalicelib/documents/pdf.py"},
    "PIL": {"chalicelib/attachments/pictures.py"},
    "pypdf": {"chalicelib/attachments/papers.py"},
    "pygal": {"chalicelib/charts.py"},
    "xlsxwriter": {
        "chalicelib/imports/templates.py",
        "chalicelib/expiry/spreadsheet.py",
        "chalicelib/reports/spreadsheet.py",
    },
    "python_calamine": {"chalicelib/imports/tables.py"},
    "altcha": {"chalicelib/limits/challenges.py"},
    "cryptography": {
        "chalicelib/keys.py",
        "chalicelib/ledger/signing.py",
        "chalicelib/sealing.py",
        "chalicelib/tokens.py",
    },
    "jwt": {"chalicelib/staff/tokens.py", "chalicelib/staff/keys.py"},
    "jsonschema": {"chalicelib/validation.py"},
    "fastjsonschema": {"chalicelib/validation.py"},
    "aws_lambda_powertools": {"chalicelib/observability.py"},
}
LABELS = "chalicelib/languages.py"
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, with names taken from packages as modules too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_each_library_has_one_door(path: Path) -> None:
    for library, doors in DOORS.items():
        if any(name.split(".")[0] == library for name in _imports(path)):
            assert _name(path) in doors or path.name in doors, f"{library} in {_name(path)}"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_room_calls_the_service_of_another_room_never_its_store_or_routes(path: Path) -> None:
    room = path.relative_to(ROOT).parts[1] if len(path.relative_to(ROOT).parts) > 2 else None
    for name in _imports(path):
        parts = name.split(".")
        foreign = len(parts) > 2 and parts[0] == "chalicelib" and parts[1] in ROOMS
        if foreign and parts[1] != room and room is not None:
            assert parts[2] not in ("store", "routes"), f"{_name(path)} imports {name}"
            assert f"{'/'.join(parts[:3])}.py" not in PARTS_OF_STORES, f"{_name(path)}: {name}"


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_room_imports_the_switchboard(path: Path) -> None:
    assert not {"app", "infra", "tests"} & {name.split(".")[0] for name in _imports(path)}


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_the_clock_belongs_to_one_module(path: Path) -> None:
    if _name(path) == "chalicelib/clock.py":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
            owner = ast.unparse(node.value)
            assert owner == "clock", f"{owner}.{node.attr} in {_name(path)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.time":
            pytest.fail(f"time.time() in {_name(path)}")


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_module_says_what_it_is_for_and_names_itself(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), _name(path)
    assert path.stem not in VAGUE


PRINTED = {"chalicelib/documents/contents.py", "chalicelib/imports/report.py"}
"""What is made in Chinese and English, whatever language the caller speaks."""


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_labels_of_data_fall_back_to_chinese(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Subscript) and _name(path) not in {*PRINTED, LABELS}:
            chosen = ast.unparse(node.slice)
            assert chosen not in ("language", "call.language"), f"{_name(path)}: languages.label"


def test_event_sources_stand_in_the_switchboard_only() -> None:
    for path in SOURCES[1:]:
        assert "@routes.on_" not in path.read_text("utf-8"), _name(path)


def test_every_route_declares_who_may_call_it_and_is_served() -> None:
    app = importlib.import_module("app").app
    http = importlib.import_module("chalicelib.http")
    served = {(method, path) for path, entries in app.routes.items() for method in entries}
    declared = {(endpoint.method, endpoint.path) for endpoint in http.ENDPOINTS}
    assert served == declared
    assert all(endpoint.access in http.ACCESS for endpoint in http.ENDPOINTS)


def test_every_public_error_has_words_in_every_language() -> None:
    errors = importlib.import_module("chalicelib.errors")
    texts = importlib.import_module("chalicelib.texts")
    answered = [
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, errors.ChabaoError)
    ]
    for error in answered:
        if error is errors.RenderError:
            continue
        for language in texts.LANGUAGES:
            assert texts.has(f"problem.{error.code}.title", language), error
            assert texts.has(f"problem.{error.code}.detail", language), error


def test_the_catalogues_know_the_same_keys() -> None:
    keys = [
        [
            line
            for line in path.read_text("utf-8").splitlines()
            if line.startswith("msgid ") and line != 'msgid ""'
        ]
        for path in [
            ROOT / "chalicelib" / "locales" / name / "LC_MESSAGES" / "chabao.po"
            for name in ("en", "zh_CN")
        ]
    ]
    assert keys[0] == keys[1]
    assert keys[0] == sorted(set(keys[0])), "keys stand in order, each once"


def test_every_room_that_seals_can_seal_anew_when_keys_change() -> None:
    resealed = importlib.import_module("infra.keys").RESEALED.values()
    able = {function.__module__.split(".")[1] for function in resealed}
    sealing = {
        path.relative_to(ROOT).parts[1]
        for path in SOURCES[1:]
        if "sealing.seal(" in path.read_text("utf-8") and path.parent.name in ROOMS
    }
    assert sealing <= able, "add the room's table and its service's reseal to infra/keys.py"
