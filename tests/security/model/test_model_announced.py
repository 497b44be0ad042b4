"""Secrets that no pattern knows are found by what announces them; what only looks like them is left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.model.announced import Announced, cues, described
from security.model.kinds import ANNOUNCED_PASSWORD, ANNOUNCED_TOKEN
from security.model.said import class_of
from security.model.store import load
from security.model.tier import Mode, ModelTier, Thresholds
from security.model.values import values
from security.redactor import Redactor


@pytest.fixture(scope="module")
def announced() -> Announced:
    return Announced(load().announced, Thresholds().announced)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("the manager told me that her new pw is now Kestrel77!, please reset", "Kestrel77!"),
        ("Benutzer meldet: sein Kennwort ist Regenbogen.19", "Regenbogen.19"),
        ("usuario mlopez, la contraseña nueva es Girasol2021", "Girasol2021"),
        ("auth for jane failed, she typed Kestrel77x as password", "Kestrel77x"),
        ("le mot de passe de mlopez a été changé en Kestrel_77x", "Kestrel_77x"),
        ("hmac key (hex) 9f86d081884c7d659a2feaa0c55ad015", "9f86d081884c7d659a2feaa0c55ad015"),
        ("new api key for partner 4711 -> Zt4kQ9xW2mVb7LpR", "Zt4kQ9xW2mVb7LpR"),
    ],
)  # fmt: skip
def test_what_is_announced_is_found(announced: Announced, text: str, secret: str) -> None:
    found = announced.find([text])[0]
    assert [text[one.start : one.end] for one in found] == [secret]
    assert found[0].kind in {ANNOUNCED_PASSWORD, ANNOUNCED_TOKEN}


@pytest.mark.parametrize(
    "text",
    [
        "Failed password for invalid user admin from 10.0.0.1 port 22 ssh2",
        "password must contain at least 8 characters and one digit",
        "token 4c2a8f0e expired at 2024-05-01T10:00:00Z, requesting another one",
        "password=[PASSWORD] user=jane",
        "api_key=[API_KEY] password=***",
        "loaded key file /etc/ssl/private/server.key",
        "secretName: db-credentials",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b fixes the login page",
        "partition key=user_id, sort key=created_at",
        "zip_code=04109 country code: 49110 status_code=50310",
        "no word of any of it here: kestrel-77 and 9f86d081884c7d659a2feaa0c55ad015",
    ],
)
def test_what_only_speaks_of_secrets_is_left_alone(announced: Announced, text: str) -> None:
    assert announced.find([text]) == [[]]


def test_one_text_gives_what_it_gives_among_others(announced: Announced) -> None:
    texts = [
        "pw is now Kestrel77!",
        "nothing",
        "the pin of the door: 4711, the code 998877",
        "pass Girasol2021",
    ] * 30
    assert announced.find(texts) == [announced.find([text])[0] for text in texts]


def test_a_line_with_a_find_is_among_the_rows_that_are_worth_a_look(announced: Announced) -> None:
    lines = ["clean\n", "her pw is now Kestrel77!\n", "wachtwoord is nu Zonnebloem7!\n", "clean again\n"]
    data = [line.encode() for line in lines]
    rows = set(announced.rows(b"".join(data), list(itertools.accumulate(map(len, data)))))
    assert rows == {1, 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("recovery phrase: größe kanne über tisch", "größe kanne über tisch"),
        ("passphrase is 山 görevlisi intenzivně deltage", "山 görevlisi intenzivně deltage"),
        ("door code 0833#, then ring", "0833"),
        ("GET https://api.example.com/bot6907:wnbam-9MEimBLbKVCcGUz/getMe 404", "wnbam-9MEimBLbKVCcGUz"),
        ("GET /share/2St4eduNm4_duVMT1E/download", "2St4eduNm4_duVMT1E"),
        ("trojan://pa55w0rd@vpn.example.com:443", "pa55w0rd"),
        ("dial tcp app:Kes.trel77@10.0.0.1:5432 refused", "Kes.trel77"),
    ],
)
def test_a_value_is_told_from_what_it_stands_in(text: str, value: str) -> None:
    assert value in [text[start:end] for start, end in values(text, 0, len(text))]


@given(st.text(alphabet="aZ9 :=/&?\"'[]{}(),;|<>-пж密\n", max_size=120))
def test_values_stand_in_the_text_and_none_is_a_mask_or_a_blank(text: str) -> None:
    for start, end in values(text, 0, len(text)):
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip()


@given(
    st.lists(
        st.sampled_from(["password", " ", "is", "Zx9!kq", "=", "\n", "é", "密码", "'", "key: "]), max_size=60
    )
)
def test_values_are_described_alike_whatever_else_is_far_away(parts: list[str]) -> None:
    text = "".join(parts)
    matcher = cues()
    for start, end, slots in described(text, matcher):
        assert 0 <= start < end <= len(text)
        assert slots
        assert min(slots) >= 0


@pytest.mark.parametrize("unit", ["password=hunter2 ", "pass=", "key: [{(<", "密码是Abc123，", '"token" '])
def test_of_a_long_text_so_many_values_are_described_and_none_is_long(unit: str) -> None:
    found = list(described(unit * (200_000 // len(unit)), cues()))
    assert len(found) <= 5_000
    assert all(end - start <= 400 for start, end, _ in found)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("userpasswords", "P"),
        ("пароля", "P"),
        ("tokens", "T"),
        ("code", "C"),
        ("codec", ""),
        ("is", "V"),
        ("isle", ""),
    ],
)
def test_words_are_of_classes(word: str, name: str) -> None:
    assert class_of(word) == name


def test_what_is_masked_stays_as_it_is() -> None:
    redactor = Redactor(model=ModelTier.load(mode=Mode.UNSURE))
    text = "the manager told me that her new pw is now Kestrel77!, please reset"
    once = redactor.redact(text).text
    assert once is not None
    assert "Kestrel77" not in once
    assert redactor.redact(once).text == once
