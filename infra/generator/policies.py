"""Policies (保单): rows of the policies file, one customer after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from infra.generator import covers, subjects
from infra.generator.channels import channel
from infra.generator.customers import Customer, customer
from infra.generator.draws import Row, data, digits, pick, stream, yuan
from infra.generator.parties import customer_columns
from infra.generator.terms import Length, Term, term, year_before
from infra.generator.vehicles import Vehicle, vehicle

_PREFIXES = {
    "motor": "PDAA",
    "property": "PQAA",
    "liability": "PZAA",
    "engineering": "PGAA",
    "cargo": "PYAA",
    "hull": "PCAA",
    "credit": "PXAA",
    "accident": "PEAA",
    "health": "PJAA",
    "agriculture": "PNAA",
    "special_risk": "PTAA",
    "other": "PAAA",
}
_COMPULSORY = "PDZA"
_PER_CUSTOMER = 8
_WITH_SERIAL_NO = ("accident", "cargo")


@dataclass(frozen=True, slots=True)
class _File:
    """What the policies of one customer are made from."""

    chance: Random
    seed: int
    buyer: Customer
    today: date
    columns: Row


def policies(seed: int, count: int, lines: Sequence[str], today: date) -> Iterator[Row]:
    """The first `count` policies; a larger count begins with the same ones."""
    serial, left = 0, count
    while left > 0:
        for row in _of_customer(seed, serial, lines, today)[:left]:
            left -= 1
            yield row
        serial += 1


def is_endorsed(row: Row) -> bool:
    """Whether an endorsement made this version: one policy in eight has its second."""
    return row["version"] == "2"


def _of_customer(seed: int, serial: int, lines: Sequence[str], today: date) -> list[Row]:
    chance = stream(seed, "customer", serial)
    buyer = customer(chance, seed, serial, lines)
    file = _File(chance, seed, buyer, today, customer_columns(chance, buyer))
    if buyer.line != "motor":
        return [_other_line(file, buyer.line, buyer.product, 0)]
    rows = _motor(file)
    wants_more = not buyer.shown and buyer.insured.sex and "accident" in lines
    if wants_more and chance.random() < 0.2:
        rows.append(_other_line(file, "accident", data("products")["accident"][1], 6))
    return rows


def _motor(file: _File) -> list[Row]:
    """The pair of commercial and compulsory cover of a car and, for some, last year's pair."""
    chance, buyer = file.chance, file.buyer
    years = [term(chance, Length(months=12), file.today, "in_force" if buyer.shown else "")]
    if not buyer.shown and chance.random() < 0.4:
        years.append(year_before(chance, years[0], file.today))
    car = vehicle(chance, buyer.serial, buyer.insured, years[-1].issued_on)
    kinds = (
        ("commercial", "compulsory") if buyer.shown or chance.random() < 0.8 else ("compulsory",)
    )
    rows: list[Row] = []
    for when in years:
        sold_by = channel(chance, file.seed, buyer.outlet, "motor", buyer.holder)
        for kind in kinds:
            row = _row(file, "motor", len(rows), when, kind)
            rows.append(row | sold_by | _motor_columns(chance, car, kind))
    for renewed, earlier in zip(rows, rows[len(kinds) :], strict=False):
        renewed["previous_policy_no"] = earlier["policy_no"]
    return rows


def _motor_columns(chance: Random, car: Vehicle, kind: str) -> Row:
    terms = data("products")["motor"][kind]
    factor = pick(chance, terms["factors"])
    if kind == "compulsory":
        agreed = covers.compulsory(car, factor)
    else:
        agreed = covers.commercial(chance, car, factor)
    return {
        **car.columns,
        "motor_kind": kind,
        "product": terms["product"],
        "rate_factor": f"{factor / 100:.2f}",
        **_money(agreed),
    }


def _other_line(file: _File, line: str, product: dict[str, Any], number: int) -> Row:
    chance, buyer = file.chance, file.buyer
    length = Length(product.get("months", 0), product.get("days", 0))
    when = term(chance, length, file.today, "in_force" if buyer.shown else "")
    agreed = covers.of_product(chance, product)
    contract = subjects.Contract(product, buyer.holder, buyer.insured, agreed, when)
    row = {
        **_row(file, line, number, when),
        **channel(chance, file.seed, buyer.outlet, line, buyer.holder),
        "product": product["product"],
        **_money(agreed),
        **subjects.subject(chance, line, contract),
    }
    if line in ("accident", "health"):
        row["beneficiary"] = "法定"
    if buyer.coinsurance and number == 0:
        row["coinsurance"] = "true"
        if buyer.coinsurance == "other":
            row["lead_insurer"] = pick(chance, data("products")["lead_insurers"])
    return row


def _money(agreed: Sequence[covers.Cover]) -> Row:
    return {
        "covers": covers.cell(agreed),
        "sum_insured": yuan(sum(cover.sum_insured for cover in agreed)),
        "premium": yuan(sum(cover.premium for cover in agreed)),
    }


def _row(file: _File, line: str, number: int, when: Term, kind: str = "") -> Row:
    """What every line has in common; `number` tells the customer's policies apart."""
    prefix = _COMPULSORY if kind == "compulsory" else _PREFIXES[line]
    serial = file.buyer.serial * _PER_CUSTOMER + number
    city, year = file.buyer.insured.city.code[:4], when.issued_on.year
    row = {
        **file.columns,
        "policy_no": f"{prefix}{year}{city}{file.seed % 100:02d}{serial:08d}",
        "version": "2" if (file.buyer.serial + number) % 8 == 3 else "1",
        "line": line,
        "status": when.status,
        "issued_on": when.issued_on.isoformat(),
        "starts_on": when.starts_on.isoformat(),
        "ends_on": when.ends_on.isoformat(),
        "paid_on": when.issued_on.isoformat(),
    }
    if line in _WITH_SERIAL_NO:
        row["serial_no"] = f"{city}{year}{digits(file.chance, 4)}{serial:08d}"
    if agreements := data("products")["special_agreements"].get(line):
        row["special_agreements"] = pick(file.chance, agreements)
    return row
