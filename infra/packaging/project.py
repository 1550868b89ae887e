"""The application's part: `chalice package` on a clean copy of it, without its dependencies.

Chalice fetches every dependency again after any change of the code, ten seconds and the network
each time. Packaged without them it needs neither; `dependencies.py` adds them from its own run.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from infra.packaging import dashboard, rights, store
from infra.packaging.bytecode import with_bytecode

ROOT = Path(__file__).parents[2]
TEMPLATE = "sam.json"
ARCHIVE = "deployment.zip"
DOCUMENTS = "documents.zip"
"""The archive of render_document, which alone holds the layout engine (press.py)."""
MERGED = tuple(ROOT / "infra" / f"{name}.json" for name in ("resources", "edge", "watch"))
"""Merged into Chalice's template: stores, queues and rights; the public edge; what is watched."""
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"
_ORIGIN = "Access-Control-Allow-Origin"

_CODE = ("app.py", "chalicelib", "vendor")
_NOT_CODE = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


class PackagingError(RuntimeError):
    """When Chalice cannot package the application, or packaged it with something missing."""


def packaged(stage: str) -> Path:
    """A folder with the template and the application's part of the archive, bytecode included."""
    inputs = [*_files(), *MERGED, ROOT / ".chalice" / "config.json"]
    inputs += (ROOT / ".chalice" / "policies").glob("*.json")

    return store.remembered("application", inputs, [stage], lambda folder: make(folder, stage))


def make(folder: Path, stage: str) -> None:
    """Fills the folder, whatever was made before."""
    copy = folder / "project"
    _copy(copy, stage)
    merged = copy / "merged.json"
    merged.write_text(json.dumps(_merged()))
    run_chalice(copy, folder, "--stage", stage, "--merge-template", str(merged))
    shutil.rmtree(copy)
    _finish_template(folder / TEMPLATE, stage)
    with_bytecode(folder / ARCHIVE)


def run_chalice(project: Path, folder: Path, *options: str) -> None:
    """Runs `chalice package` in a project; PackagingError with what it printed if it fails."""
    environment = {
        **os.environ,
        # Chalice asks for a region and uses it for nothing that the template holds.
        "AWS_DEFAULT_REGION": "packaging",
        # Without a wheel for Lambda, Chalice would compile one that runs on this machine only.
        "PIP_ONLY_BINARY": ":all:",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        environment.pop(name, None)
    done = subprocess.run(
        [Path(sys.executable).with_name("chalice"), "package", *options, str(folder)],
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or not (folder / ARCHIVE).exists():
        raise PackagingError(f"chalice package failed:\n{done.stdout[-4000:]}")


def _copy(copy: Path, stage: str) -> None:
    copy.mkdir()
    for name in _CODE:
        if (ROOT / name).is_dir():
            # Links are followed: vendor/schemas leads to the schemas.
            shutil.copytree(ROOT / name, copy / name, ignore=_NOT_CODE)
        else:
            shutil.copyfile(ROOT / name, copy / name)
    (copy / "requirements.txt").touch()
    shutil.copytree(ROOT / ".chalice" / "policies", copy / ".chalice" / "policies")
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    # Stages differ in parameters only; Chalice wants each of them spelled out.
    config["stages"] = {stage: config["stages"]["prod"]}
    (copy / ".chalice" / "config.json").write_text(json.dumps(config))


def _merged() -> dict[str, Any]:
    """One document of all that is merged; PackagingError where two of them say the same thing."""
    whole: dict[str, Any] = {}
    for path in MERGED:
        for section, entries in json.loads(path.read_text("utf-8")).items():
            if isinstance(entries, str):
                whole[section] = entries
                continue
            known = whole.setdefault(section, {})
            if twice := known.keys() & entries.keys():
                raise PackagingError(f"{path.name} repeats {', '.join(sorted(twice))}")
            known |= entries
    return whole


def _finish_template(path: Path, stage: str) -> None:
    template = json.loads(path.read_text())
    template["Parameters"]["Stage"]["Default"] = stage
    resources = template["Resources"]
    _reserve_if_wanted(resources)
    rights.spread(resources)
    resources["Dashboard"] = dashboard.of(resources)
    definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    # Metrics are kept by the API's name, and two stacks may stand in one account.
    definition["info"]["title"] = {"Ref": "AWS::StackName"}
    site = template["Globals"]["Function"]["Environment"]["Variables"]["PUBLIC_SITE_URL"]
    _name_origin(definition, site)
    for response in definition[GATEWAY_RESPONSES].values():
        # CloudFormation turns what is not ASCII into question marks; in JSON it can be escaped.
        for kind, text in response["responseTemplates"].items():
            response["responseTemplates"][kind] = json.dumps(json.loads(text))
    path.write_text(json.dumps(template, indent=2, sort_keys=True) + "\n")


def _reserve_if_wanted(resources: dict[str, Any]) -> None:
    """Shares of the account's concurrency, which a new account has too little of to share."""
    for resource in resources.values():
        if share := resource.get("Properties", {}).get("ReservedConcurrentExecutions"):
            chosen = ["ConcurrencyReserved", share, {"Ref": "AWS::NoValue"}]
            resource["Properties"]["ReservedConcurrentExecutions"] = {"Fn::If": chosen}


def _name_origin(definition: dict[str, Any], site: dict[str, Any]) -> None:
    """Lets our own site alone read what the gateway answers itself, preflights included.

    Chalice knows origins as fixed text only, and ours is for the template to say.
    """
    address = {"Fn::Split": ["/", site]}
    parts = {"Scheme": {"Fn::Select": [0, address]}, "Host": {"Fn::Select": [2, address]}}
    origin = {"Fn::Sub": ["'${Scheme}//${Host}'", parts]}
    for response in definition[GATEWAY_RESPONSES].values():
        response["responseParameters"][f"gatewayresponse.header.{_ORIGIN}"] = origin
    for methods in definition["paths"].values():
        if "options" in methods:
            preflight = methods["options"]["x-amazon-apigateway-integration"]
            answer = preflight["responses"]["default"]["responseParameters"]
            answer[f"method.response.header.{_ORIGIN}"] = origin


def _files() -> list[Path]:
    places = (ROOT / "chalicelib", ROOT / "schemas", ROOT / "vendor")
    found = [path for place in places for path in place.rglob("*") if path.is_file()]
    return [ROOT / "app.py", *(path for path in found if path.suffix != ".pyc")]
