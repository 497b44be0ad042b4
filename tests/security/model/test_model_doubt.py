"""What is certainly no secret is none, however sure the network is; what mostly is none must be likelier."""

import pytest

from security.model.doubt import least_of


def _least(marked: str) -> float:
    start, end = marked.index("‹"), marked.index("›") - 1
    return least_of(marked.replace("‹", "").replace("›", ""), start, end)


@pytest.mark.parametrize(
    "text",
    [
        'public static final String PASSWORD_FIELD = "‹password_7533›";',
        "Invalid user ‹123456› from 10.0.0.7 port 22",
        "AlarmManager: sending alarm Alarm{‹2741459› type 3 when 509267844}",
        "card layout rendered in 480.0ms with ‹4305› widgets",
        "zip code: ‹04109›",
        "cache miss sessions:v2:‹9f86d081884c7d65›",
        'payload {"user":‹{"pin":"4711"}›}',
        "| INFO | billing-api | ‹9f86d081884c7d659a2feaa0c55ad015› | started",
        "session-store | ‹9f86d081884c7d659a2feaa0c55ad015› | MAC verification",
        "token: ‹处理完成：rgb(49022›, 128, 64)",
        "secret ‹notification-worker-db› mounted at /var/run",
        "registry key {‹5d1f0c7e-1b2a-4c3d-8e9f-0a1b2c3d4e5f›} loaded for the key",
        "sha256:‹9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08›",
        '{"auth_token_type":"x","dns-opcode": "‹Opcode1›"}',
        '{"key":"‹NightlyBuildTag7›","value":"x"}',
        '"AggregationKey":"‹vX9nJr8ywvsD9VKC7Ao6BMUTJI=›"',
        '"UserKey":"‹5d1f0c7e-1b2a-4c3d-8e9f-0a1b2c3d4e5f›"',
        '"TargetUserSid":"‹S-1-5-21-77-test›" token',
        '"session_sid":"‹00000000-0000-0000-0000-000000000000›"',
        "GET /search?key=1&ved=‹0CDkQFjAD› HTTP/1.1",
        "org: ‹ContosoOrg7›",
        "[verify][receivedCode: ‹1234›]",
        "Failed password for invalid user ‹llin2o!› from 10.0.0.7",
        "token </ds:‹X509Cert7›>",
        "secret make('‹Acme\\Cors\\Handler›')",
        "certificate\n‹CQYDVQQGEwJVUzETMBEGA1UECBMKQ2FsaWZvcm5pYTEUMBIG›\nBgNVBAoT",
    ],
)
def test_what_is_certainly_harmless_is_never_a_secret(text: str) -> None:
    assert _least(text) > 1


@pytest.mark.parametrize(
    ("text", "likelier"),
    [
        ("pin ‹4711› works at the door", True),
        ("session token ‹9f86d081884c7d659a2feaa0c55ad015› issued", True),
        ("passphrase: ‹purple monkey dishwasher›", True),
        ("secret ‹notification-worker-db› it is", True),
        ("session=‹req-5d1f0c7e-1b2a-4c3d-8e9f-0a1b2c3d4e5f›", True),
        ("key ‹blk_-7105305952901940477›", True),
        ('"password_policy": "‹Strong#2024›"', True),
        ("rejected ‹ptgUzEjfebzJ6sZWdoHIxrXl0gqn87b1PZqZrmktsO3U9224› for commit 17", True),
        ("relais ouvert avec ‹471188›, merci", True),
        ("PSMStart\t‹RequestId=›\tReason=", True),
        ("wifi ‹Refolded2005=› on the board", False),
        ("SharedAccessKey=‹4H9H21mYQKdiubHCnhb6oXFN+zg=›", False),
        ('"SubjectUserName": "‹host01$›"', True),
        ("auth device=‹Lt9#kdfj2› ok", True),
        ("login ok\t‹F0yeUn1hZB9Y7yejMj›\t-", True),
        ("the password is ‹kP9xv7qLm2›", False),
        ("new pw: ‹Summer2024!›, changed by jane", False),
        ('{"auth": "‹Summer2024!›"}', False),
        ("device: ‹Summer2024!› is the password", False),
        ('{"old_value": "‹Summer2024!›"}', False),
    ],
)
def test_numbers_phrases_digests_and_names_must_be_likelier_than_others(text: str, likelier: bool) -> None:
    assert (0.85 < _least(text) <= 1) is likelier
    assert (_least(text) == 0) is not likelier


def test_of_a_name_more_is_asked_than_of_a_digest_and_of_that_more_than_of_a_number() -> None:
    name, digest, number = map(
        _least,
        (
            "secret ‹db-credentials›",
            "token ‹9f86d081884c7d659a2feaa0c55ad015›",
            "pin ‹4711›",
        ),
    )
    assert name > digest > number


@pytest.mark.parametrize(
    "value",
    [
        "a_Ba" + "A1" * 190 + "!",
        "a" * 399 + "!",
        "a-" * 199 + "!",
        "A" * 399 + "!",
        "(" * 199 + "处" * 199,
        "aB" * 999 + "!",
    ],
)
def test_no_value_takes_long_to_doubt(value: str) -> None:
    for before in ("password ", "key: ", "password_type=", "x "):
        text = before + value
        assert least_of(text, len(before), len(text)) >= 0
