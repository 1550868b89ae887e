"""People (自然人): real kinds of names, and documents that agree with sex and birthday."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from infra.generator import id_numbers
from infra.generator.draws import data, digits, pick
from infra.generator.places import City, address, birthplace
from infra.generator.vocabulary import vocabulary

_FIRST_BIRTHDAY = date(1950, 1, 1)
_BIRTHDAYS = 20_819  # to the end of 2006
_SEQUENCES = 499
_STRIDE = 7_368_787  # a prime that divides neither: serials meet again only after 10 million
_ID_TYPES = {  # serial modulo 60, so that small portfolios have every type too
    13: "hk_macao_taiwan_residence",
    19: "foreign_permanent_resident_id",
    25: "foreign_permanent_resident_id",
    31: "passport",
    37: "hk_macao_permit",
    43: "taiwan_permit",
    49: "other",
}
_RESIDENCE_REGIONS = ("810000", "820000", "830000")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can hold a policy or be insured; organisations have neither sex nor birthday."""

    name: str
    id_type: str
    id_no: str
    address: str
    phone: str
    city: City
    sex: str = ""
    born_on: date | None = None
    occupation: str = ""


def person(chance: Random, serial: int, offset: int, city: City) -> Party:
    """The person of that serial; two serials never share an ID number.

    `offset` is the seed's, and moves everybody to another birthday.
    """
    sex = "male" if chance.random() < 0.55 else "female"
    day, sequence = divmod((serial * _STRIDE + offset) % (_BIRTHDAYS * _SEQUENCES), _SEQUENCES)
    born_on = _FIRST_BIRTHDAY + timedelta(days=day)
    county = pick(chance, city.counties)
    id_type = _ID_TYPES.get(serial % 60, "resident_id")
    return Party(
        name=_name(chance, serial, sex, id_type, city),
        id_type=id_type,
        id_no=_id_no(chance, serial, id_type, born_on, sex, sequence, city),
        address=address(chance, city, county),
        phone=mobile(chance),
        city=city,
        sex=sex,
        born_on=born_on,
        occupation=pick(chance, vocabulary().occupations),
    )


def mobile(chance: Random) -> str:
    """A mobile number with a prefix that operators have given out."""
    return pick(chance, vocabulary().mobile_prefixes) + digits(chance, 8)


def everyday_name(chance: Random, sex: str) -> str:
    """Surname and given name of the majority, 姓名."""
    words = vocabulary()
    given = pick(chance, words.given_names[sex])
    if len(given) == 1 and chance.random() < 0.5:
        given += pick(chance, words.given_names[sex])[0]
    return pick(chance, words.surnames) + given


def _name(chance: Random, serial: int, sex: str, id_type: str, city: City) -> str:
    names = data("names")
    if id_type in ("foreign_permanent_resident_id", "passport"):
        return pick(chance, vocabulary().latin_names[sex])
    if serial % 101 == 50:
        return str(pick(chance, names["very_long"]))
    if serial % 11 == 8:  # the health policy of the demonstration is the first
        rare = names["rare_characters"]
        return pick(chance, vocabulary().surnames) + str(rare[serial // 11 % len(rare)])
    minority = names["minorities"].get(city.code[:2])
    if serial % 17 == 5 or (minority and chance.random() < 0.4):
        return _minority_name(chance, sex, minority or names["minorities"]["65"])
    return everyday_name(chance, sex)


def _minority_name(chance: Random, sex: str, names: dict[str, list[str]]) -> str:
    """Given name, middle dot, father's or family's name, as on ID cards (间隔号 U+00B7)."""
    return f"{pick(chance, names[sex])}·{pick(chance, names['family'])}"


def _id_no(
    chance: Random, serial: int, id_type: str, born_on: date, sex: str, sequence: int, city: City
) -> str:
    if id_type == "resident_id":
        region = birthplace(chance, city, born_on.year)
        return id_numbers.resident_id(region, born_on, sex, sequence)
    if id_type == "hk_macao_taiwan_residence":
        region = _RESIDENCE_REGIONS[serial // 60 % 3]
        return id_numbers.resident_id(region, born_on, sex, sequence)
    if id_type == "foreign_permanent_resident_id":
        letters, numeric = pick(chance, data("names")["nationalities"])
        if serial % 60 == 19:
            return id_numbers.old_foreigner_card(chance, letters, city.province_code, born_on)
        return id_numbers.foreigner_card(numeric, city.province_code, born_on, sex, sequence)
    if id_type == "hk_macao_permit":
        return id_numbers.hk_macao_permit(chance)
    if id_type == "taiwan_permit":
        return id_numbers.taiwan_permit(chance)
    return id_numbers.passport(chance)
