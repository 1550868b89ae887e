"""Personal data at rest: sealed per item with a KMS data key, found again by keyed hash (A1).

A sealed value is `1 | length of wrapped key | wrapped key | nonce | AES-256-GCM ciphertext`. Two
bindings keep it in its place: KMS opens the data key only for the table that it was made for
(encryption context), and the item's key is authenticated with the ciphertext, so that a blob copied
into another item does not open. A data key is reused for a limited number of seals and time. While
the KMS key is being replaced, what the previous one wrapped opens too (docs/decisions/0012).
"""

import base64
import hmac
import json
import os
import time
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib import aws, keys, settings

DATA_KEY_SEALS = 10_000
"""Seals per data key; AES-GCM with random nonces stays far below its limit of 2**32."""
DATA_KEY_SECONDS = 900

_FORMAT = b"\x01"
_NONCE_BYTES = 12
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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
    plain = _compact(content).encode()
    head = _FORMAT + len(key.wrapped).to_bytes(2) + key.wrapped
    return head + nonce + key.cipher.encrypt(nonce, plain, _bound_to(table, item))


def unseal(table: str, item: str, sealed: bytes) -> dict[str, Any]:
    """Opens what `seal` made for the same item; SealError if it was moved or changed."""
    from cryptography.exceptions import InvalidTag

    if sealed[:1] != _FORMAT:
        raise SealError("unknown format of a sealed value")
    start = 3 + int.from_bytes(sealed[1:3])
    cipher = _opening(table, sealed[3:start]).cipher
    nonce, ciphertext = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    try:
        plain = cipher.decrypt(nonce, ciphertext, _bound_to(table, item))
    except InvalidTag as error:
        raise SealError(f"a sealed value of {table} does not belong where it stands") from error
    content: dict[str, Any] = json.loads(plain)
    return content


def is_current(table: str, sealed: bytes) -> bool:
    """Whether the KMS key of now wrapped its data key; False: it waits to be sealed again."""
    wrapped = sealed[3 : 3 + int.from_bytes(sealed[1:3])]
    return _opening(table, wrapped).key == settings.get("DATA_KEY_ID")


def keyed_hash(kind: str, value: str) -> str:
    """The look-up form of a personal value, by the key to write with: `version:base64url`."""
    return hashes(kind, value)[0]


def hashes(kind: str, value: str) -> list[str]:
    """The look-up forms under every live key, `keyed_hash` first; `kind` keeps values apart."""
    message = f"{kind}\x00{value}".encode()
    return [
        f"{version}:{_short(hmac.digest(key, message, 'sha256'))}"
        for version, key in keys.live("hash")
    ]


def is_newest(mark: str) -> bool:
    """Whether a look-up form was made by the key that is written with now."""
    return mark.partition(":")[0] == keys.newest("hash")[0]


def document_id(policy_no: str, version: int, translation: str = "") -> str:
    """The opaque name of a policy document, or of its translation: known before rendering, guessed
    by nobody.

    Always by the oldest key, so that a document keeps its name when keys change.
    """
    named = (policy_no, str(version), *filter(None, [translation]))
    message = "\x00".join(named).encode()
    return _short(hmac.digest(keys.oldest("document"), message, "sha256")[:18])


def token_keys() -> list[bytes]:
    """Fernet keys, the one to write with first."""
    return [base64.urlsafe_b64encode(key) for _, key in keys.live("token")]


class _Opening(NamedTuple):
    """What opens values: the data key's cipher, and the KMS key that wrapped it."""

    cipher: AESGCM
    key: str


@lru_cache(maxsize=256)
def _opening(table: str, wrapped: bytes) -> _Opening:
    opened = aws.client("kms").decrypt(CiphertextBlob=wrapped, EncryptionContext={"table": table})
    ours = {settings.get("DATA_KEY_ID"), settings.optional("PREVIOUS_DATA_KEY_ID")}
    if opened["KeyId"] not in ours:
        raise SealError(f"a sealed value of {table} was wrapped by a foreign key")
    return _Opening(AESGCM(opened["Plaintext"]), opened["KeyId"])


def _bound_to(table: str, item: str) -> bytes:
    return f"{table}\x00{item}".encode()


def _short(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
