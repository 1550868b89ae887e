"""`aws`, `make` and `curl` as the deployment guide calls them, against the emulated account.

Every other command and every option that is not known here is an error, so that the guide cannot
say what nobody has run.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from infra import packaging, site, templates
from infra.local.account import Account, Credentials
from infra.local.backends import Backends
from infra.local.makers import Clients
from tests.deployment.account import EmulatedAccount

STUB = b"PK\x05\x06" + bytes(18)
"""An empty archive: what is in the real ones is looked at by tests/test_package.py."""

TEMPLATE_LIMIT = 1_000_000
"""Bytes, of a template that lies in a bucket:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def main(program: str, words: Sequence[str]) -> None:
    """Runs one command."""
    told = json.loads(os.environ["EMULATED"])
    endpoints = told["endpoints"]
    account = Account(
        os.environ["AWS_REGION"],
        Credentials(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ["AWS_SESSION_TOKEN"],
        ),
    )
    clients = Clients(
        account, moto=endpoints["moto"], dynamodb=endpoints["dynamodb"], front=endpoints["aws"]
    )
    programs = {"aws": _aws, "make": _make, "curl": _curl}
    programs[program](Backends(account, endpoints, clients), Path(told["folder"]), list(words))


def _aws(engines: Backends, folder: Path, words: list[str]) -> None:
    commands: dict[tuple[str, str], Callable[[Backends, Path, list[str]], None]] = {
        ("s3", "mb"): _make_bucket,
        ("s3", "cp"): _copy,
        ("s3api", "wait"): _wait,
        ("s3", "sync"): _synchronise,
        ("lambda", "publish-layer-version"): _publish_layer,
        ("cloudformation", "package"): _package,
        ("cloudformation", "deploy"): _deploy,
        ("cloudformation", "describe-stacks"): _describe,
        ("cloudformation", "get-template"): _template,
    }
    commands[words[0], words[1]](engines, folder, words[2:])


def _make_bucket(engines: Backends, _: Path, words: list[str]) -> None:
    (address,) = words
    engines.clients.s3.create_bucket(
        Bucket=address.removeprefix("s3://"),
        CreateBucketConfiguration={"LocationConstraint": engines.account.region},
    )


def _copy(engines: Backends, folder: Path, words: list[str]) -> None:
    source, address = words
    if address == "-":
        place = dict(zip(("Bucket", "Key"), _place(source), strict=True))
        print(engines.clients.s3.get_object(**place)["Body"].read().decode())
        return
    bucket, key = _place(address)
    key = f"{key}{Path(source).name}" if not key or key.endswith("/") else key
    engines.clients.s3.put_object(Bucket=bucket, Key=key, Body=Path(source).read_bytes())
    if (folder / "stack").exists():
        _account(engines, folder).drop(bucket, key)


