"""Policy documents against bare WeasyPrint setting the same HTML in Debian's Noto Sans CJK, and
against Typst and ReportLab setting the same content.

Processes, each with its own fonts, take turns, so that a busy machine slows all alike; each turn is
another policy, for Typst remembers what it has set. `plain` is bare WeasyPrint without the fixed
table layout that our style sheet asks for. Ours alone makes tags and PDF/A.
`python -m bench.documents` prints the rows; with a name it is that process.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import resident

ROOT = Path(__file__).parents[1]
ROUNDS = 9
MEMORY_DOCUMENTS = 60
SETTERS = ("ours", "bare", "plain", "typst", "reportlab")
DOCUMENT_ID = "Vb3nq0Zr5m2cY8K1xW7tQeLs"
FONTS = '"Noto Sans SC", HanaMinA, HanaMinB'


def measure(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """CPU time of a motor policy's document, median of the rounds, and memory per process."""
    setters = {name: _start(name) for name in SETTERS}
    try:
        for setter in setters.values():
            _turn(setter)
        took = [{name: _turn(setter) for name, setter in setters.items()} for _ in range(rounds)]
        memory = {name: resident(setter.pid) for name, setter in setters.items()}
        growth = growth_over(MEMORY_DOCUMENTS, setters["ours"])
    finally:
        for setter in setters.values():
            setter.communicate("", timeout=30)
    ours = statistics.median(turn["ours"] for turn in took)

    def ratio(other: str) -> float:
        return round(statistics.median(turn["ours"] / turn[other] for turn in took), 2)

    def row(
        name: str,
        value: float,
        baseline: str,
        goal: float | None,
        *,
        unit: str = "ratio",
        reason: str = "",
    ) -> dict[str, Any]:
        found = {"name": name, "value": value, "unit": unit, "baseline": baseline, "goal": goal}
        return {**found, "reason": reason} if reason else found

    bare = 1 / statistics.median(turn["bare"] for turn in took)
    same = "weasyprint.HTML(...).write_pdf(), same HTML, Debian's Noto Sans CJK"
    return [
        row(
            "policy document (no rare characters), CPU",
            ratio("bare"),
            f"{same}, same style sheet",
            0.4,
            reason="layout in Python, alike in both, is all but a tenth of it (decision 0027)",
        ),
        row(
            "policy document, CPU, against tables laid out freely",
            ratio("plain"),
            f"{same}, style sheet without `table-layout: fixed`",
            0.4,
        ),
        row(
            "policy document, CPU, against Typst",
            ratio("typst"),
            "Typst setting the same content, without PDF/A",
            8,
        ),
        row(
            "policy document, CPU, against ReportLab",
            ratio("reportlab"),
            "ReportLab setting the same content, without tags and PDF/A",
            8,
        ),
        row(
            "policy document, resident memory",
            round(memory["ours"] / memory["bare"], 2),
            "the same process setting it with bare WeasyPrint",
            1.0,
        ),
        row(
            f"resident memory after {MEMORY_DOCUMENTS} documents",
            growth,
            "the same process after a quarter of them",
            1.05,
        ),
        row(
            "policy documents per second and core",
            round(1 / ours, 1),
            f"{bare:.1f} bare",
            None,
            unit="documents",
        ),
    ]


def growth_over(documents: int, setter: "subprocess.Popen[str] | None" = None) -> float:
    """Resident memory after so many documents of one process, over that after a quarter of them."""
    own = setter or _start("ours")
    for _ in range(documents // 4):
        _turn(own)
    before = resident(own.pid, "RssAnon")
    for _ in range(documents - documents // 4):
        _turn(own)
    growth = resident(own.pid, "RssAnon") / before
    if setter is None:
        own.communicate("", timeout=30)
    return round(growth, 2)


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


def _set_on_request(name: str) -> None:
    """A setter: for every line that comes in one document, and its CPU time out."""
    from chalicelib.documents import contents

    if name == "ours":
        from chalicelib.documents import service

        def work(policy: Any) -> bytes:
            return service.make(policy, DOCUMENT_ID)

    elif name in ("typst", "reportlab"):
        from bench import typesetters

        typeset = getattr(typesetters, name)(Path(os.environ["FONTS_DIR"]))

        def work(policy: Any) -> bytes:
            return bytes(typeset(contents.document_html(policy, DOCUMENT_ID)))

    else:
        import weasyprint

        style = (ROOT / "chalicelib/documents/templates/policy.css").read_text("utf-8")
        style = style.replace(FONTS, '"Noto Sans CJK SC"')
        if name == "plain":
            style = style.replace("table-layout: fixed;", "")

        def work(policy: Any) -> bytes:
            html = contents.document_html(policy, DOCUMENT_ID)
            html = html.replace("</head>", f"<style>{style}</style></head>")
            return bytes(weasyprint.HTML(string=html).write_pdf())

    policy = _policy()
    for place, _ in enumerate(sys.stdin):
        numbered = {
            **policy,
            "policy_no": f"PDAA{place:018d}",
            "premium": policy["premium"] + place,
        }
        began = time.process_time()
        work(numbered)
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
