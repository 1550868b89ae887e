"""Challenges: proof of work by ALTCHA's format, made and checked here, asking no third party."""

import hashlib
from datetime import datetime
from typing import Any

from chalicelib import keys


def make(parameters: dict[str, Any], at: datetime) -> dict[str, Any]:
    """A signed challenge (ALTCHA v2: `{"parameters", "signature"}`) that ends by itself."""
    # Only attempts after failures need the library.
    import altcha

    made = altcha.create_challenge(
        parameters["algorithm"],
        parameters["cost"],
        key_prefix=parameters["key_prefix"],
        expires_at=int(at.timestamp()) + parameters["life_seconds"],
        hmac_secret=keys.newest("challenge")[1],
    )
    challenge: dict[str, Any] = made.to_dict()
    return challenge


def solved(answer: str, at: datetime) -> tuple[str, int] | None:
    """The key under which a rightly solved challenge is remembered and the epoch of its end.

    `answer` is base64 of `{"challenge", "solution"}`; None if it is anything but our own challenge,
    still open and solved. Whether it was used before, the store knows.
    """
    import altcha

    try:
        payload = altcha.Payload.from_base64(answer)
        parameters, signature = payload.challenge.parameters, payload.challenge.signature
        ends = int(parameters.expires_at or 0)
    # Whatever a stranger sends instead of base64 of JSON of the right shape.
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if at.timestamp() >= ends:
        return None
    for _, key in keys.live("challenge"):
        if altcha.verify_solution(payload, key).verified:
            digest = hashlib.sha256(str(signature).lower().encode()).hexdigest()
            return f"challenge/{digest}", ends
    return None
