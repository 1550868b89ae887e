"""Provinces, cities and counties by GB/T 2260 code, with their plates and area codes."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from faker.providers.ssn.zh_CN import Provider as ChineseIds
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from infra.generator.draws import data, digits, pick
from infra.generator.vocabulary import vocabulary

_MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True, slots=True)
class County:
    """A county or district (县, 区), the level at which ID numbers begin."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class City:
    """A prefecture-level city or a municipality in its role as one."""

    code: str
    name: str
    province_code: str
    province_name: str
    province_short: str
    plate: str
    area_code: str
    phone_digits: int
    counties: tuple[County, ...]


@cache
def cities() -> tuple[City, ...]:
    """The cities in which the insurer has organisations, largest province first."""
    return tuple(
        _city(province, city)
        for province in data("regions")["provinces"]
        for city in province["cities"]
    )


def address(chance: Random, city: City, county: County) -> str:
    """A full postal address as a core system prints it."""
    start = (
        city.province_name if city.name == city.province_name else (city.province_name + city.name)
    )
    street = pick(chance, vocabulary().streets)
    number, flat = 1 + int(chance.random() * 400), 1 + int(chance.random() * 30)
    return f"{start}{county.name}{street}{number}号{flat}栋{digits(chance, 2)}{flat:02d}室"


def landline(chance: Random, city: City) -> str:
    """A telephone number in the city: area code, hyphen, 7 or 8 digits."""
    return f"{city.area_code}-{2 + int(chance.random() * 7)}{digits(chance, city.phone_digits - 1)}"


def birthplace(chance: Random, city: City, year: int) -> str:
    """A county with whose code somebody born in that year may have an ID number.

    stdnum's register knows when codes were in use and refuses others: who is older than the codes
    of the city comes from elsewhere.
    """
    code = pick(chance, city.counties).code
    return code if _existed(code, year) else pick(chance, _enduring())


def _city(province: dict[str, Any], city: dict[str, Any]) -> City:
    code, today = city["code"], 2020
    names = _names(code, today)
    if names is None:
        raise ValueError(f"python-stdnum knows no city {code}")
    municipality = code[:2] in _MUNICIPALITIES
    counties = (
        County(county, found["county"])
        for county in ChineseIds.area_codes
        if county[:4] == code[:4] and not county.endswith("00")
        if (found := _names(county, today)) and found["county"] != "市辖区"
    )
    return City(
        code=code,
        name=names["province"] if municipality else names["county"],
        province_code=province["code"],
        province_name=names["province"],
        province_short=province["short"],
        plate=province["plate"] + city["plate"],
        area_code=city["area"],
        phone_digits=city["phone_digits"],
        counties=tuple(counties),
    )


@cache
def _enduring() -> tuple[str, ...]:
    """Counties all over the country that have kept their codes since before anybody was born."""
    sample = [code for code in ChineseIds.area_codes[::4] if not code.endswith("00")]
    return tuple(code for code in sample if _existed(code, 1950) and _existed(code, 2006))


@cache
def _existed(code: str, year: int) -> bool:
    return _names(code, year) is not None


def _names(code: str, year: int) -> dict[str, str] | None:
    try:
        return ric.get_birth_place(f"{code}{year:04d}06150000")
    except (ValidationError, KeyError):  # stdnum 2.2 fails so where it knows the province alone
        return None
