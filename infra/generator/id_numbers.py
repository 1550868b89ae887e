"""Identity documents with true check digits; check digits by python-stdnum wherever it has them.

Formats: GB 11643 (resident ID, also residence permits and the 2023 card of foreigners),
GB 32100 (unified social credit code), GB 11714 (organisation code).
"""

from datetime import date
from random import Random

from stdnum.cn import ric, uscc

from infra.generator.draws import digits, pick

_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(region: str, born_on: date, sex: str, sequence: int) -> str:
    """A resident ID (公民身份号码) or, with 810000, 820000 or 830000, a residence permit.

    `sequence` 0 to 498 tells people of one sex, region and birthday apart: odd numbers are men's.
    """
    number = 2 * sequence + (1 if sex == "male" else 2)
    return _checked(f"{region}{born_on:%Y%m%d}{number:03d}")


def foreigner_card(nation: str, province: str, born_on: date, sex: str, sequence: int) -> str:
    """A foreigner's permanent resident ID (外国人永久居留身份证) in the form of 2023."""
    number = 2 * sequence + (1 if sex == "male" else 2)
    return _checked(f"9{province[:2]}{nation}{born_on:%Y%m%d}{number:03d}")


def old_foreigner_card(chance: Random, nation: str, province: str, born_on: date) -> str:
    """The form before 2023: three letters of the nationality and twelve digits."""
    return f"{nation}{province[:4]}{born_on:%y%m%d}{digits(chance, 2)}"


def passport(chance: Random) -> str:
    """A Chinese (E and eight digits) or foreign passport number."""
    return pick(chance, "EEGKPX") + digits(chance, 8)


def hk_macao_permit(chance: Random) -> str:
    """Mainland travel permit for Hong Kong and Macao residents (回乡证)."""
    return pick(chance, "HHM") + digits(chance, 8)


def taiwan_permit(chance: Random) -> str:
    """Mainland travel permit for Taiwan residents (台胞证)."""
    return digits(chance, 8)


def organisation_code(serial: int) -> str:
    """An organisation code (组织机构代码) without its hyphen, different for every serial < 10⁸."""
    spread = serial * 61_803_399
    # digits, or the letters with which codes have begun since 2015
    body = f"{spread % 10**8:08d}" if serial % 3 else f"MA{_in_credit_alphabet(spread % 31**6)}"
    total = sum(
        int(character, 36) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    check = (11 - total % 11) % 11
    return body + ("X" if check == 10 else str(check))


def credit_code(region: str, serial: int) -> str:
    """A unified social credit code (统一社会信用代码) around that organisation code."""
    body = f"91{region}{organisation_code(serial)}"
    return body + str(uscc.calc_check_digit(body))


def _checked(body: str) -> str:
    return body + str(ric.calc_check_digit(body + "0"))


def _in_credit_alphabet(number: int) -> str:
    places = []
    for _ in range(6):
        number, place = divmod(number, 31)
        places.append(_CREDIT_ALPHABET[place])
    return "".join(places)