def _place(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def _wait(engines: Backends, _: Path, words: list[str]) -> None:
    """What is waited for is there: a file is imported while it is dropped."""
    condition, *rest = words
    assert condition == "object-exists", condition
    asked = _options(rest, "bucket", "key")
    engines.clients.s3.head_object(Bucket=asked.bucket, Key=asked.key)


def _synchronise(engines: Backends, _: Path, words: list[str]) -> None:
    source, address = words
    for path in Path(source).rglob("*"):
        if path.is_file():
            key = path.relative_to(source).as_posix()
            body = path.read_bytes()
            engines.clients.s3.put_object(Bucket=address.removeprefix("s3://"), Key=key, Body=body)


def _publish_layer(engines: Backends, _: Path, words: list[str]) -> None:
    asked = _options(words, "layer-name", "content", "compatible-runtimes", "query", "output")
    content = dict(part.split("=") for part in asked.content.split(","))
    made = engines.clients.__getattr__("lambda").publish_layer_version(
        LayerName=asked.layer_name,
        Content=content,
        CompatibleRuntimes=[asked.compatible_runtimes],
    )
    print(made[asked.query])


def _package(engines: Backends, _: Path, words: list[str]) -> None:
    asked = _options(
        words, "template-file", "s3-bucket", "output-template-file", flags=["use-json"]
    )
    source = Path(asked.template_file)
    for name in packaging.LIBRARIES:
        body = (source.parent / name).read_bytes()
        engines.clients.s3.put_object(Bucket=asked.s3_bucket, Key=f"code/{name}", Body=body)
    # As the command line writes it, which is more than CloudFormation takes.
    Path(asked.output_template_file).write_text(
        json.dumps(json.loads(source.read_text()), indent=4)
    )


def _deploy(engines: Backends, folder: Path, words: list[str]) -> None:
    asked = _options(
        words,
        *("template-file", "stack-name", "s3-bucket"),
        many=["capabilities", "parameter-overrides"],
    )
    assert asked.capabilities == ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    (folder / "stack").write_text(asked.stack_name)
    written = Path(asked.template_file).read_text()
    if len(written) > TEMPLATE_LIMIT:
        raise SystemExit(f"a template of {len(written)} bytes; at most {TEMPLATE_LIMIT}")
    template = json.loads(written)
    (folder / "template").write_text(written)
    account = _account(engines, folder, template)
    given = dict(part.split("=", 1) for part in asked.parameter_overrides)
    account.deploy(template, asked.s3_bucket, given)


def _describe(engines: Backends, folder: Path, words: list[str]) -> None:
    asked = _options(words, "stack-name", "query", "output")
    name = asked.query.partition("OutputKey=='")[2].partition("'")[0]
    print(_account(engines, folder).outputs()[name])


def _template(_: Backends, folder: Path, words: list[str]) -> None:
    asked = _options(words, "stack-name", "template-stage", "query", "output")
    assert (asked.template_stage, asked.query) == ("Original", "TemplateBody")
    print((folder / "template").read_text())


def _make(engines: Backends, _: Path, words: list[str]) -> None:
    target, *given = words
    settings = dict(part.split("=", 1) for part in given)
    if target == "package":
        place = Path(settings["OUT"])
        place.mkdir(parents=True)
        template = packaging.template(settings["STAGE"])
        (place / packaging.project.TEMPLATE).write_text(json.dumps(template))
        for name in packaging.LIBRARIES:
            (place / name).write_bytes(STUB)
    elif target == "layer":
        (Path(settings["OUT"]) / "layer.zip").write_bytes(STUB)
    elif target == "site":
        site.write(Path(settings["OUT"]), settings["API"])
    elif target == "templates":
        templates.write(engines.clients.s3, settings["BUCKET"])
    elif target == "staff":
        command = [sys.executable, "-m", "infra.within", settings["STACK"], "infra.first_staff"]
        subprocess.run([*command, *settings["SUBJECTS"].split()], check=True, stdout=2)
    elif target == "files":
        options = ["--seed", "1", "--count", settings["COUNT"], "--out", settings["OUT"]]
        subprocess.run([sys.executable, "-m", "infra.generator", *options], check=True, stdout=2)
    else:
        raise SystemExit(f"make {target} is not in the guide")


def _curl(engines: Backends, folder: Path, words: list[str]) -> None:
    known = ["request", "header", "data", "output", "write-out"]
    asked = _options(words[:-1], maybe=known, flags=["silent"])
    address = urlsplit(words[-1])
    if not asked.header:
        # A link into storage: whoever has it needs nothing else.
        found = urllib3.request("GET", words[-1], timeout=10)
        assert found.status == 200, found.data
        Path(asked.output).write_bytes(found.data)
        return
    name, _, value = asked.header.partition(": ")
    body = asked.data
    if body is not None and body.startswith("@"):
        body = Path(body[1:]).read_text("utf-8")
    path = address.path.removeprefix("/api")
    answer = _account(engines, folder).request(
        asked.request or "GET", path, body, {name.lower(): value}
    )
    if asked.output:
        Path(asked.output).write_text(answer["body"], "utf-8")
    else:
        print(answer["body"])
    if asked.write_out:
        assert asked.write_out == "%{http_code}", asked.write_out
        print(answer["statusCode"])


def _account(
    engines: Backends, folder: Path, template: dict[str, Any] | None = None
) -> EmulatedAccount:
    found = EmulatedAccount(engines, folder, (folder / "stack").read_text())
    found.definition = (template or packaging.template())["Resources"]["RestAPI"]["Properties"]
    return found


def _options(
    words: Sequence[str],
    *names: str,
    many: Sequence[str] = (),
    maybe: Sequence[str] = (),
    flags: Sequence[str] = (),
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    for name in many:
        parser.add_argument(f"--{name}", nargs="+", required=True)
    for name in maybe:
        parser.add_argument(f"--{name}")
    for name in flags:
        parser.add_argument(f"--{name}", action="store_true", required=True)
    return parser.parse_args(words)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
