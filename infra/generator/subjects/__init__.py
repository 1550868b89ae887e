"""The subject of insurance (保险标的) of every line but motor, in the fields of schemas/lines."""

from collections.abc import Callable
from random import Random

from infra.generator.draws import Row
from infra.generator.subjects import assets, obligations, persons, transport
from infra.generator.subjects.contract import Contract

__all__ = ["Contract", "subject"]

_LINES: dict[str, Callable[[Random, Contract], Row]] = {
    "property": assets.insured_property,
    "engineering": assets.engineering,
    "liability": obligations.liability,
    "credit": obligations.credit,
    "cargo": transport.cargo,
    "hull": transport.hull,
    "accident": persons.accident,
    "health": persons.health,
    "agriculture": assets.agriculture,
    "other": assets.other,
}


def subject(chance: Random, line: str, contract: Contract) -> Row:
    """The line's columns that hold something.

    None for special risks, whose content is nobody's to see.
    """
    if line not in _LINES:
        return {}
    return {field: value for field, value in _LINES[line](chance, contract).items() if value}
