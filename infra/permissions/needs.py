"""Which permissions a call of an AWS client needs: actions, resources, condition keys.

Actions and condition keys as the Service Authorization Reference lists them for each operation.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

ANY = "*"
"""A resource that the call does not name: the key of a signed form, the key of a ciphertext."""

_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
_SAME_AS = {
    "HeadObject": "GetObject",
    # botocore signs a form for uploads under this name, as its address has no key.
    "CreateBucket": "PutObject",
}
_LISTS = {
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
}
_PARTS = ("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload")
_PUT_EXTRAS = {
    "ObjectLockMode": "PutObjectRetention",
    "ObjectLockLegalHoldStatus": "PutObjectLegalHold",
    "Tagging": "PutObjectTagging",
}


_EQUALS = re.compile(r"=\s*(:\w+)")


class Need(NamedTuple):
    """One permission: action (`dynamodb:GetItem`), the ARN's last part, condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] | Mapping[str, list[str]] | Mapping[str, str | list[str]] = {}


def of(service: str, operation: str, parameters: Mapping[str, Any]) -> list[Need]:
    """What the call needs. LookupError for a service that no function speaks to yet."""
    return list(_SERVICES[service](operation, parameters))


def _dynamodb(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for part in parameters["TransactItems"]:
            ((kind, item),) = part.items()
            yield Need(f"dynamodb:{_TRANSACTION[kind]}", _table(item["TableName"]), _leading(item))
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table, asked in parameters["RequestItems"].items():
            items = asked["Keys"] if operation == "BatchGetItem" else _written(asked)
            yield Need(f"dynamodb:{operation}", _table(table), _leading(*items))
    else:
        index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
        place = _table(parameters["TableName"]) + index
        yield Need(f"dynamodb:{operation}", place, _leading(parameters))


def _table(name: str) -> str:
    return f"table/{name.rpartition('/')[2]}"


def _written(requests: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [part for request in requests for part in request.values()]


def _leading(*parts: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """The partition keys that the call names; of a query of an index, that of the index."""
    found = []
    for part in parts:
        if "KeyConditionExpression" in part:
            named = _EQUALS.search(part["KeyConditionExpression"])
            value = part["ExpressionAttributeValues"][named[1]] if named else {}
        else:
            value = part.get("Key", part.get("Item", part)).get("pk", {})
        found += [str(value["S"])] if "S" in value else []
    return {"dynamodb:LeadingKeys": found}


def _s3(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    bucket = parameters["Bucket"]
    if operation in _LISTS:
        yield Need(f"s3:{_LISTS[operation]}", bucket, {"s3:prefix": parameters.get("Prefix", "")})
        return
    place = f"{bucket}/{parameters.get('Key', ANY)}"
    if operation == "CopyObject":
        source = parameters["CopySource"]
        versioned = "Version" if "VersionId" in source else ""
        yield Need(f"s3:GetObject{versioned}", f"{source['Bucket']}/{source['Key']}")
    action = "PutObject" if operation in (*_PARTS, "CopyObject") else operation
    action = _SAME_AS.get(action, action)
    if "VersionId" in parameters and not action.endswith("Version"):
        action = _versioned(action)
    yield Need(f"s3:{action}", place)
    for parameter, extra in _PUT_EXTRAS.items():
        if parameter in parameters:
            yield Need(f"s3:{extra}", place)


def _versioned(action: str) -> str:
    """Reading, deleting and tagging one version is an action of its own; locking it is not."""
    if action.endswith("Tagging"):
        return action.replace("Tagging", "VersionTagging")
    return f"{action}Version" if action in ("GetObject", "DeleteObject") else action


def _sqs(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    action = operation.removesuffix("Batch")
    yield Need(f"sqs:{action}", parameters["QueueUrl"].rpartition("/")[2])


def _kms(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    key = parameters.get("KeyId", "").rpartition("/")[2]
    bound = parameters.get("EncryptionContext", {})
    context: dict[str, str | list[str]] = {
        f"kms:EncryptionContext:{name}": value for name, value in bound.items()
    }
    context["kms:EncryptionContextKeys"] = list(bound)
    for name in ("SigningAlgorithm", "MessageType"):
        if name in parameters:
            context[f"kms:{name}"] = parameters[name]
    yield Need(f"kms:{operation}", f"key/{key or ANY}", context)


def _secrets(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    yield Need(f"secretsmanager:{operation}", f"secret:{parameters['SecretId'].split(':')[-1]}")


def _messages(operation: str, parameters: Mapping[str, Any]) -> Iterator[Need]:
    yield Need(f"sns:{operation}", parameters.get("TopicArn", ANY).split(":")[-1])


def _mail(operation: str, _: Mapping[str, Any]) -> Iterator[Need]:
    yield Need(f"ses:{operation}", f"identity/{ANY}")


_SERVICES: Mapping[str, Callable[[str, Mapping[str, Any]], Iterator[Need]]] = {
    "dynamodb": _dynamodb,
    "s3": _s3,
    "sqs": _sqs,
    "kms": _kms,
    "secretsmanager": _secrets,
    "sns": _messages,
    "ses": _mail,
    "sesv2": _mail,
}
