"""What somebody owes: liability (责任保险) and credit and surety (信用保证保险)."""

from random import Random

from infra.generator.draws import Row, digits, pick, yuan
from infra.generator.subjects.contract import Contract, word
from infra.generator.terms import later


def liability(chance: Random, contract: Contract) -> Row:
    limit = contract.covers[0].sum_insured
    return {
        "insured_activity": word(chance, "activities"),
        "limit_per_event": yuan(limit // 2),
        "limit_per_person": yuan(limit // 10),
        "limit_aggregate": yuan(limit),
        "retroactive_on": later(contract.term.starts_on, -12).isoformat(),
        "territory": word(chance, "territories"),
        "deductible_per_event": contract.covers[0].deductible,
    }


def credit(chance: Random, contract: Contract) -> Row:
    limit = contract.covers[0].sum_insured
    other = f"{contract.insured.city.name}{word(chance, 'company_kinds')}"
    return {
        "insured_activity": word(chance, "activities"),
        "obligor": other,
        "obligee": contract.insured.name,
        "underlying_contract_no": f"HT-{contract.term.issued_on:%Y}-{digits(chance, 5)}",
        "credit_days": pick(chance, ("30", "60", "90", "120")),
        "limit_per_event": yuan(limit // 2),
        "limit_aggregate": yuan(limit),
        "territory": word(chance, "territories"),
    }
