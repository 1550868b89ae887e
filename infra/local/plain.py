"""The packaged template without SAM: what its transform makes of functions and their events.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
sam-specification-generated-resources.html, for the part that Chalice emits. For an engine that
plays CloudFormation without the transform; the API stays for whoever plays API Gateway.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from infra.local.intrinsics import TemplateError

Resource = dict[str, Any]
_KEPT = (
    *("Handler", "Runtime", "Timeout", "MemorySize", "Role", "Architectures", "Layers"),
    *("LoggingConfig", "ReservedConcurrentExecutions"),
)


def of(template: Mapping[str, Any], bucket: str, folder: str) -> dict[str, Any]:
    """The template with plain resources; its archives lie in the bucket below the folder."""
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    resources: dict[str, Resource] = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resources |= _function(name, resource["Properties"], common, bucket, folder)
        elif resource["Type"] == "AWS::Serverless::Api":
            resources[name] = {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": {"Name": {"Ref": "AWS::StackName"}},
            }
        else:
            resources[name] = resource
    sections = ("Parameters", "Conditions", "Outputs")
    return {**{part: template[part] for part in sections}, "Resources": resources}


def _function(
    name: str,
    properties: Mapping[str, Any],
    common: Mapping[str, Any],
    bucket: str,
    folder: str,
) -> dict[str, Resource]:
    own = properties.get("Environment", {}).get("Variables", {})
    key = str(PurePosixPath(folder) / PurePosixPath(properties["CodeUri"]).name)
    kept = {part: properties[part] for part in _KEPT if part in properties}
    function = {
        **kept,
        "Code": {"S3Bucket": bucket, "S3Key": key},
        "Environment": {"Variables": {**common, **own}},
    }
    made = {name: {"Type": "AWS::Lambda::Function", "Properties": function}}
    for event, source in properties.get("Events", {}).items():
        made |= {f"{name}{event}{end}": one for end, one in _source(name, source)}
    return made


def _source(name: str, source: Mapping[str, Any]) -> Iterator[tuple[str, Resource]]:
    """What an event of a function becomes, by the end of its logical id."""
    kind, properties = source["Type"], source["Properties"]
    arn = {"Fn::GetAtt": [name, "Arn"]}
    if kind == "SQS":
        renamed = {"EventSourceArn": properties["Queue"], "FunctionName": {"Ref": name}}
        rest = {part: value for part, value in properties.items() if part != "Queue"}
        yield "", _resource("AWS::Lambda::EventSourceMapping", {**renamed, **rest})
    elif kind in ("CloudWatchEvent", "EventBridgeRule", "Schedule"):
        when = {
            "EventPattern": properties.get("Pattern"),
            "ScheduleExpression": properties.get("Schedule"),
        }
        target = {"Id": name, "Arn": arn}
        if "DeadLetterConfig" in properties:
            target["DeadLetterConfig"] = properties["DeadLetterConfig"]
        rule = {part: value for part, value in when.items() if value is not None}
        yield "", _resource("AWS::Events::Rule", {**rule, "Targets": [target]})
    elif kind != "Api":
        raise TemplateError(f"{name}: events of type {kind} are not known here")


def _resource(kind: str, properties: dict[str, Any]) -> Resource:
    return {"Type": kind, "Properties": properties}
