"""Claim numbers (报案号) for reading over a telephone: organisation, day, chance, check character.

`44010000-261121-7K3QX9M2-P`: eight characters of chance without I, L, O and U, 40 bits, so that
nobody guesses a number; a check character by ISO 7064 MOD 37-2, which no slip of one character and
no swap of two neighbours survives (MOD 97-10 misses swaps of a letter and a digit). That a number
is new is decided by the conditional write.
"""

import re
import secrets
from datetime import datetime

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_2

from chalicelib import clock, identifiers

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NOBODYS = "0"
"""Stands for the organisation where saying it would tell whose policy it is (unverified)."""
LENGTH = 8
_FORM = re.compile(r"([0-9A-Z]{1,20})([0-9]{6})([0-9A-Z]{8})([0-9A-Z])")
_HEARD = str.maketrans("ILOU", "110V")
"""What people hear or write for what is not in the alphabet."""


def make(organisation: str, at: datetime) -> str:
    """A number not given before, but for the chance of one in 10^12 per day and organisation."""
    place = re.sub("[^0-9A-Z]", "", organisation.upper())[:20] or NOBODYS
    day = f"{clock.shanghai_day(at):%y%m%d}"
    while True:
        chance = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        check = mod_37_2.calc_check_digit(place + day + chance)
        # The method also gives an asterisk and letters that are heard wrong: then draw again.
        if check in ALPHABET:
            return f"{place}-{day}-{chance}-{check}"


def read(text: str) -> str | None:
    """The number as we write it for what was typed or said; None if it cannot be one of ours."""
    found = _FORM.fullmatch(identifiers.policy_no(text))
    if found is None:
        return None
    place, day, chance, check = found.groups()
    chance, check = chance.translate(_HEARD), check.translate(_HEARD)
    try:
        mod_37_2.validate(place + day + chance + check)
    except ValidationError:
        return None
    return f"{place}-{day}-{chance}-{check}"
