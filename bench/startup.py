"""Start-up of the API function out of the packaged archive, against a bare DynamoDB client; sizes.

A fresh process under awslambdaric, without site-packages, until it asks for its first event: for
`app.app` and for a handler that only makes `boto3.client("dynamodb")` out of the same archive, in
turns, bytecode in both.
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
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from infra import packaging
from infra.packaging import project

ROUNDS = 9
BARE = "import boto3\nclient = boto3.client('dynamodb')\ndef handler(event, context): ...\n"
RUNTIME_PARTS = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


def measure() -> list[dict[str, Any]]:
    """Ratios of start-up and memory, medians of rounds in which both took turns."""
    archive = packaging.unpacked()
    with tempfile.TemporaryDirectory() as folder:
        bare = _bare(archive, Path(folder) / "bare")
        runtime = _runtime(Path(folder) / "runtime")
        for task_root, handler in ((archive, "app.app"), (bare, "bare.handler")):
            _start(runtime, task_root, handler)
        rounds = [
            (_start(runtime, archive, "app.app"), _start(runtime, bare, "bare.handler"))
            for _ in range(ROUNDS)
        ]
    modules = [path for path in archive.rglob("*.py") if "__pycache__" not in path.parts]
    without = [path for path in modules if not list(_bytecode(path))]
    baseline = 'boto3.client("dynamodb") alone, same archive'
    return [
        _row(
            "API function, start to first event",
            statistics.median(ours[0] / base[0] for ours, base in rounds),
            1.3,
            f"{baseline} ({statistics.median(base[0] for _, base in rounds) * 1000:.0f} ms)",
        ),
        _row(
            "API function, resident memory",
            statistics.median(ours[1] / base[1] for ours, base in rounds),
            1.25,
            f"{baseline} ({statistics.median(base[1] for _, base in rounds):.0f} MB)",
        ),
        {
            "name": "archive, modules without bytecode",
            "value": len(without),
            "unit": "count",
            "goal": 0,
            "baseline": f"{len(modules)} modules",
        },
        *_sizes(),
    ]


def _sizes() -> list[dict[str, Any]]:
    """What each archive weighs unpacked, against the one that holds everything."""
    unpacked = {name: _weight(packaging.unpacked(name)) for name in packaging.LIBRARIES}
    whole = unpacked[project.DOCUMENTS]
    return [
        {
            "name": "archive of all functions but one, unpacked",
            "value": round(unpacked[project.ARCHIVE] / whole, 2),
            "unit": "ratio",
            "goal": 0.85,
            "baseline": f"render_document's, with the layout engine ({whole / 1e6:.0f} MB)",
        }
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


def _bare(archive: Path, folder: Path) -> Path:
    """A task root with the archive's libraries and the bare handler instead of our application."""
    folder.mkdir()
    for entry in archive.iterdir():
        if entry.name not in ("app.py", "chalicelib", "__pycache__"):
            (folder / entry.name).symlink_to(entry)
    (folder / "bare.py").write_text(BARE)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_file(folder / "bare.py", quiet=1, invalidation_mode=mode)
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
    """Seconds until the first `/next`, and the resident megabytes then."""
    asked, measured = threading.Event(), threading.Event()

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.set()
            measured.wait()

        def log_message(self, *_: Any) -> None:
            """Silence: the bench prints a table of its own."""

    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.handle_request, daemon=True).start()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", "awslambdaric", handler],
        cwd=task_root,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(runtime),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(task_root),
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
        took = time.perf_counter() - began
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return took, int(resident.split()[1]) / 1024
    finally:
        measured.set()
        process.kill()
        process.communicate()
        server.server_close()
