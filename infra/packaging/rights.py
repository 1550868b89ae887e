"""What a function may do, in as many policies as IAM takes.

Chalice writes a function's whole policy into its role. IAM counts the names that references come
to, and takes 10,240 characters of a role's own policies and 6,144 of a managed one:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Statement = dict[str, Any]
_OWN, _MANAGED = 10_240, 6_144
_AROUND = 100
"""Characters of a policy that are no statement."""
_NAME = "x" * 160
"""Longer than the ARN of anything in a stack whose name is no longer than it may be."""
_REFERENCE = re.compile(r"\$\{[^}]+\}")


def spread(resources: dict[str, Any]) -> None:
    """Moves what is too much for a role into managed policies that the role names."""
    roles = {n: one for n, one in resources.items() if one["Type"] == "AWS::IAM::Role"}
    for name, role in roles.items():
        for policy in role["Properties"].get("Policies", []):
            document = policy["PolicyDocument"]
            kept, *others = _parts(document["Statement"])
            document["Statement"] = kept
            for number, part in enumerate(others, start=2):
                further = f"{name}Policy{number}"
                resources[further] = {
                    "Type": "AWS::IAM::ManagedPolicy",
                    "Properties": {"PolicyDocument": {**document, "Statement": part}},
                }
                arns = role["Properties"].setdefault("ManagedPolicyArns", [])
                arns.append({"Ref": further})


def statements(resources: Mapping[str, Any], role: str) -> list[Statement]:
    """Everything that a role of the template allows, in the order in which it was written."""
    properties = resources[role]["Properties"]
    further = (one.get("Ref") for one in properties.get("ManagedPolicyArns", []))
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    documents += [resources[n]["Properties"]["PolicyDocument"] for n in further if n in resources]
    return [statement for document in documents for statement in document["Statement"]]


def _parts(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The first for the role itself, each further one for a managed policy."""
    part: list[Statement] = []
    left = _OWN - _AROUND
    for statement in statements:
        size = len(json.dumps(_named(statement), separators=(",", ":"))) + 1
        if size > left:
            yield part
            part, left = [], _MANAGED - _AROUND
        part.append(statement)
        left -= size
    yield part


def _named(value: Any) -> Any:
    """A statement with a long name for each of its references."""
    if isinstance(value, list):
        return [_named(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function in ("Ref", "Fn::GetAtt"):
            return _NAME
        if function == "Fn::Sub":
            return _REFERENCE.sub(_NAME, argument)
    return {key: _named(part) for key, part in value.items()}
