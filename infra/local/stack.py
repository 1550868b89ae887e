"""The whole local stack: engines, resources, functions, gateway; up in order, down in reverse."""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra import templates
from infra.local import backends, functions, routes, runtime
from infra.local.account import Account
from infra.local.alarms import Alarms
from infra.local.backends import Backends
from infra.local.dispatcher import Dispatcher
from infra.local.drain import SECONDS, drain
from infra.local.engines import ROOT
from infra.local.functions import API_HANDLER, Function
from infra.local.gateway import Gateway
from infra.local.issuer import AUDIENCE, DevelopmentIssuer
from infra.local.local_routes import LocalRoutes
from infra.local.metrics import Metrics
from infra.local.options import Options
from infra.local.pool import Pool
from infra.local.progress import Progress
from infra.local.public import Public
from infra.local.resources import Resources
from infra.local.schedules import Schedules
from infra.local.server import Server, listen
from infra.local.staff_desk import StaffDesk
from infra.local.static_files import StaticFiles
from infra.packaging import template as packaged_template

KEPT_LOGS = 20
WARM = 2  # workers of the API that wait for the first request; one of each other function


@dataclass
class Stack:
    """A running stack."""

    url: str
    logs: Path
    folder: Path
    backends: Backends
    resources: Resources
    functions: dict[str, Function]
    pools: dict[str, Pool]
    dispatcher: Dispatcher
    metrics: Metrics
    demo_policies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def schedules(self) -> Schedules:
        """Its scheduled functions."""
        return Schedules(self.resources, self.functions, self.pools)

    async def drain(self, seconds: float = SECONDS) -> bool:
        """Whether everything came to rest in that time."""
        sqs = self.backends.clients.sqs
        return await drain(sqs, self.dispatcher, self.pools, seconds)

    def info(self) -> dict[str, Any]:
        """What GET /_local/info answers."""
        own = self.backends.account.credentials
        return {
            "api": self.url,
            "aws_endpoint": self.backends.endpoints["aws"],
            "dynamodb_endpoint": self.backends.endpoints["dynamodb"],
            "region": self.backends.account.region,
            "credentials": {
                "access_key_id": own.access_key,
                "secret_access_key": own.secret_key,
                "session_token": own.token,
            },
            "buckets": self._named("AWS::S3::Bucket", "Bucket"),
            "tables": self._named("AWS::DynamoDB::Table", "Table"),
            "queues": self._named("AWS::SQS::Queue", ""),
            "functions": sorted(self.functions),
            "logs": str(self.logs),
            "demo": {"policies": self.demo_policies},
        }

    def _named(self, kind: str, suffix: str) -> dict[str, str]:
        """Real names by the logical ones: `DataQualityTable` is `data_quality`."""
        return {
            re.sub(r"(?<!^)(?=[A-Z])", "_", logical.removesuffix(suffix)).lower(): (
                self.resources.physical(logical).ref
            )
            for logical in self.resources.of_type(kind)
        }


@asynccontextmanager
async def running(options: Options, progress: Progress) -> AsyncIterator[Stack]:
    """A stack that answers; every process and file of it but the logs is gone afterwards."""
    async with AsyncExitStack() as undo:
        listener = undo.enter_context(listen(options.port))
        port: int = listener.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        folder = Path(tempfile.mkdtemp(prefix="chabao-local-"))
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        logs = _log_folder(port)
        progress.say(f"starting; logs go to {logs}")
        # made while the engines start
        template = asyncio.create_task(asyncio.to_thread(_template, options.template))
        played = await undo.enter_async_context(
            backends.running(Account(), folder, logs, progress.say)
        )
        issuer = DevelopmentIssuer(f"{url}/_local")
        parameters = {
            "PublicSiteUrl": url,
            "StaffIssuer": issuer.issuer,
            "StaffAudience": AUDIENCE,
            "StaffKeysUrl": f"{url}/_local/staff-keys",
            "SmsGatewayUrl": f"{url}/_local/sms",
            **options.parameters,
        }
        resources = await asyncio.to_thread(_create, await template, played, parameters)
        progress.say(f"{len(resources.made)} resources of the template are made")
        documents = resources.physical("DocumentsBucket").ref
        await asyncio.to_thread(templates.write, played.clients.s3, documents)
        found = functions.read(resources, {"FONTS_DIR": str(ROOT / ".cache" / "fonts")})
        launch = runtime.launch(
            played.account,
            played.endpoints,
            task_root=options.task_root or ROOT,
            isolated=options.task_root is not None,
            folder=folder,
            logs=logs,
        )
        metrics = Metrics()
        pools = {
            function.arn: Pool(
                function,
                launch,
                limit=options.workers,
                metrics=metrics,
                on_failed_start=progress.failed_start,
            )
            for function in found.values()
        }
        undo.push_async_callback(_close, pools)
        dispatcher = Dispatcher(resources, pools)
        dispatcher.start()
        undo.push_async_callback(dispatcher.close)
        played.on_write.append(dispatcher.ring)
        stack = Stack(url, logs, folder, played, resources, found, pools, dispatcher, metrics)
        server = Server(_public(stack, issuer).answer, listener)
        await server.start()
        undo.push_async_callback(server.close)
        progress.say(f"the API answers at {url}")
        await _warm(stack)
        progress.say(f"{len(found)} functions are warm: {', '.join(sorted(found))}")
        yield stack


def _public(stack: Stack, issuer: DevelopmentIssuer) -> Public:
    """What answers at the public address."""
    api = routes.read(stack.resources)
    local = LocalRoutes(
        stack.resources,
        schedules=stack.schedules,
        chaos=stack.dispatcher.chaos,
        desk=StaffDesk(issuer, stack.resources),
        alarms=Alarms(stack.resources, stack.logs, stack.metrics),
        info=stack.info,
        drain=stack.drain,
    )
    pages = StaticFiles(
        ROOT / "web",
        also_connect=stack.backends.endpoints["aws"],
        mounted={"/docs/viewer/": ROOT / ".cache" / "viewer"},
    )
    return Public(Gateway(api, stack.resources, stack.pools, stack.metrics), local, pages)


def _template(given: Path | None) -> dict[str, Any]:
    return dict(json.loads(given.read_text("utf-8"))) if given else packaged_template()


def _create(template: dict[str, Any], played: Backends, parameters: dict[str, str]) -> Resources:
    resources = Resources(
        template, account=played.account, clients=played.clients, parameters=parameters
    )
    resources.create_all()
    return resources


async def _warm(stack: Stack) -> None:
    await asyncio.gather(
        *(
            stack.pools[function.arn].warm(WARM if name == API_HANDLER else 1)
            for name, function in stack.functions.items()
        )
    )


async def _close(pools: dict[str, Pool]) -> None:
    await asyncio.gather(*(pool.close() for pool in pools.values()))


def _log_folder(port: int) -> Path:
    """An empty folder for this port; those of the newest starts stay, older ones go."""
    folder = ROOT / "build" / "local" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    by_age = sorted(folder.parent.iterdir(), key=lambda other: other.stat().st_mtime)
    for old in by_age[:-KEPT_LOGS]:
        shutil.rmtree(old, ignore_errors=True)
    return folder
