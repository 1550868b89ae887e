"""Objection numbers (异议编号): `Y20261121-7K3QX9M2`, the day and forty bits of chance."""

import re
import secrets
from datetime import datetime

from chalicelib import clock, identifiers

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_FORM = re.compile(r"Y([0-9]{8})([0-9A-HJKMNP-TV-Z]{8})")


def make(at: datetime) -> str:
    """A number not given before but by a chance of one in 10^12; the store's condition decides."""
    chance = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"Y{clock.shanghai_day(at):%Y%m%d}-{chance}"


def read(text: str) -> str | None:
    """The number as we write it for what was typed; None if it cannot be one."""
    found = _FORM.fullmatch(identifiers.policy_no(text))
    return f"Y{found[1]}-{found[2]}" if found else None
