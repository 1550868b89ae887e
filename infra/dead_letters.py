"""Dead letters: `python -m infra.dead_letters show | redrive [NAME …] [--stack NAME]`.

What a function failed at again and again lies in a queue of its own (`ImportDeadLetters` …) for
two weeks. `show` says what lies there and leaves it; `redrive` sends it back to where it came from,
once the cause is mended. Every function may do the same message twice, so that a redrive may be
repeated.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

SUFFIX = "DeadLetters"
FILES = "FileDeadLetters"
LISTENING = {"IncomingBucket": "ImportFile", "UploadsBucket": "CheckAttachment"}
"""Bucket → the function that its events go back to; all other letters go back to their queue."""
_NAMED = ("AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::S3::Bucket")
SHOW_SECONDS = 60
REDRIVE_SECONDS = 300


def show(clients: Any, names: Mapping[str, str], wanted: list[str]) -> Iterator[str]:
    """A line per message: where it lies, when it was sent, what it says, which is keys only."""
    for logical in _chosen(names, wanted):
        url = names[logical]
        letters = list(_received(clients, url, SHOW_SECONDS))
        for letter in letters:
            sent = letter["Attributes"]["SentTimestamp"]
            yield f"{logical} {sent} {letter['Body']}"
            clients.sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0
            )


def redrive(clients: Any, names: Mapping[str, str], wanted: list[str]) -> dict[str, int]:
    """Sends messages back, then deletes them: at worst one is done twice, none is lost."""
    counts = {}
    for logical in _chosen(names, wanted):
        counts[logical] = 0
        for letter in _received(clients, names[logical], REDRIVE_SECONDS):
            if not _returned(clients, names, logical, letter):
                print(f"{logical}: left a letter that is no event of this stack", file=sys.stderr)
                continue
            clients.sqs.delete_message(
                QueueUrl=names[logical], ReceiptHandle=letter["ReceiptHandle"]
            )
            counts[logical] += 1
    return counts


def names_of(clients: Any, stack: str) -> dict[str, str]:
    """A deployed stack's URLs of queues and names of functions and buckets, by logical id."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] in _NAMED
    }


def _chosen(names: Mapping[str, str], wanted: list[str]) -> list[str]:
    found = sorted(name for name in names if name.endswith(SUFFIX))
    if unknown := set(wanted) - set(found):
        raise SystemExit(f"no dead letters called {', '.join(sorted(unknown))}; there are {found}")
    return wanted or found


def _received(clients: Any, url: str, hidden_seconds: int) -> Iterator[dict[str, Any]]:
    """What lies in a queue, each message once."""
    seen: set[str] = set()
    while True:
        answer = clients.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=hidden_seconds,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        fresh = [one for one in answer.get("Messages", []) if one["MessageId"] not in seen]
        if not fresh:
            return
        seen |= {one["MessageId"] for one in fresh}
        yield from fresh


def _returned(clients: Any, names: Mapping[str, str], logical: str, letter: dict[str, Any]) -> bool:
    """Whether there was somewhere to send it back to; it is sent then."""
    if logical == FILES:
        event = _event(letter["Body"])
        function = _listening(names, event)
        if function is None:
            return False
        clients.functions.invoke(
            FunctionName=names[function],
            InvocationType="Event",
            Payload=json.dumps(event, ensure_ascii=False).encode(),
        )
    else:
        queue = names[f"{logical.removesuffix(SUFFIX)}Queue"]
        # What goes with a message, the id of the request that caused it, stays with it.
        own = letter.get("MessageAttributes", {})
        clients.sqs.send_message(QueueUrl=queue, MessageBody=letter["Body"], MessageAttributes=own)
    return True


def _event(body: str) -> dict[str, Any]:
    """The event in a letter: what EventBridge could not deliver, or Lambda's record of what failed.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    written: dict[str, Any] = json.loads(body)
    event: dict[str, Any] = written.get("requestPayload", written)
    return event


def _listening(names: Mapping[str, str], event: Mapping[str, Any]) -> str | None:
    """The function that an event of storage is for, None for one of nobody's."""
    bucket = event.get("detail", {}).get("bucket", {}).get("name")
    found = (function for logical, function in LISTENING.items() if names.get(logical) == bucket)
    return next(found, None) if bucket else None


class _Clients:
    """AWS as the machine's own credentials reach it."""

    def __init__(self) -> None:
        import boto3

        self.sqs = boto3.client("sqs")
        self.functions = boto3.client("lambda")
        self.cloudformation = boto3.client("cloudformation")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("show", "redrive"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--stack", default="chabao")
    asked = parser.parse_args()
    clients = _Clients()
    names = names_of(clients, asked.stack)
    if asked.command == "show":
        for line in show(clients, names, asked.names):
            print(line)
    else:
        print(json.dumps(redrive(clients, names, asked.names), indent=2))


if __name__ == "__main__":
    main()
