"""Names, streets and occupations from Faker's zh_CN, drawn once: each draw costs 20 µs."""

from dataclasses import dataclass
from functools import cache

from faker import Faker
from faker.providers.automotive.zh_CN import Provider as ChinesePlates
from faker.providers.phone_number.zh_CN import Provider as ChinesePhones

_DRAWS = 600


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with the frequencies that Faker gives them: what is common stands there often."""

    surnames: tuple[str, ...]
    given_names: dict[str, tuple[str, ...]]
    latin_names: dict[str, tuple[str, ...]]
    companies: tuple[str, ...]
    streets: tuple[str, ...]
    occupations: tuple[str, ...]
    mobile_prefixes: tuple[str, ...]
    plate_provinces: tuple[str, ...]


@cache
def vocabulary() -> Vocabulary:
    """The same for every seed: seeds choose among the words, they do not change them."""
    chinese, english = Faker("zh_CN"), Faker("en_US")
    chinese.seed_instance(0)
    english.seed_instance(0)
    times = range(_DRAWS)
    return Vocabulary(
        surnames=tuple(chinese.last_name() for _ in times),
        given_names={
            "male": tuple(chinese.first_name_male() for _ in times),
            "female": tuple(chinese.first_name_female() for _ in times),
        },
        latin_names={
            "male": tuple(_latin(english.name_male()) for _ in times),
            "female": tuple(_latin(english.name_female()) for _ in times),
        },
        companies=tuple(chinese.company_prefix() for _ in times),
        streets=tuple(chinese.street_name() for _ in times),
        occupations=tuple(chinese.job() for _ in times),
        mobile_prefixes=tuple(str(prefix) for prefix in ChinesePhones.phonenumber_prefixes),
        plate_provinces=tuple(ChinesePlates.province_code),
    )


def _latin(name: str) -> str:
    """As on a passport: capitals, no titles, no full stops."""
    titles = {"MR", "MRS", "MS", "MISS", "DR", "DDS", "DVM", "MD", "PHD", "JR", "SR", "II", "III"}
    words = name.upper().replace(".", "").split()
    return " ".join(word for word in words if word not in titles | {"IV", "V"})
