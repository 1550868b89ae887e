"""From a dropped file to a verified answer and a document, out of the package that is deployed."""

import hashlib
import io
import json
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import requests

from infra import generator, packaging
from infra.local import outside
from infra.local.outside import OutsideStack

PORTFOLIO = generator.portfolio(77, 40, today=date(2026, 11, 21))


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutsideStack]:
    """The stack running nothing but the unpacked archives, empty of data."""
    roots = packaging.task_roots(tmp_path_factory.mktemp("task"))
    with outside.started(demo=0, task_root=roots) as stack:
        yield stack


def _report(stack: OutsideStack, key: str, content: bytes) -> dict[str, int]:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return json.loads(stack.object("documents", f"imports/{key}/{digest}/report.json"))


def test_the_packaged_handlers_import_query_and_render(
    packaged: OutsideStack, tmp_path: Path
) -> None:
    generator.write_csv(PORTFOLIO.organisations, "organisations", tmp_path / "o.csv")
    generator.write_xlsx(PORTFOLIO.policies, "policies", tmp_path / "p.xlsx", coded="name")
    for kind, name in (("organisations", "o.csv"), ("policies", "p.xlsx")):
        content = (tmp_path / name).read_bytes()
        packaged.put_object("incoming", f"{kind}/{name}", content)
        assert packaged.drain() or packaged.drain()
        report = _report(packaged, f"{kind}/{name}", content)
        parts = ("accepted", "unchanged", "superseded", "rejected")
        assert sum(report[part] for part in parts) == report["total"] > 30
        assert report["rejected"] == 0, report["reasons"]

    known = next(entry for entry in generator.demo(PORTFOLIO) if entry["line"] == "motor")
    right = {"policy_no": known["policy_no"], "id_no": known["id_no"]}
    answer = packaged.post_json("/v1/queries", right)
    assert answer.status_code == 200
    assert known["id_no"] not in answer.text
    shown = answer.json()["policy"]
    assert (shown["policy_no"], shown["document"]["available"]) == (known["policy_no"], True)

    token = {"Authorization": f"Bearer {answer.json()['token']}"}
    link = packaged.get(f"/v1/policies/{known['policy_no']}/document", headers=token).json()
    pdf = requests.get(link["url"], timeout=10).content
    assert hashlib.sha256(pdf).hexdigest() == link["sha256"]
    row = next(row for row in PORTFOLIO.policies if row["policy_no"] == known["policy_no"])
    text = _text(pdf)
    assert "".join(row["insured_name"].split()) in text
    assert known["policy_no"] in text
    proof = packaged.get(f"/v1/documents/{link['sha256']}").json()
    assert proof == {
        "genuine": True,
        "kind": "policy",
        "issued_on": row["issued_on"],
        "superseded": False,
        "sha256": link["sha256"],
    }


def test_a_wrong_pair_and_an_unknown_number_get_the_same_problem(packaged: OutsideStack) -> None:
    asked = [
        {"policy_no": policy_no, "id_no": "11010519491231002X"}
        for policy_no in (next(iter(PORTFOLIO.policies))["policy_no"], "PNONE000000000")
    ]
    answers = [packaged.post_json("/v1/queries", body) for body in asked]
    assert [answer.status_code for answer in answers] == [403, 403]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    assert answers[0].headers["Content-Type"] == "application/problem+json"


def test_the_gateway_itself_answers_with_problems(packaged: OutsideStack) -> None:
    unknown = packaged.get("/v1/nothing")
    assert unknown.status_code == 404
    assert unknown.headers["Content-Type"].startswith("application/problem+json")
    large = packaged.http.post(
        f"{packaged.url}/v1/queries", data=io.BytesIO(b" " * 11_000_000), timeout=30
    )
    assert large.status_code == 413
    assert large.headers["Content-Type"].startswith("application/problem+json")


def test_events_twice_and_out_of_order_change_nothing(packaged: OutsideStack) -> None:
    packaged.chaos(duplicate=True, shuffle=True)
    content = "机构代码,机构名称,级别\nZ9,混乱,总公司\n".encode()
    packaged.put_object("incoming", "organisations/chaos.csv", content)
    assert packaged.drain()
    packaged.chaos()
    assert _report(packaged, "organisations/chaos.csv", content)["accepted"] == 1


def _text(pdf: bytes) -> str:
    run = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(run.stdout.decode().split())
