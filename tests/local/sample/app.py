"""Handlers of a tiny application: the stack's own tests depend on no room of the house."""

import json
import os
import time
from pathlib import Path

SEEN = Path(os.environ["SEEN"])
NUMBER = os.getpid()


def app(event, context):
    """Answers with what it was given; `mode` in the query asks for something else."""
    query = event["queryStringParameters"] or {}
    mode = query.get("mode")
    if mode == "trivial":
        return {"statusCode": 200, "body": "{}"}
    if mode == "sleep":
        time.sleep(float(query["seconds"]))
    if mode == "die":
        os._exit(3)
    if mode == "fail":
        raise ValueError("no")
    if mode == "malformed":
        return {"body": "no status"}
    if mode == "bytes":
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "application/pdf"},
            "body": "JVBERg==",
            "isBase64Encoded": True,
        }
    if mode == "headers":
        return {
            "statusCode": 401,
            "headers": {"WWW-Authenticate": "Bearer", "X-One": "1"},
            "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
            "body": "{}",
        }
    told = {
        "event": event,
        "process": NUMBER,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "arn": context.invoked_function_arn,
        "request_id": context.aws_request_id,
    }
    return {"statusCode": 200, "body": json.dumps(told, ensure_ascii=False)}


def authorize(event, context):
    """Lets `good` in everywhere, `narrow` only where it asked first; knows what is forbidden."""
    _note("authorize", event)
    token = event["authorizationToken"]
    if token == "unknown":
        raise Exception("Unauthorized")
    if token == "broken":
        raise ValueError("no")
    resource = event["methodArn"] if token == "narrow" else "*"
    effect = "Deny" if token == "forbidden" else "Allow"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": [resource]}
    return {
        "principalId": "a-person",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"roles": "agent"},
    }


def file_dropped(event, context):
    """Notes the event; a file whose name begins with `fail` is never worked off."""
    _note("file_dropped", event)
    if event["detail"]["object"]["key"].startswith("fail"):
        raise ValueError("no")


def consume(event, context):
    """Notes the batch; messages that say `fail` are reported, `crash` fails the whole batch."""
    _note("consume", event)
    if any(record["body"] == "crash" for record in event["Records"]):
        raise ValueError("no")
    failed = [record["messageId"] for record in event["Records"] if record["body"] == "fail"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}


def report_day(event, context):
    """Gives back the moment that it was run for."""
    return {"time": event["time"], "detail_type": event["detail-type"]}


def _note(name, event):
    """One file per call, whole or not at all, in the order of their names."""
    new = SEEN / f".{name}-{time.time_ns()}-{NUMBER}"
    new.write_text(json.dumps(event, ensure_ascii=False))
    new.rename(SEEN / new.name[1:])
