"""Customers: who buys which line, in what order, so that a small portfolio has everything too."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from infra.generator.companies import company
from infra.generator.draws import data, pick, stream
from infra.generator.organisations import outlets
from infra.generator.people import Party, person
from infra.generator.places import City, cities

_WEIGHTS = {
    "motor": 55,
    "property": 8,
    "liability": 7,
    "engineering": 2,
    "cargo": 5,
    "hull": 1,
    "credit": 2,
    "accident": 9,
    "health": 6,
    "agriculture": 3,
    "special_risk": 1,
    "other": 1,
}
LINES = tuple(_WEIGHTS)
_SHARED_RISKS = ("property", "engineering", "liability", "hull", "cargo")
_SPOUSES = 5_000_000  # serials of spouses lie apart from those of customers
_GIVEN_IDS = 10_388_681  # how many ID numbers people.person tells apart


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer and what the first purchase is."""

    serial: int
    line: str
    product: dict[str, Any]
    holder: Party
    insured: Party
    relation: str
    outlet: str
    shown: bool
    """One of the first customers, who show every line in force."""
    coinsurance: str
    """`us` or `other`: who leads; empty where the risk is not shared."""


def customer(chance: Random, seed: int, serial: int, lines: Sequence[str]) -> Customer:
    """The customer of that serial; the first ones take the lines in turn, in force, plainly."""
    shown = serial < len(lines)
    line = lines[serial] if shown else pick(chance, _weighted(tuple(lines)))
    shared = _shared(serial, lines, line)
    if serial in (len(lines), len(lines) + 1) and shared:
        line = next(candidate for candidate in lines if candidate in _SHARED_RISKS)
    product = _product(chance, line, shown)
    city = _city(chance)
    holder, insured, relation = _parties(chance, seed, serial, product["holder"], city, shown)
    return Customer(
        serial=serial,
        line=line,
        product=product,
        holder=holder,
        insured=insured,
        relation=relation,
        outlet=pick(chance, outlets(city)),
        shown=shown,
        coinsurance=shared,
    )


def _shared(serial: int, lines: Sequence[str], line: str) -> str:
    """Every fourth large risk is shared, and the two customers after the shown ones."""
    offset = serial - len(lines)
    if offset in (0, 1) and any(candidate in _SHARED_RISKS for candidate in lines):
        return ("us", "other")[offset]
    if offset > 1 and line in _SHARED_RISKS and serial % 8 in (2, 5):
        return "us" if serial % 8 == 2 else "other"
    return ""


def _product(chance: Random, line: str, shown: bool) -> dict[str, Any]:
    if line == "motor":
        holder = "person" if shown or chance.random() < 0.85 else "company"
        return {"product": "", "holder": holder, "months": 12, "covers": []}
    products = data("products")[line]
    product: dict[str, Any] = products[0] if shown else pick(chance, products)
    return product


def _parties(
    chance: Random, seed: int, serial: int, holder: str, city: City, shown: bool
) -> tuple[Party, Party, str]:
    """Policyholder, insured, and what the insured is to the policyholder (与投保人关系)."""
    offset = _offset(seed)
    if holder == "company":
        firm = company(chance, serial, offset, city)
        return firm, firm, "本单位"
    insured = person(chance, serial, offset, city)
    if holder == "group":
        return company(chance, serial, offset, city), insured, "雇员"
    if shown or chance.random() < 0.88:
        return insured, insured, "本人"
    return person(chance, serial + _SPOUSES, offset, city), insured, "配偶"


@cache
def _offset(seed: int) -> int:
    return stream(seed, "people").randrange(_GIVEN_IDS)


@cache
def _weighted(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in lines for _ in range(_WEIGHTS[line]))


def _city(chance: Random) -> City:
    """Rather one of the first: the largest provinces have most customers."""
    return cities()[int(chance.random() ** 1.6 * len(cities()))]
