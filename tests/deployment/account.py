"""An emulated account that the packaged template is deployed into.

CloudFormation as moto plays it makes what it knows: keys, queues, roles, log groups, functions,
rules, event sources. What it does not know, or makes without its versions, is made by the local
stack's reader of templates (tables in DynamoDB Local, buckets, secrets) or stands as a name alone
(the distribution, the firewall). The functions then run out of their archives with the names that
the stack gave them: environment, role and triggers are read back from the account, not from the
template.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra import packaging
from infra.local import invoked, plain
from infra.local.backends import Backends
from infra.local.events import queue_record, storage_event
from infra.local.makers import MAKERS
from infra.local.resources import Resources

ROOT = Path(__file__).parents[2]
BY_CLOUDFORMATION = {
    *("AWS::KMS::Key", "AWS::KMS::Alias", "AWS::SQS::Queue", "AWS::IAM::Role"),
    *("AWS::Logs::LogGroup", "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"),
    *("AWS::Events::Rule", "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy"),
}
_REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


class EmulatedAccount:
    """One account: deployed into once, then driven by files that are dropped and by requests."""

    def __init__(self, engines: Backends, folder: Path, stack_name: str) -> None:
        self.clients = engines.clients
        self.stack_name = stack_name
        self._engines = engines
        self._folder = folder
        self.definition: dict[str, Any] = {}
        """The API's properties, for `request`."""

    def deploy(self, template: Mapping[str, Any], bucket: str, given: Mapping[str, str]) -> None:
        """Creates the stack; the archives lie in the bucket as `aws cloudformation package` puts
        them there."""
        translated = plain.of(template, bucket, "code")
        outside = Resources(
            translated,
            account=self._engines.account,
            clients=self.clients,
            parameters=given,
            name=self.stack_name,
        )
        there = {
            name: resource
            for name, resource in translated["Resources"].items()
            if resource["Type"] in BY_CLOUDFORMATION and outside.wanted(resource)
        }
        known = there.keys() | translated["Parameters"].keys()
        body = json.dumps(
            {
                "AWSTemplateFormatVersion": "2010-09-09",
                "Parameters": translated["Parameters"],
                "Conditions": translated["Conditions"],
                "Resources": _bound(there, known, outside),
                "Outputs": _bound(
                    {
                        name: {"Value": output["Value"]}
                        for name, output in translated["Outputs"].items()
                        if outside.wanted(output)
                    },
                    known,
                    outside,
                ),
            }
        )
        self.clients.s3.put_object(Bucket=bucket, Key="template.json", Body=body.encode())
        self.clients.cloudformation.create_stack(
            StackName=self.stack_name,
            TemplateURL=f"https://{bucket}.s3.amazonaws.com/template.json",
            Parameters=[{"ParameterKey": n, "ParameterValue": v} for n, v in given.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        self._attach_policies(there)
        self._poll_ourselves()

    def outputs(self) -> dict[str, str]:
        """What the stack puts out."""
        (stack,) = self.clients.cloudformation.describe_stacks(StackName=self.stack_name)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    def made(self) -> dict[str, str]:
        """Physical id by logical id, of what CloudFormation made."""
        pages = self.clients.cloudformation.get_paginator("list_stack_resources")
        return {
            one["LogicalResourceId"]: one["PhysicalResourceId"]
            for page in pages.paginate(StackName=self.stack_name)
            for one in page["StackResourceSummaries"]
        }

    def functions(self) -> dict[str, dict[str, Any]]:
        """The functions' configurations by the name of their handler."""
        names = set(self.made().values())
        pages = self.clients.__getattr__("lambda").get_paginator("list_functions").paginate()
        return {
            found["Handler"].rpartition(".")[2]: found
            for page in pages
            for found in page["Functions"]
            if found["FunctionName"] in names
        }

    def invoke(self, name: str, event: Any) -> Any:
        """What a function returns: a process of its own in its archive, held to its own role."""
        configuration = self.functions()[name]
        role = configuration["Role"].rpartition("/")[2]
        policy = self._folder / f"{name}.json"
        policy.write_text(json.dumps(list(self._statements(role))))
        code = self.clients.__getattr__("lambda").get_function(
            FunctionName=configuration["FunctionName"]
        )["Code"]
        archive = Path(code["Location"].partition("?")[0]).name
        variables = configuration["Environment"]["Variables"]
        # The layer is no part of this account: fonts and libraries are this machine's.
        mounted = {
            key: str(ROOT / ".cache" / "fonts")
            for key, value in variables.items()
            if value.startswith("/opt/")
        }
        done = subprocess.run(
            [sys.executable, "-S", invoked.__file__, policy, name, configuration["Handler"], "60"],
            cwd=packaging.unpacked(archive),
            env={
                **variables,
                **mounted,
                **self._engines.account.environment(self._engines.endpoints),
                "PATH": os.environ["PATH"],
                "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
                "_HANDLER": configuration["Handler"],
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
                "PYTHONDONTWRITEBYTECODE": "1",
                "LANG": "C.UTF-8",
            },
            input=json.dumps(event),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (name, done.stdout[-3000:], done.stderr[-3000:])
        return json.loads(done.stdout.rstrip().rpartition("\n")[2])

    def drop(self, bucket: str, key: str) -> None:
        """What an object that was put into a bucket sets going, until every queue is empty."""
        head = self.clients.s3.head_object(Bucket=bucket, Key=key)
        event = {
            "version": "0",
            "region": self._engines.account.region,
            "resources": [],
            "source": "aws.s3",
            "account": "000000000000",
            "time": head["LastModified"].isoformat().replace("+00:00", "Z"),
            "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": bucket},
                "object": {
                    "key": key,
                    "size": head["ContentLength"],
                    "eTag": head["ETag"].strip('"'),
                    "version-id": head["VersionId"],
                },
            },
        }
        for name in self._listening(bucket):
            self.invoke(name, storage_event(event))
        while sum(self._work(mapping) for mapping in self._mappings()):
            pass

    def request(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Any:
        """What the API answers, from the function that its definition names."""
        resource, values = _resource(self.definition["DefinitionBody"]["paths"], path)
        integration = self.definition["DefinitionBody"]["paths"][resource][method.lower()][
            "x-amazon-apigateway-integration"
        ]
        assert "${APIHandler.Arn}" in integration["uri"]["Fn::Sub"]
        event = {
            "resource": resource,
            "path": path,
            "httpMethod": method,
            "headers": dict(headers),
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": None,
            "pathParameters": values,
            "stageVariables": None,
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "requestId": "deployed",
                "identity": {"sourceIp": "192.0.2.1"},
            },
            "body": body,
            "isBase64Encoded": False,
        }
        return self.invoke("app", event)

    def _poll_ourselves(self) -> None:
        """moto answers for a function that it cannot run, and deletes the messages as done.

        https://docs.getmoto.org/en/latest/docs/services/lambda.html: the container that it would
        run a function in is not there. Event sources that are off it leaves to `_work`.
        """
        for mapping in self._mappings():
            self.clients.__getattr__("lambda").update_event_source_mapping(
                UUID=mapping["UUID"], Enabled=False
            )

    def _attach_policies(self, resources: Mapping[str, Any]) -> None:
        """moto's CloudFormation passes the policies by that a role names."""
        made = self.made()
        for name, resource in resources.items():
            for policy in resource.get("Properties", {}).get("ManagedPolicyArns", []):
                if (logical := policy.get("Ref")) in made:
                    self.clients.iam.attach_role_policy(
                        RoleName=made[name], PolicyArn=made[logical]
                    )

    def _statements(self, role: str) -> Iterator[dict[str, Any]]:
        """What a role may do: by its own policies, and by those that it names."""
        iam = self.clients.iam
        found = [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        ]
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            further = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            found.append(further["Document"])
        for document in found:
            # moto hands back what CloudFormation gave it: Python's own text of the document.
            whole = ast.literal_eval(document) if isinstance(document, str) else document
            yield from whole["Statement"]

    def _listening(self, bucket: str) -> Iterator[str]:
        """Functions whose rule is for objects of that bucket."""
        by_arn = {one["FunctionArn"]: name for name, one in self.functions().items()}
        for rule in self.clients.events.list_rules()["Rules"]:
            pattern = json.loads(rule.get("EventPattern") or "{}")
            if pattern.get("detail", {}).get("bucket", {}).get("name") == [bucket]:
                targets = self.clients.events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
                yield from (by_arn[target["Arn"]] for target in targets if target["Arn"] in by_arn)

    def _mappings(self) -> list[dict[str, Any]]:
        names = {one["FunctionArn"]: name for name, one in self.functions().items()}
        found = self.clients.__getattr__("lambda").list_event_source_mappings()
        return [
            {**one, "Function": names[one["FunctionArn"]]}
            for one in found["EventSourceMappings"]
            if one["FunctionArn"] in names
        ]

    def _work(self, mapping: Mapping[str, Any]) -> bool:
        """Hands a queue's messages to its function; whether there were any."""
        arn, sqs = mapping["EventSourceArn"], self.clients.sqs
        url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
        messages = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(10, mapping["BatchSize"]),
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return False
        region = self._engines.account.region
        records = [queue_record(message, arn=arn, region=region) for message in messages]
        answer = self.invoke(mapping["Function"], {"Records": records})
        assert answer["batchItemFailures"] == [], mapping["Function"]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return True


def _resource(paths: Iterable[str], path: str) -> tuple[str, dict[str, str] | None]:
    """The API's resource that a path is of, and the values in it."""
    if path in paths:
        return path, None
    for resource in paths:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(resource))
        if found := re.fullmatch(pattern, path):
            return resource, found.groupdict()
    raise LookupError(path)


