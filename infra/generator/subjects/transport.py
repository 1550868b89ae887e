"""What moves: cargo by sea and by road (货运险), vessels (船舶险)."""

from random import Random

from stdnum import imo, iso6346

from infra.generator.draws import Row, data, digits, pick, yuan
from infra.generator.subjects.contract import Contract, word


def cargo(chance: Random, contract: Contract) -> Row:
    goods = pick(chance, data("subjects")["cargo"])
    first = contract.covers[0]
    row = {
        "cargo_name": goods["name"],
        "cargo_category": goods["category"],
        "cargo_quantity": f"{1 + int(chance.random() * 2000)}{goods['unit']}",
        "packing": goods["packing"],
        "invoice_no": f"INV{digits(chance, 8)}",
        "departs_on": contract.term.starts_on.isoformat(),
        "cover_terms": first.name,
        "premium_rate": f"{first.premium * 1000 / first.sum_insured:.3f}",
        "deductible_per_event": first.deductible,
    }
    return row | (_by_sea if len(contract.product["covers"]) > 1 else _by_road)(chance, contract)


def _by_sea(chance: Random, contract: Contract) -> Row:
    container = f"CBHU{digits(chance, 6)}"
    return {
        "shipping_marks": f"N/M {digits(chance, 4)}",
        "invoice_currency": "USD",
        "invoice_amount": f"{contract.covers[0].sum_insured * 10 // 11 / 710:.2f}",
        "bill_of_lading_no": f"CBH{digits(chance, 9)}",
        "letter_of_credit_no": f"LC{digits(chance, 10)}",
        "transport_mode": "sea",
        "conveyance": word(chance, "vessel_names"),
        "voyage_no": f"{digits(chance, 3)}E",
        "container_no": container + str(iso6346.calc_check_digit(container)),
        "origin": word(chance, "ports"),
        "via": word(chance, "via"),
        "destination": word(chance, "foreign_ports"),
        "survey_agent": word(chance, "survey_agents"),
        "claim_payable_at": contract.insured.city.name,
    }


def _by_road(chance: Random, contract: Contract) -> Row:
    return {
        "invoice_currency": "CNY",
        "invoice_amount": yuan(contract.covers[0].sum_insured),
        "transport_mode": "road",
        "conveyance": f"厢式货车 {contract.insured.city.plate}{digits(chance, 5)}",
        "origin": contract.insured.city.name,
        "destination": pick(chance, ("成都市", "武汉市", "西安市", "昆明市")),
        "claim_payable_at": contract.insured.city.name,
    }


def hull(chance: Random, contract: Contract) -> Row:
    number = f"9{digits(chance, 5)}"
    return {
        "vessel_name": word(chance, "vessel_names") + digits(chance, 2),
        "vessel_kind": pick(chance, ("bulk_carrier", "container_ship", "tanker", "tug")),
        "imo_no": number + str(imo.calc_check_digit(number)),
        "vessel_owner": contract.insured.name,
        "registry_port": word(chance, "ports").removesuffix("港"),
        "gross_tonnage": str(500 + int(chance.random() * 30000)),
        "built_year": str(contract.term.starts_on.year - 1 - int(chance.random() * 20)),
        "navigation_area": word(chance, "navigation_areas"),
        "class_society": word(chance, "class_societies"),
        "insured_value_basis": "agreed",
        "deductible_per_event": contract.covers[0].deductible,
    }
