"""Start-up of every function out of its own archive, against a bare DynamoDB client; sizes.

A fresh process under awslambdaric, without site-packages, until it asks for its first event, told
its handler as Lambda tells it; and a handler that only makes `boto3.client("dynamodb")` out of the
same libraries, in turns, bytecode in all. Seconds are the processor's: a start waits for nothing,
and a busy machine counts as little as it can. What a first event loads is not in them: the layout
engine, clients of AWS, and the gate's cryptography and HTTP client; render_document is shown with
its engine.
"""

import compileall
import importlib.util
import os
import py_compile
import statistics
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from infra import packaging
from infra.packaging import project

ROUNDS = 9
BASELINE, API, GATE = "bare.handler", "app.app", "app.authorize_staff"
PDF, ENGINE = "app.render_document", "press.render_document"
GOALS = {API: (1.3, 1.25), GATE: (0.4, 0.7), PDF: (3.5, 3.5), ENGINE: (3.5, 3.5)}
"""Handler → the most of the baseline's seconds and of its memory; EVENTS is all others'."""
EVENTS = (1.4, 1.4)
REASONS = {API: "it imports every room"}
LIMIT_MB = 250
BARE = (
    "bare.py",
    "import boto3\nclient = boto3.client('dynamodb')\ndef handler(event, context): ...\n",
)
PRESS = ("press.py", "import weasyprint\nfrom app import render_document\n")
"""As its function is once it sets its first document: the layout engine is loaded with that."""
type Round = dict[str, tuple[float, float]]
"""Handler → seconds and megabytes, of one start each."""
RUNTIME_PARTS = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


def measure() -> list[dict[str, Any]]:
    """Ratios of start-up and memory, medians of rounds in which all took turns."""
    handlers = _handlers()
    archive = packaging.unpacked()
    with tempfile.TemporaryDirectory() as folder:
        bare = _task_root(archive, Path(folder) / "bare", BARE, ("app.py", "chalicelib"))
        press = _task_root(packaging.unpacked(project.DOCUMENTS), Path(folder) / "press", PRESS)
        runtime = _runtime(Path(folder) / "runtime")
        starts = {BASELINE: (bare, BASELINE), ENGINE: (press, ENGINE)}
        starts |= {name: (root, name) for name, root in handlers}
        for root, handler in starts.values():
            _start(runtime, root, handler)
        rounds = [
            {name: _start(runtime, *start) for name, start in starts.items()} for _ in range(ROUNDS)
        ]
    return [*_of_functions(rounds), *_of_archives(archive)]


def _handlers() -> list[tuple[str, Path]]:
    """Every function's handler and its own archive unpacked, as the template says."""
    functions = [
        resource["Properties"]
        for resource in packaging.template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    return [(own["Handler"], packaging.unpacked(Path(own["CodeUri"]).name)) for own in functions]


def _of_functions(rounds: list[Round]) -> list[dict[str, Any]]:
    """A row for each kind of function: of those that events call, the one that does worst."""
    rows = []
    for quantity, what in enumerate(("start to first event", "peak memory then")):
        of = {name: _ratio(rounds, name, quantity) for name in rounds[0] if name != BASELINE}
        worst = max((name for name in of if name not in GOALS), key=of.__getitem__)
        named = f"worst event function ({worst.removeprefix('app.')})"
        kinds = {API: "API function", GATE: "authorizer", worst: named, ENGINE: "render_document"}
        base = statistics.median(each[BASELINE][quantity] for each in rounds)
        told = f"{base * 1000:.0f} ms" if quantity == 0 else f"{base:.0f} MB"
        for name, kind in kinds.items():
            against = f'boto3.client("dynamodb") alone, same archive ({told})'
            goal = GOALS.get(name, EVENTS)
            row = _row(f"{kind}, {what}", of[name], goal[quantity], against)
            rows.append({**row, "reason": REASONS[name]} if name in REASONS else row)
    return rows


def _ratio(rounds: list[Round], name: str, quantity: int) -> float:
    return statistics.median(each[name][quantity] / each[BASELINE][quantity] for each in rounds)


def _of_archives(archive: Path) -> list[dict[str, Any]]:
    """What each archive weighs unpacked, and whether all of it has its bytecode."""
    modules = [path for path in archive.rglob("*.py") if "__pycache__" not in path.parts]
    without = [path for path in modules if not list(_bytecode(path))]
    whose = {project.ARCHIVE: "of all but render_document", project.DOCUMENTS: "of render_document"}
    weights = {name: _weight(packaging.unpacked(name)) for name in packaging.LIBRARIES}
    return [
        {
            "name": "archive, modules without bytecode",
            "value": len(without),
            "unit": "count",
            "goal": 0,
            "baseline": f"{len(modules)} modules",
        },
        *(
            {
                "name": f"archive {whose[name]}, unpacked",
                "value": round(weight / 1e6, 1),
                "unit": "MB",
                "goal": LIMIT_MB,
                "baseline": "the most that Lambda takes; layers count too",
            }
            for name, weight in weights.items()
        ),
    ]


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _row(name: str, value: float, goal: float, baseline: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 2),
        "unit": "ratio",
        "goal": goal,
        "baseline": baseline,
    }


def _bytecode(module: Path) -> Any:
    return module.parent.glob(f"__pycache__/{module.stem}.{sys.implementation.cache_tag}*.pyc")


def _task_root(
    archive: Path, folder: Path, module: tuple[str, str], without: tuple[str, ...] = ()
) -> Path:
    """A task root with what the archive holds, but for what is named, and a module of ours."""
    folder.mkdir()
    for entry in archive.iterdir():
        if entry.name not in (*without, "__pycache__"):
            (folder / entry.name).symlink_to(entry)
    name, text = module
    (folder / name).write_text(text)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_file(folder / name, quiet=1, invalidation_mode=mode)
    for compiled in (archive / "__pycache__").iterdir():
        (folder / "__pycache__" / compiled.name).symlink_to(compiled)
    return folder


def _runtime(folder: Path) -> Path:
    """Only what the managed runtime brings; the SDK comes from the archive."""
    folder.mkdir()
    for name in RUNTIME_PARTS:
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (folder / source.name).symlink_to(source)
    return folder


def _start(runtime: Path, task_root: Path, handler: str) -> tuple[float, float]:
    """Seconds of processor until the first `/next`, and the most megabytes resident until then."""
    asked, measured = threading.Event(), threading.Event()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            measured.wait()

        def log_message(self, *_: Any) -> None:
            """Silence: the bench prints a table of its own."""

    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.handle_request, daemon=True).start()
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", "awslambdaric", handler],
        cwd=task_root,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(runtime),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(task_root),
            "_HANDLER": PDF if handler == ENGINE else handler,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_REGION": "cn-north-1",
            "AWS_DEFAULT_REGION": "cn-north-1",
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "LANG": "C.UTF-8",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if not asked.wait(60):
            process.kill()
            raise RuntimeError(f"{handler} never asked for an event: {process.communicate()[1]}")
        ran = int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0])
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return ran / 1e9, int(resident.split()[1]) / 1024
    finally:
        measured.set()
        process.kill()
        process.communicate()
        server.server_close()
