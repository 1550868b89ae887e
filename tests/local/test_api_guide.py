"""The API guide's examples for the shell and for Python do what the guide says, as they stand."""

import os
import subprocess
import sys
from pathlib import Path

from infra.local.outside import OutsideStack
from tests.guides import examples

GUIDE = "docs/api.md"


def _run(command: list[str], stack: OutsideStack, folder: Path) -> None:
    shown = next(policy for policy in stack.info["demo"]["policies"] if policy["id_no"])
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "API": stack.url,
        "POLICY_NO": shown["policy_no"],
        "ID_NO": shown["id_no"],
    }
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_shell_examples_verify_a_policy_and_its_document(
    stack: OutsideStack, tmp_path: Path
) -> None:
    _run(["bash", "-eu", "-c", examples(GUIDE, "bash")], stack, tmp_path)
    assert (tmp_path / "policy.pdf").read_bytes().startswith(b"%PDF-")


def test_the_python_examples_report_a_loss_once_and_follow_it(
    stack: OutsideStack, tmp_path: Path
) -> None:
    _run([sys.executable, "-W", "error", "-c", examples(GUIDE, "python")], stack, tmp_path)