def _bound(part: Any, known: set[str], outside: Resources) -> Any:
    """References to what CloudFormation does not make here, replaced by what they come to."""
    if isinstance(part, list):
        return [_bound(one, known, outside) for one in part]
    if not isinstance(part, dict):
        return part
    if len(part) == 1:
        ((name, value),) = part.items()
        if name == "Ref" and value not in known and not value.startswith("AWS::"):
            return _literal(outside, value)
        if name == "Fn::GetAtt" and value[0] not in known:
            return _literal(outside, value[0], value[1])
        if name == "Fn::Sub":
            return {"Fn::Sub": _in_text(value, known, outside)}
    return {name: _bound(value, known, outside) for name, value in part.items()}


def _in_text(value: Any, known: set[str], outside: Resources) -> Any:
    text, own = (value, {}) if isinstance(value, str) else value

    def replaced(match: re.Match[str]) -> str:
        if match[1] in known or match[1] in own:
            return match[0]
        return _literal(outside, match[1], match[2] or "")

    filled = _REFERENCE.sub(replaced, text)
    return filled if isinstance(value, str) else [filled, _bound(own, known, outside)]


def _literal(outside: Resources, logical: str, attribute: str = "") -> str:
    # A name that is in no section of the template is a wrong reference.
    resource = outside.template["Resources"][logical]
    if resource["Type"] not in MAKERS and attribute not in ("", "Arn"):
        return f"{logical.lower()}.{attribute.lower()}.example"
    physical = outside.physical(logical)
    return physical.attributes[attribute] if attribute else physical.ref
