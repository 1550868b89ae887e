"""A function's policy, its references resolved: does it allow what a call needs?

The part of IAM's evaluation that our policy files use: https://docs.aws.amazon.com/IAM/latest/
UserGuide/reference_policies_evaluation-logic.html. An operator that is not known here is an error,
not a yes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from infra.permissions.needs import ANY, Need

Statement = Mapping[str, Any]


def listed(value: Any) -> list[Any]:
    """IAM takes a single value for a list of one."""
    return value if isinstance(value, list) else [value]


def allowed(statements: Iterable[Statement], need: Need) -> bool:
    """Whether a statement allows it and none denies it."""
    effects = {statement["Effect"] for statement in statements if _fits(statement, need)}
    return effects == {"Allow"}


def covering(statements: Iterable[Statement], need: Need) -> Iterator[tuple[Statement, int]]:
    """The statements that allow it, each with the place of the resource that covers it."""
    for statement in statements:
        if statement["Effect"] == "Allow" and _fits(statement, need):
            for number, resource in enumerate(listed(statement["Resource"])):
                if _covers(resource, need.resource):
                    yield statement, number


def _fits(statement: Statement, need: Need) -> bool:
    return (
        need.action in listed(statement["Action"])
        and any(_covers(resource, need.resource) for resource in listed(statement["Resource"]))
        and all(
            _OPERATORS[operator](need.context.get(key), listed(wanted))
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _covers(pattern: str, resource: str) -> bool:
    """Whether the ARN's last part covers the resource; what the call leaves open may be any."""
    last = pattern.split(":", 5)[-1]
    if resource.endswith(ANY):
        return fnmatchcase(last, resource) or last == ANY
    return fnmatchcase(resource, last)


def _like(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


_Value = str | list[str] | None
_OPERATORS: Mapping[str, Callable[[_Value, list[str]], bool]] = {
    "Null": lambda value, wanted: (value is None) == (wanted[0] == "true"),
    "StringEquals": lambda value, wanted: value in wanted,
    "StringLike": lambda value, wanted: value is not None and _like(str(value), wanted),
    "StringLikeIfExists": lambda value, wanted: value is None or _like(str(value), wanted),
    "ForAllValues:StringEquals": lambda value, wanted: set(value or ()) <= set(wanted),
    "ForAllValues:StringLike": lambda value, wanted: all(_like(one, wanted) for one in value or ()),
}
