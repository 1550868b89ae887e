"""The deployment's secret: versions of the root key, picked up by running processes in minutes.

The secret is a JSON object, version to random text or to `{"secret", "from", "only"}`. A version is
live for look-up as soon as a process has seen it, and is written with only from its instant `from`
on, by when every process has: nobody meets a mark that it cannot make. A retired version stands
`only` for what keeps its name for ever (documents).
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib import aws, clock, settings
from chalicelib.observability import logger

REFRESH_SECONDS = 240
"""How long a process may not know of a new version."""
RETRY_SECONDS = 30
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Version(NamedTuple):
    """One version of the root key."""

    number: int
    secret: str
    since: datetime | None
    """From when it is written with; None: since ever."""
    only: tuple[str, ...]
    """The purposes that a retired version still serves; empty for a live one."""


class NoKeyError(Exception):
    """When the secret holds no version that may be used."""


class _Usual(NamedTuple):
    """Live keys of a purpose, and the instants between which they are those, in that order."""

    versions: list[Version]
    since: datetime
    until: datetime
    keys: list[tuple[str, bytes]]


_known: list[Version] = []
_usual: dict[str, _Usual] = {}
_until = 0.0


def newest(purpose: str) -> tuple[str, bytes]:
    """The version to write with, by its number, and its key for the purpose."""
    return live(purpose)[0]


def oldest(purpose: str) -> bytes:
    """The first key that there ever was, retired or not."""
    return _derived(_versions()[-1].secret, purpose)


def live(purpose: str) -> list[tuple[str, bytes]]:
    """Every key to look up with: the one to write with, then the others, the newest first."""
    now, versions = clock.now(), _versions()
    usual = _usual.get(purpose)
    if usual is None or usual.versions != versions or not usual.since <= now < usual.until:
        usual = _usual[purpose] = _ordered(purpose, versions, now)
    return usual.keys


def forget() -> None:
    """Drops what this process knows, so that the next use reads the secret again."""
    _known.clear()
    _usual.clear()


def parse(secret: str) -> list[Version]:
    """The versions that the text of the secret holds, the newest first."""
    found = json.loads(secret)
    return sorted(_parsed(found), key=lambda version: -version.number)


def _ordered(purpose: str, versions: list[Version], now: datetime) -> _Usual:
    usable = [version for version in versions if not version.only or purpose in version.only]
    writing = next((v for v in usable if v.since is None or v.since <= now), None)
    if writing is None:
        raise NoKeyError(f"the secret has no version for {purpose}")
    ordered = [writing, *(version for version in usable if version != writing)]
    changes = [version.since for version in usable if version.since is not None]
    return _Usual(
        list(versions),
        max((at for at in changes if at <= now), default=_EVER),
        min((at for at in changes if at > now), default=_NEVER),
        [(str(version.number), _derived(version.secret, purpose)) for version in ordered],
    )


def _parsed(found: dict[str, Any]) -> Iterator[Version]:
    for number, entry in found.items():
        if isinstance(entry, str):
            yield Version(int(number), entry, None, ())
        else:
            since = clock.parse(entry["from"]) if "from" in entry else None
            yield Version(int(number), entry["secret"], since, tuple(entry.get("only", ())))


def _versions() -> list[Version]:
    global _until
    # Spans of the process, not times of day: the clock module is for those.
    if _known and time.monotonic() < _until:
        return _known
    try:
        stored = aws.client("secretsmanager").get_secret_value(SecretId=settings.get("SECRETS_ID"))
    # An outage of the secret's store must not stop a process that knows its keys.
    except Exception:
        if not _known:
            raise
        logger.exception("keys not refreshed")
        _until = time.monotonic() + RETRY_SECONDS
        return _known
    _known[:] = parse(stored["SecretString"])
    _until = time.monotonic() + REFRESH_SECONDS
    return _known


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"chabao {purpose}".encode()).derive(secret.encode())
