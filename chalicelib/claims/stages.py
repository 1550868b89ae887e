"""Stages of a claim (环节) as a state machine, from the dated data of `schemas/claims/stages`."""

from functools import cache
from typing import Any, NamedTuple

from chalicelib import codes, dated, languages, validation

CLOSING = frozenset({"closed", "cancelled", "refused", "withdrawn"})
"""Stages after which nothing is awaited, unless the case is opened again."""
ELSE = "other"
"""The line whose stages hold where the line is not known: a report by plate alone."""
_UNUSUAL = {"department": "claims", "expected_days": None, "repeatable": True}
"""A stage that the line's machine lacks: core systems have ways of their own."""


class Move(NamedTuple):
    """One allowed move, as the data have it."""

    action: str
    to: str
    from_: frozenset[str]
    roles: frozenset[str]
    departments: frozenset[str]
    requires: frozenset[str]
    not_by: str | None


class Machine:
    """The stages and moves of a line as they hold for claims that were reported on a day."""

    def __init__(self, version: dict[str, Any]) -> None:
        self.stages: dict[str, dict[str, Any]] = version["stages"]
        self.moves = {
            move["action"]: Move(
                move["action"],
                move["to"],
                frozenset(move["from"]),
                frozenset(move["roles"]),
                frozenset(move["departments"]),
                frozenset(move["requires"]),
                move.get("not_by"),
            )
            for move in version["moves"]
        }
        self._documents: list[dict[str, Any]] = version["documents"]

    def stage(self, code: str) -> dict[str, Any]:
        """`department`, `expected_days` and `repeatable` of a stage."""
        return self.stages.get(code, _UNUSUAL)

    def documents(self, facts: dict[str, Any]) -> list[str]:
        """Codes of the documents that a claim with these facts of its report needs, in order."""
        return [
            document["code"]
            for document in self._documents
            if all(facts.get(name) in values for name, values in document.get("when", {}).items())
        ]


def machine(line: str | None, day: str) -> Machine:
    """The machine of a line for claims reported on the day (ISO)."""
    name = _files().get(line or ELSE, _files()[ELSE])
    return _machine(name, str(dated.in_force(name, day)["from"]))


def words(stage: str, language: str, day: str) -> tuple[str, str | None]:
    """What the customer is told at a stage, and what is wanted of him there, if anything."""
    found = dated.in_force("claims/stage_words", day)["stages"][stage]
    needs = found["needs"]
    words = languages.label(found["words"], language)
    return str(words), None if needs is None else str(languages.label(needs, language))


def department(text: str | None) -> str | None:
    """Our code for what a token or a file calls a department; None for one that we do not know."""
    return None if text is None else codes.code("claim_department", text)


@cache
def _machine(name: str, version: str) -> Machine:
    return Machine(dated.in_force(name, version))


@cache
def _files() -> dict[str, str]:
    found = {}
    for stem in validation.names("claims/stages"):
        if not stem.endswith(".schema"):
            name = f"claims/stages/{stem}"
            found.update(dict.fromkeys(validation.load(name)["lines"], name))
    return found
