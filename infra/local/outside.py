"""A local stack as programs outside see it: started as a process, spoken to over HTTP.

For tests, benchmarks and whoever drives the stack by a script.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import botocore.session
import requests
from botocore.config import Config

from infra.local.children import tethered
from infra.local.engines import ROOT

READY = "ready "
START_SECONDS = 180
STOP_SECONDS = 20


class StackDiedError(RuntimeError):
    """When the stack ends or says nothing before it is ready; carries all that it said."""


class OutsideStack:
    """A running stack: its address, its `/_local` routes and its storage."""

    def __init__(self, process: subprocess.Popen[str], heard: "_Heard") -> None:
        self.process = process
        self.url = heard.address()
        self.output = heard.lines
        self.output_ended = heard.ended
        self.http = requests.Session()
        self._session = botocore.session.Session()
        self._clients: dict[str, Any] = {}
        self.info: dict[str, Any] = self.http.get(f"{self.url}/_local/info", timeout=10).json()

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(f"{self.url}{path}", timeout=35, **options)

    def post_json(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """A POST with a JSON body, or with none."""
        return self.http.post(f"{self.url}{path}", json=body, timeout=35, **options)

    def staff_token(
        self, roles: Sequence[str], organisation: str, sub: str = "S1", **more: str
    ) -> str:
        """A token of the development issuer; the undertaking of `sub` is on record afterwards."""
        body = {"sub": sub, "name": "员工", "roles": list(roles), "organisation": organisation}
        return str(self.post_json("/_local/staff-tokens", {**body, **more}).json()["token"])

    def drain(self, seconds: int = 20) -> bool:
        """Whether everything came to rest in that time."""
        return bool(self.post_json(f"/_local/drain?seconds={seconds}").json()["idle"])

    def chaos(self, *, duplicate: bool = False, shuffle: bool = False) -> None:
        """Deliver twice, deliver in any order, from now on."""
        self.post_json("/_local/chaos", {"duplicate": duplicate, "shuffle": shuffle})

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        """Puts an object; `bucket` as in info: incoming, documents, uploads."""
        self.client("s3").put_object(Bucket=self.info["buckets"][bucket], Key=key, Body=body)

    def object(self, bucket: str, key: str) -> bytes:
        """An object's bytes."""
        found = self.client("s3").get_object(Bucket=self.info["buckets"][bucket], Key=key)
        return bytes(found["Body"].read())

    def client(self, service: str) -> Any:
        """A client with the credentials that the functions have, made once."""
        if service not in self._clients:
            self._clients[service] = self._make_client(service)
        return self._clients[service]

    def close(self) -> None:
        """Hangs up everywhere."""
        self.http.close()
        for client in self._clients.values():
            client.close()

    def _make_client(self, service: str) -> Any:
        own = self.info["credentials"]
        name = "dynamodb_endpoint" if service == "dynamodb" else "aws_endpoint"
        return self._session.create_client(
            service,
            endpoint_url=self.info[name],
            region_name=self.info["region"],
            aws_access_key_id=own["access_key_id"],
            aws_secret_access_key=own["secret_access_key"],
            aws_session_token=own["session_token"],
            config=Config(signature_version="s3v4" if service == "s3" else None),
        )


@contextmanager
def started(
    arguments: Sequence[str] = (),
    *,
    demo: int = 0,
    figures: bool = False,
    task_root: Path | None = None,
) -> Iterator[OutsideStack]:
    """A stack on a free port with so many demonstration policies; ended as by Ctrl-C.

    With `figures` yesterday is counted, as `make run` has it.
    """
    command = [sys.executable, "-m", "infra.local", "--port", "0", "--demo", str(demo)]
    if not figures:
        command.append("--no-figures")
    if task_root:
        command += ["--task-root", str(task_root)]
    with subprocess.Popen(
        tethered([*command, *arguments]),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            stack = OutsideStack(process, _Heard(process))
            with closing(stack):
                yield stack
        finally:
            _end(process)


class _Heard:
    """What a stack says, line by line as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self.ended = threading.Event()
        self._ready = threading.Event()
        threading.Thread(target=self._listen, args=[process.stdout], daemon=True).start()

    def address(self) -> str:
        """The address of the ready line, once it has come."""
        self._ready.wait(START_SECONDS)
        found = next((line for line in self.lines if line.startswith(READY)), None)
        if found is None:
            raise StackDiedError("the local stack did not get ready:\n" + "".join(self.lines))
        return found.removeprefix(READY).strip()

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            self.lines.append(line)
            if line.startswith(READY):
                self._ready.set()
        self._ready.set()
        self.ended.set()


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
