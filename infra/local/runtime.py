"""What Lambda puts around a function: its interpreter, its variables, nothing of ours."""

import importlib.util
import os
import sys
from pathlib import Path

from infra.local.account import Account
from infra.local.workers import Launch

# What the managed runtime brings besides the standard library; the AWS SDK that it also brings
# is left out, so that a package which relies on it fails here.
_RUNTIME_PARTS = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")


def launch(
    account: Account,
    endpoints: dict[str, str],
    *,
    task_root: Path,
    isolated: bool,
    folder: Path,
    logs: Path,
) -> Launch:
    """How workers start in `task_root`, or in the folder of their archive below it.

    Isolated, for an unpacked package: no site-packages (`-S`), only the runtime's own parts on
    PYTHONPATH, and no bytecode written, as /var/task is read-only. Else the repository with its
    own environment.
    """
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment = {
        **account.environment(endpoints),
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "LANG": "en_US.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": ":UTC",
        "PYTHONUNBUFFERED": "1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{version}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    }
    python = [sys.executable]
    if isolated:
        python.append("-S")
        environment["PYTHONPATH"] = str(_runtime_folder(folder))
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return Launch(python, task_root, environment, logs)


def _runtime_folder(folder: Path) -> Path:
    """A folder that holds the runtime's parts and nothing else of this environment."""
    runtime = folder / "runtime"
    runtime.mkdir()
    for name in _RUNTIME_PARTS:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise ModuleNotFoundError(f"{name} is missing: pip install awslambdaric")
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (runtime / source.name).symlink_to(source)
    return runtime
