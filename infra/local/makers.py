"""How each type of resource is made through the engines' own APIs, and what it then answers to.

A maker takes the clients, a fresh name and the resolved properties. What no engine plays
(encryption at rest, lifecycle, backups, public-access blocks) is left out.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from infra.local.account import Account
from infra.local.intrinsics import Physical

Properties = dict[str, Any]
Maker = Callable[["Clients", str, Properties], Physical]


class Clients:
    """Clients straight to the engines, each made when first needed; `front` is what URLs show."""

    def __init__(self, account: Account, *, moto: str, dynamodb: str, front: str) -> None:
        self.front = front
        self.url_suffix = account.url_suffix
        self._account = account
        self._endpoints = {"dynamodb": dynamodb}
        self._moto = moto
        self._made: dict[str, Any] = {}

    def __getattr__(self, service: str) -> Any:
        if service not in self._made:
            endpoint = self._endpoints.get(service, self._moto)
            self._made[service] = self._account.client(service, endpoint)
        return self._made[service]


def _table(clients: Clients, name: str, properties: Properties) -> Physical:
    wanted = ("KeySchema", "AttributeDefinitions", "LocalSecondaryIndexes", "StreamSpecification")
    asked = {key: properties[key] for key in wanted if key in properties}
    if "StreamSpecification" in asked:
        asked["StreamSpecification"] = {**asked["StreamSpecification"], "StreamEnabled": True}
    indexes = properties.get("GlobalSecondaryIndexes", [])
    if indexes:
        parts = ("IndexName", "KeySchema", "Projection")
        asked["GlobalSecondaryIndexes"] = [{part: i[part] for part in parts} for i in indexes]
    table = clients.dynamodb.create_table(
        TableName=properties.get("TableName", name), BillingMode="PAY_PER_REQUEST", **asked
    )["TableDescription"]
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        clients.dynamodb.update_time_to_live(
            TableName=table["TableName"], TimeToLiveSpecification=expiry
        )
    attributes = {"Arn": table["TableArn"], "StreamArn": table.get("LatestStreamArn", "")}
    return Physical(table["TableName"], attributes)


def _bucket(clients: Clients, name: str, properties: Properties) -> Physical:
    bucket = properties.get("BucketName", name.lower())
    region = clients.s3.meta.region_name
    clients.s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": region},
        ObjectLockEnabledForBucket=bool(properties.get("ObjectLockEnabled")),
    )
    versioning = properties.get("VersioningConfiguration")
    if versioning:
        clients.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
    if "ObjectLockConfiguration" in properties:
        clients.s3.put_object_lock_configuration(
            Bucket=bucket, ObjectLockConfiguration=properties["ObjectLockConfiguration"]
        )
    if "EventBridgeConfiguration" in properties.get("NotificationConfiguration", {}):
        clients.s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
    partition = clients.s3.meta.partition
    host = f"{bucket}.s3.{region}.{clients.url_suffix}"
    return Physical(bucket, {"Arn": f"arn:{partition}:s3:::{bucket}", "RegionalDomainName": host})


_QUEUE_ATTRIBUTES = (
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
    "FifoQueue",
    "ContentBasedDeduplication",
)


def _queue(clients: Clients, name: str, properties: Properties) -> Physical:
    attributes = {key: _text(properties[key]) for key in _QUEUE_ATTRIBUTES if key in properties}
    if "RedrivePolicy" in properties:
        attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
    suffix = ".fifo" if properties.get("FifoQueue") else ""
    url = clients.sqs.create_queue(
        QueueName=properties.get("QueueName", name[-70:] + suffix), Attributes=attributes
    )["QueueUrl"]
    answer = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    url = clients.front + urlsplit(url).path
    return Physical(url, {"Arn": arn, "QueueName": arn.split(":")[-1], "QueueUrl": url})


def _key(clients: Clients, _name: str, properties: Properties) -> Physical:
    wanted = ("Description", "KeyUsage", "KeySpec", "MultiRegion")
    asked = {key: properties[key] for key in wanted if key in properties}
    key = clients.kms.create_key(**asked)["KeyMetadata"]
    return Physical(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})


def _alias(clients: Clients, _name: str, properties: Properties) -> Physical:
    alias = properties["AliasName"]
    clients.kms.create_alias(AliasName=alias, TargetKeyId=properties["TargetKeyId"])
    return Physical(alias)


def _secret(clients: Clients, name: str, properties: Properties) -> Physical:
    text = properties.get("SecretString", "{}")
    rule = properties.get("GenerateSecretString")
    if rule is not None:
        own = ("SecretStringTemplate", "GenerateStringKey")
        how = {key: part for key, part in rule.items() if key not in own}
        text = clients.secretsmanager.get_random_password(**how)["RandomPassword"]
        if "GenerateStringKey" in rule:
            whole = json.loads(rule.get("SecretStringTemplate", "{}"))
            text = json.dumps({**whole, rule["GenerateStringKey"]: text})
    arn = clients.secretsmanager.create_secret(
        Name=properties.get("Name", name), SecretString=text
    )["ARN"]
    return Physical(arn, {"Id": arn})


def _topic(clients: Clients, name: str, properties: Properties) -> Physical:
    arn = clients.sns.create_topic(Name=properties.get("TopicName", name))["TopicArn"]
    return Physical(arn, {"TopicArn": arn, "TopicName": arn.split(":")[-1]})


def _parameter(clients: Clients, name: str, properties: Properties) -> Physical:
    named = properties.get("Name", name)
    clients.ssm.put_parameter(Name=named, Value=properties["Value"], Type=properties["Type"])
    return Physical(named, {"Type": properties["Type"], "Value": properties["Value"]})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


MAKERS: dict[str, Maker] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::SQS::Queue": _queue,
    "AWS::KMS::Key": _key,
    "AWS::KMS::Alias": _alias,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::SNS::Topic": _topic,
    "AWS::SSM::Parameter": _parameter,
}
