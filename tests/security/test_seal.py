"""Sealing: opens with the key and the name it was sealed under, and in no other way."""

import base64
import os
from pathlib import Path

import pytest

from security.seal import Seal, SealError


def test_round_trip_needs_key_and_name() -> None:
    seal = Seal(os.urandom(32))
    sealed = seal.close(b"\x00payload", "t/0/1")
    assert sealed is not None
    assert b"payload" not in base64.b64decode(sealed)
    assert seal.open(sealed, "t/0/1") == b"\x00payload"
    for other, name in ((Seal(os.urandom(32)), "t/0/1"), (seal, "t/0/2")):
        with pytest.raises(SealError, match="does not open"):
            other.open(sealed, name)


def test_without_a_key_nothing_is_kept() -> None:
    assert Seal.from_file(None).close(b"x", "n") is None
    with pytest.raises(SealError, match="need the key"):
        Seal.from_file(None).open("", "n")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(base64.b64encode(b"short"), "holds 5 bytes"), (b"a", "no base64"), (None, "No such")],
)
def test_a_bad_key_file_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SealError, match=f"seal_key_file: .*key: {problem}"):
        Seal.from_file(str(path))


def test_a_good_key_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(base64.b64encode(os.urandom(32)) + b"\n")
    seal = Seal.from_file(str(path))
    assert seal.open(seal.close(b"x", "n") or "", "n") == b"x"
