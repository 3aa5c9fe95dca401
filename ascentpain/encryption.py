"""Encryption of what identifies a patient, with AES-256-GCM, and keyed blind indexes to find it again.

A value is sealed for one place, its context: its table, its column and its row. Moved elsewhere, or changed
by a bit, it cannot be read. The key's id stands before the value, so that values under an older key can be
read while `manage.py rotate_keys` seals them anew.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE_BYTES: Final = 12  # NIST SP 800-38D: random, 96 bits
INDEX_BYTES: Final = 16


class Unreadable(Exception):  # noqa: N818 (reads as what happened)
    """The value was changed, was moved from elsewhere, or is under a key that is not there."""


@dataclass(frozen=True)
class Key:
    secret: bytes = field(repr=False)  # 32 bytes

    @cached_property
    def id(self) -> str:
        """Eight letters that tell keys apart and tell nothing of the secret."""
        return hashlib.sha256(b"ascentpain.key_id" + self.secret).hexdigest()[:8]

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self._derived(b"ascentpain.seal"))

    @cached_property
    def index_secret(self) -> bytes:
        return self._derived(b"ascentpain.blind_index")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(self.secret)


def key_ring() -> Sequence[Key]:
    """All that can read, the one that writes first."""
    return _keys(tuple(settings.DATA_KEYS))


@lru_cache(maxsize=8)
def _keys(secrets: tuple[bytes, ...]) -> Sequence[Key]:
    return tuple(map(Key, secrets))


def current_key() -> Key:
    return key_ring()[0]


def seal(text: str, context: str) -> str:
    """The text for the database, to be read in this context only, under the current key."""
    key, nonce = current_key(), os.urandom(NONCE_BYTES)
    sealed = nonce + key.cipher.encrypt(nonce, text.encode(), context.encode())
    return f"{key.id}.{base64.urlsafe_b64encode(sealed).decode()}"


def unseal(token: str, context: str) -> str:
    """The text that was sealed for this context. Raises Unreadable for anything else."""
    key_id, _, encoded = token.partition(".")
    try:
        key = next(key for key in key_ring() if key.id == key_id)
        sealed = base64.b64decode(encoded, altchars=b"-_", validate=True)
        text = key.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        return text.decode()
    except (StopIteration, binascii.Error, ValueError, InvalidTag) as error:
        raise Unreadable from error


def key_id_of(token: str) -> str:
    return token.partition(".")[0]


def blind_index(kind: str, term: str, key: Key | None = None) -> str:
    """A keyed hash by which equal terms of one kind are found, and from which nothing is learned without
    the key.
    """
    key = key or current_key()
    digest = hmac.digest(key.index_secret, f"{kind}\0{term}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:INDEX_BYTES]).decode().rstrip("=")


def blind_indexes(kind: str, term: str) -> list[str]:
    """The same under every key: rows that are not yet under the current one are found, too."""
    return [blind_index(kind, term, key) for key in key_ring()]
