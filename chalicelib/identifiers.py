"""Identifiers and names as people type them, brought to the form in which they are compared (Q3).

The rules are the contract's fine print: forgiving about the way of writing, never about the value.
Check digits come from python-stdnum where it has them; each function names its standard.
"""

import re
import unicodedata
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2

KEY_BYTES = 512
"""More than any number needs that is looked up; a key of DynamoDB may have 2,048."""
POLICY_NO = re.compile(r"[A-Z0-9][A-Z0-9-]{5,39}")

ORGANISATION_TYPES = frozenset({"credit_code", "organisation_code"})

_MIDDLE_DOTS = str.maketrans(dict.fromkeys("•・‧．.∙⋅", "·"))
# U+FF0E is both a middle dot by the contract and, by NFKC, a full stop: equality being transitive,
# the full stop is one of them.
_IGNORED = re.compile(
    "[\\s\u200b\u2060\ufeff"  # spaces, visible or not
    "\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d\u180f]"  # variation selectors
)
_DASHES = re.compile("[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_FIFTEEN_DIGITS = re.compile(r"[0-9]{15}")
_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_VALUES = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_ORGANISATION_CODE = re.compile(r"[0-9A-Z]{8}[0-9X]")


def policy_no(text: str) -> str:
    """The form under which a policy number is found: NFKC, upper case, no spaces, no hyphens."""
    return _bare(text)


def may_be_looked_up(number: str) -> bool:
    """Whether a normalised number can be part of a key: some is left, and not too much.

    NFKC makes 18 letters of one character.
    """
    return 0 < len(number.encode()) <= KEY_BYTES


def id_no(text: str) -> str:
    """An ID number as written on paper: NFKC, upper case, no spaces, no hyphens."""
    return _bare(text)


def name(text: str) -> str:
    """A name (姓名, 名称) for comparison: 𠮷 and 吉, 張 and 张 stay different values."""
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text).translate(_MIDDLE_DOTS))
    bare = _IGNORED.sub("", plain).translate(_MIDDLE_DOTS).lower()
    # Without its spaces a text may compose anew: A and a spacing accent, for one.
    return unicodedata.normalize("NFKC", bare)


def plate_no(text: str) -> str:
    """Comparable plate: without the dot that is painted on it (粤A·12345)."""
    return policy_no(text).replace("·", "")


def serial_no(text: str) -> str:
    """A document serial number (单证流水号), compared like a policy number."""
    return _bare(text)


def phone(text: str) -> str:
    """A telephone number as dialled within the country: NFKC, no spaces, hyphens, brackets, +86."""
    digits = re.sub("[()]", "", _bare(text))
    return re.sub(r"^(\+86|0086)", "", digits)


def id_marks(id_type: str, number: str) -> list[tuple[str, str]]:
    """What a stored ID number may be opened by: pairs of kind and value, to be hashed.

    A credit code is opened by itself and by the organisation code within; an organisation code by
    itself and by a credit code around it. Two credit codes around one organisation code differ.
    """
    bare = id_no(number)
    if id_type in ORGANISATION_TYPES:
        if len(bare) == 18:
            return [("id", bare), ("organisation", bare[8:17])]
        return [("organisation", bare), ("organisation-within", bare)]
    if id_type == "resident_id" and _FIFTEEN_DIGITS.fullmatch(bare):
        bare = _eighteen_digits(bare)
    return [("id", bare)]


def id_keys(typed: str) -> list[tuple[str, str]]:
    """What a typed ID number, whose type nobody said, may open: pairs as in `id_marks`."""
    bare = id_no(typed)
    keys = [("id", bare)]
    if _FIFTEEN_DIGITS.fullmatch(bare):
        keys.append(("id", _eighteen_digits(bare)))
    if _ORGANISATION_CODE.fullmatch(bare):
        keys.append(("organisation", bare))
    if len(bare) == 18 and uscc.is_valid(bare):
        keys.append(("organisation-within", bare[8:17]))
    return keys


def person(id_type: str, number: str) -> tuple[str, str]:
    """The one identity under which all policies of a person or organisation are found."""
    marks = id_marks(id_type, number)
    return next((mark for mark in marks if mark[0] == "organisation"), marks[0])


def resident_id_is_valid(number: str) -> bool:
    """GB 11643-1999: 18 characters by check digit (ISO 7064 MOD 11-2) and a real birth date.

    The legacy form of 15 digits has no check digit and passes with a real birth date.
    """
    bare = id_no(number)
    if _FIFTEEN_DIGITS.fullmatch(bare):
        return birth_date(bare) is not None
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", bare):
        return False
    return mod_11_2.is_valid(bare) and birth_date(bare) is not None


def birth_date(number: str) -> date | None:
    """The date within a resident ID of 15 or 18 characters, None where there is no such day."""
    digits = f"19{number[6:12]}" if len(number) == 15 else number[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """`male` or `female`: the last digit of the sequence is odd for men."""
    digit = number[14] if len(number) == 15 else number[16]
    return "male" if int(digit) % 2 else "female"


def credit_code_is_valid(number: str) -> bool:
    """GB 32100-2015. Genuine codes are known that fail, so that a failure only warns."""
    try:
        uscc.validate(id_no(number))
    except ValidationError:
        return False
    return True


def vin_is_valid(number: str) -> bool:
    """GB 16735-2019: 17 characters without I, O, Q and the check digit at position 9.

    Older and some imported vehicles fail, so that a failure only warns.
    """
    bare = id_no(number)
    if not _VIN.fullmatch(bare):
        return False
    total = sum(_VIN_VALUES[char] * weight for char, weight in zip(bare, _VIN_WEIGHTS, strict=True))
    return "0123456789X"[total % 11] == bare[8]


def _bare(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text.upper()
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text))
    return _DASHES.sub("", plain).upper()


def _eighteen_digits(fifteen: str) -> str:
    body = f"{fifteen[:6]}19{fifteen[6:]}"
    return body + str(mod_11_2.calc_check_digit(body))
