"""What every suite may use: the AWS resources of the template, and the whole local stack.

`aws` gives a process its own tables, buckets, queues, key and secret, made from the packaged
template on engines that the whole run shares; the functions' environment is set meanwhile, so
that rooms can be called in-process. `stack` is `make run` on a free port with a few policies.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import hypothesis
import pytest

from chalicelib import keys
from infra.local import functions, keeper, outside
from infra.local.backends import Backends
from infra.local.engines import ROOT
from infra.local.issuer import AUDIENCE, DevelopmentIssuer
from infra.local.outside import OutsideStack
from infra.local.resources import Resources
from infra.packaging import template
from infra.permissions import use
from infra.permissions.guard import Guard
from tests import acting
from tests.door import Door

# How long an example takes is the machine's business while other suites run; bench measures.
hypothesis.settings.register_profile("busy", deadline=None)
hypothesis.settings.load_profile("busy")

SITE = "http://127.0.0.1:8000"
DEMO_POLICIES = 16  # every line is there


@dataclass(frozen=True)
class Aws:
    """Real names and addresses of this process's resources."""

    endpoint: str
    dynamodb_endpoint: str
    region: str
    resources: Resources
    environment: dict[str, str]
    guard: Guard

    def name(self, logical_id: str) -> str:
        """What `Ref` gives: a table's or bucket's name, a queue's URL, a secret's ARN."""
        return self.resources.physical(logical_id).ref

    def empty(self) -> None:
        """Takes away what other tests of this process left: items, messages, objects in sight."""
        self._empty_tables()
        self.empty_queues()
        self._empty_buckets()

    def _empty_tables(self) -> None:
        dynamodb = self.resources.clients.dynamodb
        for logical in self.resources.of_type("AWS::DynamoDB::Table"):
            table = dynamodb.describe_table(TableName=self.name(logical))["Table"]
            keys = [part["AttributeName"] for part in table["KeySchema"]]
            pages = dynamodb.get_paginator("scan").paginate(
                TableName=table["TableName"],
                ProjectionExpression=",".join(f"#{name}" for name in keys),
                ExpressionAttributeNames={f"#{name}": name for name in keys},
            )
            # One by one, what a large test left took the next one minutes.
            for some in batched((key for page in pages for key in page["Items"]), 25):
                deletes = [{"DeleteRequest": {"Key": key}} for key in some]
                dynamodb.batch_write_item(RequestItems={table["TableName"]: deletes})

    def empty_queues(self) -> None:
        """Message by message: a queue may be purged only once a minute."""
        sqs = self.resources.clients.sqs
        for logical in self.resources.of_type("AWS::SQS::Queue"):
            queue = self.name(logical)
            ask = {"QueueUrl": queue, "MaxNumberOfMessages": 10}
            while found := sqs.receive_message(**ask).get("Messages"):
                sqs.delete_message_batch(
                    QueueUrl=queue,
                    Entries=[
                        {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                        for place, message in enumerate(found)
                    ],
                )

    def _empty_buckets(self) -> None:
        """Versions stay below a marker: those under object lock cannot go."""
        s3 = self.resources.clients.s3
        for logical in self.resources.of_type("AWS::S3::Bucket"):
            bucket = self.name(logical)
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                if found := [{"Key": entry["Key"]} for entry in page.get("Contents", [])]:
                    s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True})


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    """moto behind its front and DynamoDB Local, one pair for the whole run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with keeper.borrowed(folder / "engines") as borrowed:
        yield borrowed


@pytest.fixture(scope="session")
def issuer() -> DevelopmentIssuer:
    """The identity provider of this process's `aws`."""
    return DevelopmentIssuer("http://issuer.test")


@pytest.fixture(scope="session")
def aws(engines: Backends, issuer: DevelopmentIssuer) -> Iterator[Aws]:
    """This process's own resources, with the environment of the functions set."""
    resources = Resources(
        template(),
        account=engines.account,
        clients=engines.clients,
        parameters={
            "PublicSiteUrl": SITE,
            "StaffIssuer": issuer.issuer,
            "StaffAudience": AUDIENCE,
            "StaffKeysUrl": issuer.keys_url(),
        },
        name="test",
    )
    resources.create_all()
    found = functions.read(resources, {"FONTS_DIR": str(ROOT / ".cache" / "fonts")})
    environment: dict[str, Any] = engines.account.environment(engines.endpoints)
    for function in found.values():
        environment |= function.environment
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "http_proxy", "https_proxy"):
            patch.delenv(name, raising=False)
        for name, value in environment.items():
            patch.setenv(name, value)
        guard = Guard(
            {name: function.policy or [] for name, function in found.items()}, use.notes()
        )
        guard.install()
        acting.hold(guard, set(found), patch)
        patch.setattr(Door, "guard", guard)
        yield Aws(
            engines.endpoints["aws"],
            engines.endpoints["dynamodb"],
            engines.account.region,
            resources,
            environment,
            guard,
        )


@pytest.fixture
def staff_token(aws: Aws, issuer: DevelopmentIssuer) -> Callable[..., str]:
    """`staff_token(["agent"], "4401", sub=…, department=…)`: a token, the undertaking on record.

    For `aws` and `door`; a running stack has `stack.staff_token(…)` with the same arguments.
    """
    from chalicelib import clock
    from chalicelib.staff import service

    def made(roles: Sequence[str], organisation: str, sub: str = "S1", **more: Any) -> str:
        service.undertake(sub, clock.now())
        claims = {"sub": sub, "name": "员工", "roles": list(roles), "organisation": organisation}
        return issuer.token({**claims, **more})

    return made


@pytest.fixture
def door(aws: Aws) -> Door:
    """The API in-process: `door.get("/v1/staff/audit", token=…)`, gate and all."""
    return Door()


@pytest.fixture
def elsewhere(aws: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    """Another, empty stack of the same account with the same KMS keys, and its environment."""
    made = Resources(
        template(),
        account=aws.resources.account,
        clients=aws.resources.clients,
        parameters={"PublicSiteUrl": "http://127.0.0.1:8000"},
        name="restored",
    )
    for key in ("DataKey", "SigningKey"):
        made.made[key] = aws.resources.physical(key)
    made.create_all()
    keys.forget()
    with monkeypatch.context() as patch:
        for function in functions.read(made, {"FONTS_DIR": "/"}).values():
            for name, value in function.environment.items():
                patch.setenv(name, value)
        yield made
    keys.forget()


@pytest.fixture(scope="session")
def stack() -> Iterator[OutsideStack]:
    """The whole local stack with one demonstration policy or two of each line."""
    with outside.started(demo=DEMO_POLICIES) as running:
        yield running


TOGETHER = {
    "tests/reports/": "reports",
    "tests/browser/test_on_the_stack.py": "stack",
    "tests/browser/test_claim_journey.py": "stack",
    "tests/browser/test_compliance_journey.py": "stack",
    "tests/browser/test_api_guide.py": "stack",
    "tests/browser/test_lead_journey.py": "stack",
}
"""Files that share what is dear to make: one stack, one half-year. Others stay by themselves."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of a file run on one worker in their order, and so do those that belong together.

    The marks of pytest-xdist 3.8 for this (`xdist_group`) do nothing under pytest 9; they may
    take this place again when they work.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((name for start, name in TOGETHER.items() if file.startswith(start)), file)

    return Together(config, log)
