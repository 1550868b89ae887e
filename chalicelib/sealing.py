"""Personal data at rest: sealed per item with a KMS data key, found again by keyed hash (A1).

A sealed value is `1 | length of wrapped key | wrapped key | nonce | AES-256-GCM ciphertext`. Two
bindings keep it in its place: KMS opens the data key only for the table that it was made for
(encryption context), and the item's key is authenticated with the ciphertext, so that a blob copied
into another item does not open. A data key is reused for a limited number of seals and time.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from functools import cache, lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chalicelib import aws, settings

DATA_KEY_SEALS = 10_000
"""Seals per data key; AES-GCM with random nonces stays far below its limit of 2**32."""
DATA_KEY_SECONDS = 900

_FORMAT = b"\x01"
_NONCE_BYTES = 12


class SealError(Exception):
    """When a sealed value is not where it was sealed, or not what was sealed."""


class _DataKey:
    """A data key for sealing, with how often it may still be used."""

    def __init__(self, table: str) -> None:
        made = aws.client("kms").generate_data_key(
            KeyId=settings.get("DATA_KEY_ID"), KeySpec="AES_256", EncryptionContext={"table": table}
        )
        self.cipher = AESGCM(made["Plaintext"])
        self.wrapped: bytes = made["CiphertextBlob"]
        self.left = DATA_KEY_SEALS
        # A monotonic span, not a time of day: the clock module is for those.
        self.until = time.monotonic() + DATA_KEY_SECONDS

    def spent(self) -> bool:
        return self.left <= 0 or time.monotonic() > self.until


_sealing_keys: dict[str, _DataKey] = {}


def seal(table: str, item: str, content: dict[str, Any]) -> bytes:
    """Seals a JSON object for one item: `table` is our name for it, `item` its full key."""
    key = _sealing_keys.get(table)
    if key is None or key.spent():
        key = _sealing_keys[table] = _DataKey(table)
    key.left -= 1
    nonce = os.urandom(_NONCE_BYTES)
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    head = _FORMAT + len(key.wrapped).to_bytes(2) + key.wrapped
    return head + nonce + key.cipher.encrypt(nonce, plain, _bound_to(table, item))


def unseal(table: str, item: str, sealed: bytes) -> dict[str, Any]:
    """Opens what `seal` made for the same item; SealError if it was moved or changed."""
    from cryptography.exceptions import InvalidTag

    if sealed[:1] != _FORMAT:
        raise SealError("unknown format of a sealed value")
    start = 3 + int.from_bytes(sealed[1:3])
    cipher = _opening_cipher(table, sealed[3:start])
    nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    try:
        plain = cipher.decrypt(nonce, ciphertext, _bound_to(table, item))
    except InvalidTag as error:
        raise SealError(f"a sealed value of {table} does not belong where it stands") from error
    content: dict[str, Any] = json.loads(plain)
    return content


def keyed_hash(kind: str, value: str) -> str:
    """The look-up form of a personal value, by the newest key: `version:base64url`."""
    return hashes(kind, value)[0]


def hashes(kind: str, value: str) -> list[str]:
    """The look-up forms under every live key, newest first; `kind` keeps equal values apart."""
    message = f"{kind}\x00{value}".encode()
    return [
        f"{version}:{_short(hmac.digest(key, message, hashlib.sha256))}"
        for version, key in _keys("hash")
    ]


def document_id(policy_no: str, version: int) -> str:
    """The opaque name of a policy document: known before rendering, guessed by nobody.

    Always by the oldest key, so that a document keeps its name when keys change.
    """
    message = f"{policy_no}\x00{version}".encode()
    return _short(hmac.digest(_keys("document")[-1][1], message, hashlib.sha256)[:18])


def token_keys() -> list[bytes]:
    """Fernet keys, the newest first."""
    return [base64.urlsafe_b64encode(key) for _, key in _keys("token")]


@cache
def _keys(purpose: str) -> list[tuple[str, bytes]]:
    stored = aws.client("secretsmanager").get_secret_value(SecretId=settings.get("SECRETS_ID"))
    versions = sorted(json.loads(stored["SecretString"]).items(), key=lambda pair: -int(pair[0]))
    return [
        (version, HKDF(SHA256(), 32, None, f"chabao {purpose}".encode()).derive(secret.encode()))
        for version, secret in versions
    ]


@lru_cache(maxsize=256)
def _opening_cipher(table: str, wrapped: bytes) -> AESGCM:
    opened = aws.client("kms").decrypt(
        KeyId=settings.get("DATA_KEY_ID"),
        CiphertextBlob=wrapped,
        EncryptionContext={"table": table},
    )
    return AESGCM(opened["Plaintext"])


def _bound_to(table: str, item: str) -> bytes:
    return f"{table}\x00{item}".encode()


def _short(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
