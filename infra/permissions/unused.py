"""Compares what the policy files allow with what somebody used while the suites ran."""

import json
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from infra.permissions.policy import listed
from infra.permissions.use import Use

POLICIES = Path(__file__).parents[2] / ".chalice" / "policies"
EXCEPTIONS = Path(__file__).with_name("exceptions.json")
_INDEXED = ("dynamodb:Query", "dynamodb:Scan")
"""All that an index answers: what else a statement allows on it allows nothing."""


class Allowed(NamedTuple):
    """A permission as the file has it: `resource` is the pattern written there, as JSON."""

    use: Use
    resource: str


class Unneeded(Exception):  # noqa: N818 - it tells of permissions, not of a failure
    """When a policy allows what nobody used, or an exception excepts nothing; each on a line."""


def allowed(policies: Path = POLICIES) -> Iterator[Allowed]:
    """Every permission of every function's file, without those that allow nothing."""
    for path in sorted(policies.glob("*.json")):
        for statement in json.loads(path.read_text())["Statement"]:
            for action in listed(statement["Action"]):
                for number, resource in enumerate(listed(statement["Resource"])):
                    written = json.dumps(resource)
                    if "/index/" not in written or action in _INDEXED:
                        yield Allowed(Use(path.stem, statement["Sid"], action, number), written)


def exceptions(path: Path = EXCEPTIONS) -> list[dict[str, str]]:
    """`{"function", "sid", "action", "reason", "since"}` each; the first three are patterns."""
    found: list[dict[str, str]] = json.loads(path.read_text())["exceptions"]
    return found


def compare(used: Collection[Use], policies: Path = POLICIES, excepted: Path = EXCEPTIONS) -> int:
    """How many permissions there are; Unneeded if one is neither used nor excepted.

    An exception that matches only what is used, or nothing, is one too many itself.
    """
    every = list(allowed(policies))
    unused = [one for one in every if one.use not in used]
    lines = []
    rules = exceptions(excepted)
    for rule in rules:
        if not any(_matches(rule, one.use) for one in unused):
            lines.append(f"infra/permissions/exceptions.json: {rule} excepts nothing: take it out")
    lines += [
        f".chalice/policies/{one.use.function}.json: statement {one.use.sid} allows"
        f" {one.use.action} on {one.resource}, which nothing did as {one.use.function}"
        for one in unused
        if not any(_matches(rule, one.use) for rule in rules)
    ]
    if lines:
        raise Unneeded("\n".join(lines))
    return len(every)


def _matches(rule: dict[str, str], use: Use) -> bool:
    return all(
        fnmatchcase(getattr(use, name), rule[name]) for name in ("function", "sid", "action")
    )
