"""Companies and institutions (法人) with credit codes or organisation codes."""

from random import Random

from infra.generator import id_numbers
from infra.generator.draws import data, digits, pick
from infra.generator.people import Party
from infra.generator.places import City, address, landline
from infra.generator.vocabulary import vocabulary


def company(chance: Random, serial: int, offset: int, city: City) -> Party:
    """The company of that serial; two serials of one seed never share a code.

    `offset` is the seed's, and gives everybody another code.
    """
    county = pick(chance, city.counties)
    if serial % 5 == 2:
        id_type, code = "organisation_code", id_numbers.organisation_code(serial + offset)
        number = f"{code[:8]}-{code[8]}"
    else:
        id_type, number = "credit_code", id_numbers.credit_code(county.code, serial + offset)
    return Party(
        name=_name(chance, serial, city),
        id_type=id_type,
        id_no=number,
        address=address(chance, city, county),
        phone=landline(chance, city),
        city=city,
    )


def _name(chance: Random, serial: int, city: City) -> str:
    names = data("names")
    prefix = pick(chance, vocabulary().companies)
    kind = pick(chance, data("subjects")["company_kinds"])
    if serial % 97 == 40:
        return f"{city.name}{prefix}{names['very_long_company']}{kind}{city.name}第一分公司"
    if serial % 41 == 17:
        prefix = f"{pick(chance, names['rare_characters'])}{prefix}"
    if chance.random() < 0.2:
        return f"{prefix}（{city.name}）{kind}"
    return f"{city.name}{prefix}{digits(chance, 2) if chance.random() < 0.05 else ''}{kind}"
