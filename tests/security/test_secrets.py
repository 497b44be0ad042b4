"""Secrets: enough kinds, whose masks keep the contract; and the ways in which text hides where one begins."""

import re

import pytest

from security.detectors.basic import BASIC
from security.detectors.kind import Category, Kind
from security.detectors.scan import Scanner
from security.detectors.secrets import SECRETS
from security.detectors.secrets_forms import ALNUM, HEX, made

LEAST_KINDS = 150
MASKS = {"[API_KEY]", "[JWT]", "[PASSWORD]", "[DATABASE_URL]", "[PRIVATE_KEY]"}
SCANNER = Scanner((*BASIC, *SECRETS))
GITHUB = "ghp_" + made(36)


def shown(text: str) -> str:
    """``text`` with its secrets masked."""
    for one in reversed(SCANNER.scan(text)):
        if one.kind.category is Category.SECRET:
            text = text[: one.start] + one.kind.mask(text[one.start : one.end]) + text[one.end :]
    return text


def test_there_are_more_kinds_than_were_asked_for() -> None:
    assert len({kind.name for kind in SECRETS}) >= LEAST_KINDS


@pytest.mark.parametrize("kind", SECRETS, ids=lambda kind: f"{kind.name}-{kind.title[:30]}")
def test_a_declaration_is_complete(kind: Kind) -> None:
    assert kind.category is Category.SECRET
    assert kind.mask("x") in MASKS
    assert len(kind.matches) >= 2
    assert kind.misses and kind.hints and kind.title
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.name)
    assert 0 < kind.confidence < 1


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "({})",
        "a\\n{}\\nb",
        '{{\\"k\\":\\"{}\\"}}',
        "k%3D{}%26x",
        "\x1b[31m{}\x1b[0m",
        "key\\u003d{}",
        "令牌{}。",
        "https://{}@git.example/x",
        "x={},y",
        "say '{}'.",
    ],
)
def test_a_token_is_found_where_the_text_was_escaped(around: str) -> None:
    hidden = shown(around.format(GITHUB))
    assert GITHUB not in hidden
    assert "[API_KEY]" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "x" * 36,
        "ghp_YOUR_TOKEN_HERE_PLACEHOLDER_123456789",
        "commit " + made(40, HEX),
        "sha256:" + made(64, HEX),
        "etag: W/" + made(32, HEX),
        "trace_id=" + made(32, HEX),
        "image data:image/png;base64," + made(400),
        "token=3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "unexpected token " + made(24) + " in JSON",
        "session closed: sessionid:0x14ede63a5a70002",
        "redis://127.0.0.1:6379 is up",
        "task_scheduler-1 test_secret_rotation_is_done_every_night",
        "authorization: none",
        "Basic authentication is off",
        "key=customer_id partition_key=order-service-2024",
    ],
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    if text.startswith("ghp_"):
        assert Scanner(SECRETS).scan(text) == []
    else:
        assert shown(text) == text


def test_a_private_key_is_hidden_whole_or_cut() -> None:
    lines = [made(64, ALNUM, str(number)) for number in range(5)]
    begin, end = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    headers = ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00FF", ""]
    for joint in ("\n", "\r\n", "\\n", "\\\\n", '\\n" +\n"'):
        whole = joint.join([begin, *headers, *lines, end])
        assert shown(f"a {whole} b") == "a [PRIVATE_KEY] b"
        cut = joint.join([begin, *lines[:3]])
        assert not any(line in shown(cut) for line in lines)


def test_two_keys_are_two_and_what_is_between_them_stays() -> None:
    block = f"-----BEGIN PRIVATE KEY-----\n{made(64)}\n-----END PRIVATE KEY-----"
    assert shown(f"{block} and {block}") == "[PRIVATE_KEY] and [PRIVATE_KEY]"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("https://jo:k3ttle@h.example/x", "https://jo:[PASSWORD]@h.example/x"),
        ("smtp://jo:k3ttle@mail:25/", "smtp://jo:[PASSWORD]@mail:25/"),
        ("(mysql://jo:k3ttle@db/x).", "([DATABASE_URL])."),
        (f"GET /a?b=1&sig={made(43)}%3D&c=2", "GET /a?b=1&sig=[API_KEY]&c=2"),
        ("Authorization: Basic am86YmxhdQ==", "Authorization: Basic [PASSWORD]"),
        (f"authorization: Bearer {made(40)}", "authorization: Bearer [API_KEY]"),
        (f"AccountName=jo;AccountKey={made(86)}==;X=y", "AccountName=jo;AccountKey=[API_KEY];X=y"),
        (f"bo:$2b$12${made(53)}:x", "bo:[PASSWORD]:x"),
    ],
)
def test_what_is_around_a_secret_stays(text: str, hidden: str) -> None:
    assert shown(text) == hidden
