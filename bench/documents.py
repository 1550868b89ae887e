"""Policy documents against bare WeasyPrint setting the same HTML in Debian's Noto Sans CJK.

Two processes, each with its own fonts, take turns, so that a busy machine slows both alike.
`python -m bench.documents` prints the rows; with `ours` or `bare` it is one of the two.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROUNDS = 25
GOAL = 0.6
DOCUMENT_ID = "Vb3nq0Zr5m2cY8K1xW7tQeLs"
FONTS = '"Noto Sans SC", HanaMinA, HanaMinB'


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """CPU time of a motor policy's document, median of the rounds, and memory per process."""
    setters = {name: _start(name) for name in ("ours", "bare")}
    try:
        for setter in setters.values():
            _turn(setter)
        took = [{name: _turn(setter) for name, setter in setters.items()} for _ in range(rounds)]
        memory = {name: _resident(setter.pid) for name, setter in setters.items()}
    finally:
        for setter in setters.values():
            setter.communicate("", timeout=30)
    ours = statistics.median(turn["ours"] for turn in took)
    return [
        {
            "name": "policy document (no rare characters), CPU",
            "value": round(statistics.median(turn["ours"] / turn["bare"] for turn in took), 2),
            "unit": "ratio",
            "baseline": "weasyprint.HTML(...).write_pdf(), same HTML, Debian's Noto Sans CJK",
            "goal": GOAL,
        },
        {
            "name": "policy document, resident memory",
            "value": round(memory["ours"] / memory["bare"], 2),
            "unit": "ratio",
            "baseline": "the same process setting it with bare WeasyPrint",
            "goal": 1.0,
        },
        {
            "name": "policy documents per second and core",
            "value": round(1 / ours, 1),
            "unit": "documents",
            "baseline": f"{1 / statistics.median(turn['bare'] for turn in took):.1f} bare",
            "goal": None,
        },
    ]


def _start(name: str) -> subprocess.Popen[str]:
    fonts = os.environ.get("FONTS_DIR", str(ROOT / ".cache" / "fonts"))
    environment = {
        **os.environ,
        "FONTS_DIR": fonts,
        "PUBLIC_SITE_URL": "https://www.chabao.example",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bench.documents", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def _turn(setter: subprocess.Popen[str]) -> float:
    """One document; seconds of CPU that it took."""
    assert setter.stdin is not None
    assert setter.stdout is not None
    setter.stdin.write("\n")
    setter.stdin.flush()
    return float(setter.stdout.readline())


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1])


def _set_on_request(name: str) -> None:
    """A setter: for every line that comes in one document, and its CPU time out."""
    from chalicelib.documents import contents

    if name == "ours":
        from chalicelib.documents import service

        def work() -> bytes:
            return service.make(policy, DOCUMENT_ID)

    else:
        import weasyprint

        style = (ROOT / "chalicelib/documents/templates/policy.css").read_text("utf-8")
        style = style.replace(FONTS, '"Noto Sans CJK SC"')

        def work() -> bytes:
            html = contents.document_html(policy, DOCUMENT_ID)
            html = html.replace("</head>", f"<style>{style}</style></head>")
            return bytes(weasyprint.HTML(string=html).write_pdf())

    policy = _policy()
    for _ in sys.stdin:
        began = time.process_time()
        work()
        print(time.process_time() - began, flush=True)


def _policy() -> Any:
    """A generated motor policy with the most covers and, like most, no rare character."""
    from chalicelib.imports import rows
    from infra.generator import portfolio

    found = portfolio(1, 60, lines=("motor",))
    read = [rows.read("policies", dict(row), found.today) for row in found.policies]
    policies = [one.row for one in read if not one.errors]
    usual = [
        policy for policy in policies if max(json.dumps(policy, ensure_ascii=False)) < "\U00010000"
    ]
    return max(usual, key=lambda policy: len(policy.get("covers", [])))


if __name__ == "__main__":
    if sys.argv[1:]:
        _set_on_request(sys.argv[1])
    else:
        for row in measure():
            print(row)
