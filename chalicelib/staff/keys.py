"""The identity provider's public keys (JWKS): fetched when needed, remembered, exchanged by itself.

A key id that nobody knows makes the keys be fetched anew, but not more often than the cool-down:
otherwise whoever invents key ids could make every request a request to the provider.
"""

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from chalicelib import settings
from chalicelib.observability import logger

if TYPE_CHECKING:
    from jwt import PyJWK

LIFE_SECONDS = 3600
"""How long a key that the provider has withdrawn may still be believed."""
COOL_DOWN_SECONDS = 30
BYTES = 256 * 1024


class KeysUnavailableError(Exception):
    """When the provider's keys cannot be fetched and none are remembered."""


class _Remembered:
    """The keys by id, with the moments of the last success and the last attempt."""

    def __init__(self) -> None:
        self.keys: dict[str, PyJWK] = {}
        self.fetched = float("-inf")
        self.tried = float("-inf")


_by_address: dict[str, _Remembered] = {}


def find(key_id: str) -> "PyJWK | None":
    """The key of that id, None if the provider does not have it."""
    address = settings.get("STAFF_KEYS_URL")
    remembered = _by_address.setdefault(address, _Remembered())
    # Spans of the process, not times of day: the clock module is for those.
    now = time.monotonic()
    stale = now - remembered.fetched > LIFE_SECONDS
    if (stale or key_id not in remembered.keys) and now - remembered.tried > COOL_DOWN_SECONDS:
        _fetch(address, remembered, now)
    return remembered.keys.get(key_id)


def forget() -> None:
    """Makes the next look-up fetch again."""
    _by_address.clear()


def _fetch(address: str, remembered: _Remembered, now: float) -> None:
    # Here, not above: it takes longer than all else of the gate's start.
    from urllib.error import URLError

    from jwt import PyJWK
    from jwt.exceptions import InvalidKeyError, PyJWKError

    remembered.tried = now
    try:
        published = _read(address)["keys"]
    except (URLError, TimeoutError, ValueError, KeyError, TypeError) as error:
        if not remembered.keys:
            remembered.tried = float("-inf")
            raise KeysUnavailableError("the keys of the identity provider are not there") from error
        # The keys at hand stay good: that the provider is down must not lock everybody out.
        logger.warning("keys of the identity provider not fetched", reason=type(error).__name__)
        return
    found = {}
    for entry in published:
        try:
            key = PyJWK.from_dict(entry)
        except (PyJWKError, InvalidKeyError):
            # Providers publish keys for other purposes beside ours; those are not for signatures.
            continue
        if key.key_id and key.public_key_use in (None, "sig"):
            found[key.key_id] = key
    remembered.keys, remembered.fetched = found, now


def _read(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    loopback = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if parts.scheme not in ("https", "data") and not loopback:
        raise ValueError("keys come by https, or stand in the address itself")
    from urllib.request import urlopen

    with urlopen(address, timeout=3) as answer:  # noqa: S310 - the schemes are checked above
        document = json.loads(answer.read(BYTES))
    if not isinstance(document, dict):
        raise TypeError("a key set is an object")
    return document
