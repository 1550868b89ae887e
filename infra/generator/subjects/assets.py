"""What stands or grows somewhere: property, works, crops and livestock, other objects."""

from random import Random

from infra.generator.draws import Row, data, digits, pick, yuan
from infra.generator.subjects.contract import Contract, word


def insured_property(chance: Random, contract: Contract) -> Row:
    home = bool(contract.insured.sex)
    return {
        "subject_address": contract.insured.address,
        "subject_items": word(chance, "home_items" if home else "property_items"),
        "insured_value_basis": pick(chance, ("replacement", "book", "market")),
        "building_structure": pick(chance, ("reinforced_concrete", "steel", "brick_concrete")),
        "occupancy": "住宅" if home else word(chance, "occupancy"),
        "deductible_per_event": contract.covers[0].deductible,
    }


def engineering(chance: Random, contract: Contract) -> Row:
    city = contract.insured.city
    return {
        "project_name": f"{city.name}{pick(chance, city.counties).name}"
        + word(chance, "project_kinds"),
        "project_site": contract.insured.address,
        "subject_items": word(chance, "engineering_items"),
        "contract_price": yuan(contract.covers[0].sum_insured),
        "insured_value_basis": "agreed",
        "works_start_on": contract.term.starts_on.isoformat(),
        "works_end_on": contract.term.ends_on.isoformat(),
        "maintenance_months": pick(chance, ("6", "12", "24")),
        "deductible_per_event": contract.covers[0].deductible,
    }


def agriculture(chance: Random, contract: Contract) -> Row:
    crop = bool(contract.insured.sex)
    name, unit, unit_sum = pick(chance, data("subjects")["crops" if crop else "livestock"])
    quantity = max(1, contract.covers[0].sum_insured // 100 // unit_sum)
    row = {
        "insured_object": name,
        "insured_quantity": str(quantity),
        "quantity_unit": unit,
        "growing_place": contract.insured.address,
        "unit_sum_insured": yuan(unit_sum * 100),
        "subsidy_ratio": pick(chance, ("65", "75", "80")),
    }
    if not crop:
        first = 10**14 + int(digits(chance, 12))
        row["ear_tags"] = f"{first}-{first + quantity - 1}"
    return row


def other(chance: Random, contract: Contract) -> Row:
    pets = bool(contract.insured.sex)
    options = [words for words in data("subjects")["other"] if words[0].startswith("宠物") == pets]
    name, description = pick(chance, options)
    return {
        "insured_object": name,
        "subject_address": contract.insured.address,
        "subject_description": description,
    }
