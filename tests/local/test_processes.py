"""Processes and files: two stacks share nothing, and nothing is left of a stack that ends."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from infra.local import outside
from infra.local.engines import ROOT

from .conftest import SAMPLE, Sample, running_sample
from .processes import descendants, still_alive


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_a_stack_ends_no_process_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: int
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with running_sample(tmp_path) as sample:
        children = descendants(sample.stack.process.pid)
        assert len(children) >= 8  # both engines, two workers of the API, one of each other
        assert list(temporary.iterdir())
        sample.stack.process.send_signal(how)
        status = sample.stack.process.wait(20)
        assert still_alive(children, 10) == []
    if how != signal.SIGKILL:
        assert status == 0
        assert list(temporary.iterdir()) == []


def test_ctrl_c_while_it_starts_leaves_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "infra.local", "--port", "0", "--demo", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert "starting" in process.stdout.readline()
        assert "answers at" in process.stdout.readline()
        children = descendants(process.pid)
        assert children
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=20)[0]
        assert still_alive(children, 10) == []
    assert process.returncode == 0
    assert "Traceback" not in output


def test_two_stacks_share_nothing(sample: Sample, tmp_path: Path) -> None:
    with running_sample(tmp_path) as other:
        mine, theirs = sample.stack.info, other.stack.info
        for name in ("api", "aws_endpoint", "dynamodb_endpoint", "logs"):
            assert mine[name] != theirs[name]
        other.stack.put_object("incoming", "theirs", b"x")
        assert other.stack.drain()
        assert len(other.seen("file_dropped")) == 1
        assert sample.seen("file_dropped") == []
        buckets = sample.stack.client("s3").list_buckets()["Buckets"]
        assert {bucket["Name"] for bucket in buckets} == set(mine["buckets"].values())
        table = {"TableName": theirs["tables"]["things"]}
        dynamodb = sample.stack.client("dynamodb")
        with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.describe_table(**table)


def test_a_taken_port_is_said_at_once(sample: Sample) -> None:
    port = sample.stack.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "infra.local", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ended.returncode == 1
    assert f"port {port} cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_worker_that_cannot_start_is_shown_with_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise RuntimeError('a missing dependency')\n")
    template = ["--template", str(SAMPLE / "sam.json"), "--parameter", f"Seen={tmp_path}"]
    with outside.started(template, task_root=tmp_path) as stack:
        output = "".join(stack.output)
        assert "a worker of api_handler (app.app) did not start" in output
        assert "a missing dependency" in output
        assert stack.get("/v1/things").status_code == 502


def test_a_package_sees_nothing_of_this_environment(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import json, os, sys\n"
        "try:\n    import boto3\nexcept ImportError:\n    boto3 = None\n"
        "def app(event, context):\n"
        "    told = [boto3 is None, sorted(os.environ), sys.path]\n"
        "    return {'statusCode': 200, 'body': json.dumps(told)}\n"
        "authorize = file_dropped = consume = report_day = app\n"
    )
    template = ["--template", str(SAMPLE / "sam.json"), "--parameter", f"Seen={tmp_path}"]
    with outside.started(template, task_root=tmp_path) as stack:
        alone, names, path = stack.get("/v1/things").json()
    assert alone
    assert not [place for place in path if "site-packages" in place]
    assert {"SEEN", "WORK_QUEUE_URL", "AWS_ENDPOINT_URL_DYNAMODB", "_HANDLER"} <= set(names)
    assert "NOTE" not in names
    assert not (tmp_path / "__pycache__").exists()


def test_pages_come_with_safe_headers_and_nothing_lies_outside(sample: Sample) -> None:
    front = requests.get(f"{sample.stack.url}/", timeout=10)
    assert front.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in front.headers["Content-Security-Policy"]
    assert front.headers["X-Content-Type-Options"] == "nosniff"
    for path in ("/..%2Fpyproject.toml", "/%2e%2e/pyproject.toml", "/assets/..%2f..%2fapp.py"):
        assert requests.get(f"{sample.stack.url}{path}", timeout=10).status_code == 404
    folder = requests.get(f"{sample.stack.url}//assets", timeout=10, allow_redirects=False)
    assert (folder.status_code, folder.headers["Location"]) == (301, "/assets/")


def test_a_stack_that_loses_an_engine_says_so_and_ends(tmp_path: Path) -> None:
    with running_sample(tmp_path) as sample:
        children = descendants(sample.stack.process.pid)
        for pid in children:
            # Some of them come and go, as those that ask whether an engine is there.
            with suppress(FileNotFoundError, ProcessLookupError):
                if b"moto_server" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        assert sample.stack.process.wait(20) == 1
        assert still_alive(children, 10) == []
        sample.stack.output_ended.wait(10)
        assert "moto has ended" in "".join(sample.stack.output)
