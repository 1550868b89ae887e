"""Attribution: which partner's link brought somebody, signed, in the address alone (P1)."""

import base64
import hashlib
import hmac
import re
from datetime import date, timedelta

from chalicelib import keys

CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
"""A partner's code as it stands in links."""

_FORM = re.compile(rf"({CODE.pattern})\.([0-9]{{8}})\.([A-Za-z0-9_-]{{22}})")
_BYTES = 16


def sign(code: str, day: date) -> str:
    """`<partner>.<day>.<signature>` for a link that was followed on Shanghai's day."""
    said = f"{code}.{day:%Y%m%d}"
    return f"{said}.{_signature(said, keys.newest('attribution')[1])}"


def partner(text: str | None, today: date, days: int) -> str | None:
    """The partner's code if the attribution is ours and at most so many days old, else None.

    Nobody is refused for it: a query with a forged attribution is a query without one.
    """
    match = _FORM.fullmatch(text or "")
    if match is None:
        return None
    code, day, signature = match.groups()
    live = [_signature(f"{code}.{day}", key) for _, key in keys.live("attribution")]
    if not any(hmac.compare_digest(signature, own) for own in live):
        return None
    followed_on = date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}")
    return code if followed_on <= today <= followed_on + timedelta(days=days) else None


def _signature(said: str, key: bytes) -> str:
    digest = hmac.digest(key, said.encode(), hashlib.sha256)[:_BYTES]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
