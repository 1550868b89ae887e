"""The functions of the template: what each runs, with which environment, and what triggers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.intrinsics import TemplateError
from infra.local.resources import FUNCTION, Resources
from infra.packaging import rights

API_HANDLER = "api_handler"  # Chalice calls its handler app.app and this function so
LAMBDA_TIMEOUT = 3  # CloudFormation's default, seconds
LAYER_CONTENT = "/opt/"


@dataclass(frozen=True)
class Rule:
    """An EventBridge rule that invokes a function: its name and its event pattern."""

    name: str
    pattern: Mapping[str, Any]


@dataclass(frozen=True)
class Schedule:
    """A rule by time; `payload` replaces the scheduled event where the template gives an Input."""

    name: str
    payload: str | None


@dataclass(frozen=True)
class QueueSource:
    """An SQS event-source mapping, with Lambda's own defaults."""

    arn: str
    batch_size: int = 10
    batch_window: int = 0
    report_failures: bool = False
    concurrency: int | None = None


@dataclass(frozen=True)
class Function:
    """One Lambda function as the template describes it; `archive` is its file's without `.zip`."""

    name: str
    logical_id: str
    real_name: str
    arn: str
    handler: str
    timeout: int
    memory: int
    archive: str
    environment: Mapping[str, str]
    policy: list[Mapping[str, Any]] | None = None
    concurrency: int | None = None
    retries: int = 2
    on_failure: str | None = None
    rules: list[Rule] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    queues: list[QueueSource] = field(default_factory=list)


def read(resources: Resources, overrides: Mapping[str, str]) -> dict[str, Function]:
    """Every function of the template by its contract name.

    `overrides` replace environment variables that the template sets (the fonts' folder); one that
    points into a layer and is not replaced is left out: nothing is mounted at /opt here.
    """
    common = resources.template.get("Globals", {}).get("Function", {})
    functions = [
        _function(resources, logical, common, properties, overrides)
        for logical, properties in resources.of_type(FUNCTION).items()
    ]
    by_name = {function.name: function for function in functions}
    if len(by_name) != len(functions):
        raise TemplateError("two functions have the same handler name")
    _add_rules(resources, by_name)
    _add_mappings(resources, by_name)
    return by_name


def _function(
    resources: Resources,
    logical: str,
    common: Mapping[str, Any],
    properties: Mapping[str, Any],
    overrides: Mapping[str, str],
) -> Function:
    physical = resources.physical(logical)
    handler = str(properties["Handler"])
    entry = handler.rsplit(".", 1)[1]
    invoke = resources.resolve(properties.get("EventInvokeConfig", {}))
    failures = invoke.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    dead_letters = resources.resolve(properties.get("DeadLetterQueue", {})).get("TargetArn")
    function = Function(
        name=API_HANDLER if entry == "app" else entry,
        logical_id=logical,
        real_name=physical.ref,
        arn=physical.attributes["Arn"],
        handler=handler,
        timeout=int(properties.get("Timeout", common.get("Timeout", LAMBDA_TIMEOUT))),
        memory=int(properties.get("MemorySize", common.get("MemorySize", 128))),
        archive=Path(str(properties["CodeUri"])).stem,
        environment=_environment(resources, common, properties, overrides),
        policy=_policy(resources, properties),
        concurrency=_resolved(resources, properties, "ReservedConcurrentExecutions"),
        retries=int(invoke.get("MaximumRetryAttempts", 2)),
        on_failure=failures or dead_letters,
    )
    for name, event in properties.get("Events", {}).items():
        _add_event(function, f"{physical.ref}-{name}", event["Type"], event, resources)
    return function


def _resolved(resources: Resources, properties: Mapping[str, Any], name: str) -> Any:
    """A property, None where it is absent or its condition leaves it out."""
    return resources.resolve({name: properties[name]}).get(name) if name in properties else None


def _environment(
    resources: Resources,
    common: Mapping[str, Any],
    properties: Mapping[str, Any],
    overrides: Mapping[str, str],
) -> dict[str, str]:
    shared = common.get("Environment", {}).get("Variables", {})
    own = properties.get("Environment", {}).get("Variables", {})
    resolved = resources.resolve({**shared, **own})
    variables = {name: overrides.get(name, str(value)) for name, value in resolved.items()}
    return {n: v for n, v in variables.items() if not v.startswith(LAYER_CONTENT)}


def _policy(resources: Resources, properties: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The statements of the function's role, every reference resolved; None without a role."""
    if "Role" not in properties:
        return None
    logical = properties["Role"]["Fn::GetAtt"][0]
    written = rights.statements(resources.template["Resources"], logical)
    return [resources.resolve(statement) for statement in written]


def _add_event(
    function: Function, name: str, kind: str, event: Mapping[str, Any], resources: Resources
) -> None:
    properties = resources.resolve(event["Properties"])
    if kind in ("CloudWatchEvent", "EventBridgeRule"):
        function.rules.append(Rule(name, properties["Pattern"]))
    elif kind in ("Schedule", "ScheduleV2"):
        function.schedules.append(Schedule(name, properties.get("Input")))
    elif kind == "SQS":
        function.queues.append(_queue_source(properties["Queue"], properties))
    elif kind != "Api":
        raise TemplateError(f"{function.name}: events of type {kind} are not played locally")


def _queue_source(arn: str, properties: Mapping[str, Any]) -> QueueSource:
    return QueueSource(
        arn=arn,
        batch_size=int(properties.get("BatchSize", 10)),
        batch_window=int(properties.get("MaximumBatchingWindowInSeconds", 0)),
        report_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
        concurrency=properties.get("ScalingConfig", {}).get("MaximumConcurrency"),
    )


def _add_rules(resources: Resources, functions: Mapping[str, Function]) -> None:
    """Rules that the template writes as resources of their own."""
    by_arn = {function.arn: function for function in functions.values()}
    for logical, properties in resources.of_type("AWS::Events::Rule").items():
        rule = resources.resolve(properties)
        name = rule.get("Name", f"{resources.stack_name}-{logical}")
        for target in rule.get("Targets", []):
            function = by_arn.get(target["Arn"])
            if function is None:
                raise TemplateError(f"rule {logical}: only functions are played as targets")
            if "ScheduleExpression" in rule:
                function.schedules.append(Schedule(name, target.get("Input")))
            else:
                function.rules.append(Rule(name, rule["EventPattern"]))


def _add_mappings(resources: Resources, functions: Mapping[str, Function]) -> None:
    """Event-source mappings that the template writes as resources of their own."""
    keys = {f.real_name: f for f in functions.values()} | {f.arn: f for f in functions.values()}
    for properties in resources.of_type("AWS::Lambda::EventSourceMapping").values():
        mapping = resources.resolve(properties)
        source = _queue_source(mapping["EventSourceArn"], mapping)
        keys[mapping["FunctionName"]].queues.append(source)
