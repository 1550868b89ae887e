"""From an empty account to a first query and its document, by the guide's commands alone."""

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra import packaging
from tests.deployment.account import BY_CLOUDFORMATION, EmulatedAccount

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "deployment.md"
PROGRAMS = ("aws", "make", "curl")
"""What the guide's commands call; played by programs.py, which knows no other words of them."""
STACK = "chabao-prod"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the reader stands: a checkout as far as the commands look at it."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "bin").mkdir()
    (folder / ".venv" / "bin").mkdir(parents=True)
    called = {f"bin/{name}": f"-m tests.deployment.programs {name}" for name in PROGRAMS}
    for path, words in {**called, ".venv/bin/python": ""}.items():
        program = folder / path
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture(scope="module")
def followed(folder, engines):
    """Every command of the guide, run one after the other; what the last one that speaks says."""
    text = GUIDE.read_text("utf-8")
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    environment = {
        **os.environ,
        **engines.account.environment(engines.endpoints),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "EMULATED": json.dumps({"folder": str(folder), "endpoints": engines.endpoints}),
    }
    # A reader has the one of the guide; what else is needed, its commands say.
    del environment["AWS_DEFAULT_REGION"]
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", commands],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-6000:])
    return done.stdout


def test_a_reader_makes_the_first_query_in_the_account(followed):
    answer = json.loads(followed.rstrip().rpartition("\n")[2])
    assert answer["assurance"] == "id"
    assert answer["policy"]["policy_no"]
    assert answer["policy"]["insured"]["id_no"].count("*") > 4
    assert answer["policy"]["document"]["available"]


def test_the_reader_holds_the_policy_s_document(followed, folder):
    content = (folder / "build" / "policy.pdf").read_bytes()
    link = json.loads((folder / "build" / "link.json").read_text("utf-8"))
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == link["sha256"]


def test_every_policy_of_the_file_has_its_document(followed, engines, folder):
    rows = (folder / "build" / "files" / "policies.csv").read_text("utf-8").splitlines()[1:]
    documents = EmulatedAccount(engines, folder, STACK).outputs()["DocumentsBucket"]
    found = engines.clients.s3.list_objects_v2(Bucket=documents, Prefix="policies/")["Contents"]
    assert len(found) == len(rows) == 10


def test_the_first_two_administrators_are_let_in(followed, engines):
    (table,) = (
        name
        for name in engines.clients.dynamodb.list_tables()["TableNames"]
        if name.startswith(f"{STACK}-") and "-StaffTable-" in name
    )
    items = engines.clients.dynamodb.scan(TableName=table)["Items"]
    assert {item["pk"]["S"] for item in items} == {"admin.zhang", "admin.li"}
    assert all("undertaking_at" in item for item in items)


def test_cloudformation_made_whatever_it_knows(followed, engines):
    pages = engines.clients.cloudformation.get_paginator("list_stack_resources")
    made = {
        one["LogicalResourceId"]
        for page in pages.paginate(StackName=STACK)
        for one in page["StackResourceSummaries"]
    }
    resources = packaging.template()["Resources"]
    wanted = {
        name
        for name, resource in resources.items()
        if resource["Type"] in BY_CLOUDFORMATION or resource["Type"] == "AWS::Serverless::Function"
        if "Condition" not in resource
    }
    assert wanted <= made


def test_every_function_has_the_whole_environment_and_a_role_of_its_own(followed, engines):
    client = engines.clients.__getattr__("lambda")
    pages = client.get_paginator("list_functions").paginate()
    found = [one for page in pages for one in page["Functions"]]
    found = [one for one in found if one["FunctionName"].startswith(STACK)]
    template = packaging.template()
    names = template["Globals"]["Function"]["Environment"]["Variables"].keys()
    functions = [
        r for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function"
    ]
    assert len(found) == len(functions)
    assert len({one["Role"] for one in found}) == len(found)
    for one in found:
        variables = one["Environment"]["Variables"]
        assert names <= variables.keys()
        assert not [value for value in variables.values() if "${" in value]
