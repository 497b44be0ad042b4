"""Keys of pseudonyms: hashes that joins still work with, and tokens that who holds the key can open.

One secret of at least 32 bytes gives both keys (HKDF-SHA256, RFC 5869). A hash is HMAC-SHA256 (RFC 2104)
of kind and value, cut to 16 bytes. A token is AES-SIV (RFC 5297) of the value, bound to its kind: equal
values give equal tokens, and nothing else of a value shows but its length.
"""

import base64
import binascii
import hmac
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_LEAST_BYTES: Final = 32
_HASH_BYTES: Final = 16
_SIV_BYTES: Final = 64  # AES-256-SIV
#: What a token looks like.
TOKEN: Final = re.compile(r"<([a-z0-9_]+)~([A-Za-z0-9_-]+)>")


class KeyFileError(ValueError):
    """A key that cannot be used; the message names the file, and nothing of what it holds."""


class Keys:
    """Makes pseudonyms under one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _LEAST_BYTES:
            raise KeyFileError(f"a key of {len(secret)} bytes; the least is {_LEAST_BYTES}")
        self._hash_key = _derived(secret, b"traceo hash", _LEAST_BYTES)
        self._siv = AESSIV(_derived(secret, b"traceo token", _SIV_BYTES))

    @classmethod
    def from_file(cls, path: str) -> "Keys":
        """The keys of the secret that the file holds in base64."""
        try:
            return cls(base64.b64decode(Path(path).read_bytes(), validate=False))
        except OSError as error:
            raise KeyFileError(f"{path}: {error.strerror}") from error
        except (binascii.Error, KeyFileError) as error:
            reason = error if isinstance(error, KeyFileError) else "no base64"
            raise KeyFileError(f"{path}: {reason}; make one with: openssl rand -base64 32") from None

    def hash(self, kind: str, value: str) -> str:
        """``<kind:…>``: the same for the same value, under this key alone."""
        digest = hmac.digest(self._hash_key, f"{kind}\0{value}".encode("utf-8", "replace"), sha256)
        return f"<{kind}:{digest[:_HASH_BYTES].hex()}>"

    def token(self, kind: str, value: str) -> str:
        """``<kind~…>``, which :meth:`open` opens."""
        sealed = self._siv.encrypt(value.encode("utf-8", "replace"), [kind.encode()])
        return f"<{kind}~{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}>"

    def open(self, token: str) -> str:
        """The value of a token. Raises :class:`KeyFileError` if it is none of this key."""
        match = TOKEN.fullmatch(token)
        if match is None:
            raise KeyFileError("no token: it looks like <kind~…>")
        kind, body = match.groups()
        try:
            data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
            return self._siv.decrypt(data, [kind.encode()]).decode()
        except (InvalidTag, ValueError):
            raise KeyFileError(f"the key does not open this token of kind {kind}") from None

    def open_all(self, text: str) -> str:
        """``text`` with every token of this key opened; others stay."""

        def opened(match: "re.Match[str]") -> str:
            try:
                return self.open(match.group())
            except KeyFileError:
                return match.group()

        return TOKEN.sub(opened, text)


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(secret)
