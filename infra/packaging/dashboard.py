"""The stack's dashboard, drawn from its own template: a new function, queue or alarm is on it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Resource = Mapping[str, Any]
Line = list[Any]
_WIDTH, _HEIGHT = 12, 6
_REGION = "${AWS::Region}"


def of(resources: Mapping[str, Resource]) -> dict[str, Any]:
    """The resource: a body in CloudWatch's dashboard syntax, its references for CloudFormation."""
    alarms = _named(resources, "AWS::CloudWatch::Alarm")
    queues = _named(resources, "AWS::SQS::Queue")
    functions = _named(resources, "AWS::Serverless::Function")
    own = sorted(
        {
            resources[name]["Properties"]["MetricName"]
            for name in alarms
            if resources[name]["Properties"]["Namespace"] == {"Ref": "AWS::StackName"}
            and "Dimensions" not in resources[name]["Properties"]
        }
    )
    api = ["ApiName", "${AWS::StackName}", "Stage", "api"]
    dead = [name for name in queues if name.endswith("DeadLetters")]
    working = [name for name in queues if name not in dead]
    widgets = [
        _alarms(alarms),
        _chart(
            "Requests", [["AWS/ApiGateway", m, *api] for m in ("Count", "4XXError", "5XXError")]
        ),
        _chart("Answer time, ms", [["AWS/ApiGateway", "Latency", *api]], "p95"),
        _chart("What the service counts", [["${AWS::StackName}", name] for name in own]),
        _chart("Waiting", _queues(working, "ApproximateNumberOfMessagesVisible"), "Maximum"),
        _chart("Oldest, s", _queues(working, "ApproximateAgeOfOldestMessage"), "Maximum"),
        _chart("Put aside", _queues(dead, "ApproximateNumberOfMessagesVisible"), "Maximum"),
        _chart("Errors", _functions(functions, "Errors")),
        _chart("Refused for want of concurrency", _functions(functions, "Throttles")),
        _chart("Running time, ms", _functions(functions, "Duration"), "p95"),
        _chart("At once", _functions(functions, "ConcurrentExecutions"), "Maximum"),
    ]
    body = json.dumps({"widgets": list(_placed(widgets))}, separators=(",", ":"))
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": {"Fn::Sub": body},
        },
    }


def _named(resources: Mapping[str, Resource], kind: str) -> list[str]:
    return sorted(name for name, resource in resources.items() if resource["Type"] == kind)


def _queues(names: Sequence[str], metric: str) -> list[Line]:
    return [["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}"] for name in names]


def _functions(names: Sequence[str], metric: str) -> list[Line]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in names]


def _alarms(names: Sequence[str]) -> dict[str, Any]:
    arns = [f"${{{name}.Arn}}" for name in names]
    return {"type": "alarm", "properties": {"title": "Alarms", "alarms": arns}}


def _chart(title: str, metrics: list[Line], statistic: str = "Sum") -> dict[str, Any]:
    properties = {"title": title, "metrics": metrics, "stat": statistic, "region": _REGION}
    return {"type": "metric", "properties": {**properties, "view": "timeSeries", "period": 300}}


def _placed(widgets: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Two in a row; the first has a row of its own."""
    for place, widget in enumerate(widgets):
        row, column = divmod(place + 1, 2)
        width = 2 * _WIDTH if place == 0 else _WIDTH
        x = 0 if place == 0 else column * _WIDTH
        yield {"x": x, "y": row * _HEIGHT, "width": width, "height": _HEIGHT, **widget}
