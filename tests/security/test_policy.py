"""A policy file: what it says is done, and what is wrong with it is said in a line."""

import base64
import os
from pathlib import Path

import pytest

from security.keys import KeyFileError, Keys
from security.policy import Action, Model, Policy, PolicyError
from security.redactor import Redactor

POLICY = """
default = "mask"
model = "off"

[[allow]]
value = "support@example.com"

[[block]]
name = "project_code"
pattern = "(?i)PRJ-[0-9]{6}"

[[rule]]
kind = ["email"]
source = "checkout-*"
action = "hash"

[[rule]]
kind = "credit_card"
action = "token"

[[field]]
path = "*.notes"
action = "drop_field"
"""


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    return write(tmp_path / "key", base64.b64encode(bytes(range(32))).decode())


def test_a_policy_does_what_it_says(tmp_path: Path, key_file: str) -> None:
    policy = Policy.load(write(tmp_path / "p.toml", POLICY), key_file)
    assert policy.model is Model.OFF
    redactor = Redactor(policy)
    text = "support@example.com jane@example.com PRJ-123456 4111111111111111"
    hashed = redactor.redact(text, source="checkout-1").text or ""
    assert hashed.startswith("support@example.com <email:")
    assert "[PROJECT_CODE] <credit_card~" in hashed
    assert redactor.redact(text, source="x").text != hashed
    assert redactor.redact(hashed, source="checkout-1").text == hashed
    assert Keys.from_file(key_file).open_all(hashed).endswith("[PROJECT_CODE] 4111111111111111")


def test_the_same_value_has_the_same_hash_under_the_same_key_alone() -> None:
    one, other = Keys(bytes(32)), Keys(b"x" * 32)
    assert one.hash("email", "a@b.com") == Keys(bytes(32)).hash("email", "a@b.com")
    assert one.hash("email", "a@b.com") != other.hash("email", "a@b.com")
    assert one.hash("email", "a@b.com") != one.hash("phone", "a@b.com")


def test_a_token_opens_under_its_key_as_its_kind_alone() -> None:
    keys = Keys(bytes(32))
    token = keys.token("iban", "né 12")
    assert keys.open(token) == "né 12"
    assert keys.token("iban", "né 12") == token
    for bad in (token.replace("iban", "bank"), token[:-3] + "A>", "<iban~!>", "text"):
        with pytest.raises(KeyFileError):
            keys.open(bad)
    with pytest.raises(KeyFileError, match="does not open"):
        Keys(b"y" * 32).open(token)
    assert keys.open_all(f"a {token} b <iban~AAAA> c") == "a né 12 b <iban~AAAA> c"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1", "unknown 'x'"),
        ("default = 'burn'", "default 'burn' is unknown; known: mask, replace"),
        ("rule = 1", r"rule is a list of tables; write \[\[rule\]\]"),
        ("[[rule]]\nkind = 'emial'\naction = 'mask'", "rule 1: kind 'emial' is unknown"),
        ("[[rule]]\naction = 'hash'", "hash and token need a key"),
        ("[[rule]]\naction = 'mask'\ncolour = 'red'", "rule 1: unknown 'colour'"),
        ("[[rule]]\naction = 'mask'\nfield = 3", "field: 3 is no text"),
        ("[[rule]]\naction = 'mask'\nkind = [1]", "kind: name a text or a list"),
        ("[[allow]]\nkind = 'email'", "allow 1: name either value or pattern"),
        ("[[allow]]\npattern = '('", "no RE2"),
        ("[[block]]\nname = 'A b'\npattern = 'x'", "use small letters"),
        ("[[block]]\nname = 'a'\npattern = 'x*'", "matches the empty text"),
        ("[[field]]\naction = 'mask'", "name a path"),
        ("[[field]]\npath = 'a'\naction = 'keep'", "never kept"),
        ("a = ", "no TOML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        Policy.load(write(tmp_path / "p.toml", text))


def test_a_key_that_cannot_be_used_is_said_without_showing_it(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="No such file"):
        Policy.load(str(tmp_path / "none.toml"))
    short = base64.b64encode(os.urandom(16)).decode()
    for content, says in ((short, "16 bytes; the least is 32"), ("*", "no base64|0 bytes")):
        with pytest.raises(KeyFileError, match=says) as caught:
            Keys.from_file(write(tmp_path / "k", content))
        assert short not in str(caught.value)
    with pytest.raises(KeyFileError, match="No such file"):
        Keys.from_file(str(tmp_path / "none"))


def test_without_a_file_everything_is_masked() -> None:
    policy = Policy.load(None)
    assert policy.default is Action.MASK
    assert Redactor(policy).redact("a@b.com").text == "a***@b.com"
