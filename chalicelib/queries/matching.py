"""Matching: do the credentials open this policy, and how sure are we of the person (Q2, Q6)."""

from typing import NamedTuple, Protocol

from chalicelib import codes, identifiers, sealing

CREDENTIALS = ("id_no", "insured_name", "serial_no")


class Typed(NamedTuple):
    """What was typed, as look-up marks under every live key."""

    marks: dict[str, frozenset[str]]


def typed(request: dict[str, str]) -> Typed:
    """The marks of every credential sent; the same work whether or not any policy is there."""
    marks: dict[str, frozenset[str]] = {}
    if "id_no" in request:
        keys = identifiers.id_keys(request["id_no"])
        marks["id_no"] = frozenset(mark for key in keys for mark in sealing.hashes(*key))
    if "insured_name" in request:
        name = identifiers.name(request["insured_name"])
        marks["insured_name"] = frozenset(sealing.hashes("name", name))
    if "serial_no" in request:
        serial = identifiers.serial_no(request["serial_no"])
        marks["serial_no"] = frozenset(sealing.hashes("serial", serial))
    return Typed(marks)


class Target(Protocol):
    """What credentials are compared with: a policy's record, or nobody's."""

    @property
    def line(self) -> str:
        """The line, whose rule decides."""

    @property
    def id_marks(self) -> frozenset[str]:
        """Whatever ID numbers open it."""

    @property
    def name_mark(self) -> str:
        """The insured's name."""

    @property
    def serial_mark(self) -> str | None:
        """The document's serial number."""


class Nobody:
    """A target that nothing opens, for policy numbers that nobody has."""

    line = "motor"
    id_marks = frozenset({"nobody"})
    name_mark = "nobody"
    serial_mark = "nobody"


def assurance(record: Target, given: Typed) -> str | None:
    """`id` or `weak` if the policy opens, else None. Every credential sent must match."""
    line = codes.line(record.line)
    stored = {
        "id_no": record.id_marks,
        "insured_name": frozenset({record.name_mark}),
        "serial_no": frozenset({record.serial_mark} if record.serial_mark else ()),
    }
    if not line["queryable"] or any(
        marks.isdisjoint(stored[name]) for name, marks in given.marks.items()
    ):
        return None
    for wanted, level in zip(line["verification"], line["assurance"], strict=True):
        if set(wanted) <= {"policy_no", *given.marks}:
            raised = not given.marks.keys().isdisjoint(line.get("raised_by", ()))
            return "id" if raised else str(level)
    return None
