"""bytes → sealed text and back: AES-256-GCM (NIST SP 800-38D) under a key from a file.

For what cannot be redacted because it cannot be parsed. Without a key nothing is kept of the bytes.
"""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealError(ValueError):
    """A key that cannot be used, or sealed text that does not open under it."""


class Seal:
    """Seals bytes for whoever holds the key."""

    def __init__(self, key: bytes | None) -> None:
        self._cipher = None if key is None else AESGCM(key)

    @classmethod
    def from_file(cls, path: str | None) -> "Seal":
        """The seal whose key, 32 bytes in base64, is in the file ``path``; ``None``: the seal without one."""
        if path is None:
            return cls(None)
        try:
            key = base64.b64decode(Path(path).read_bytes(), validate=False)
        except OSError as error:
            raise SealError(f"seal_key_file: {path}: {error.strerror}") from error
        except binascii.Error as error:
            raise SealError(f"seal_key_file: {path}: no base64") from error
        if len(key) != _KEY_BYTES:
            raise SealError(
                f"seal_key_file: {path}: holds {len(key)} bytes, not {_KEY_BYTES};"
                f" make one with: openssl rand -base64 {_KEY_BYTES}"
            )
        return cls(key)

    def close(self, data: bytes, name: str) -> str | None:
        """``data`` sealed under ``name``, which must be given to open it; ``None`` without a key."""
        if self._cipher is None:
            return None
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, data, name.encode())).decode()

    def open(self, sealed: str, name: str) -> bytes:
        """The bytes that :meth:`close` sealed under ``name``."""
        if self._cipher is None:
            raise SealError("seal_key_file: sealed letters need the key they were sealed under")
        data = base64.b64decode(sealed)
        try:
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except InvalidTag as error:
            raise SealError(f"seal_key_file: the key does not open the letter {name}") from error
