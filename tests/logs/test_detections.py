"""Each detection finds its lines and no clean ones; a column finds what its texts give."""

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logs.securityevents.detection import Sort
from logs.securityevents.scan import DETECTIONS, scan
from tests.bench.templates import sample
from tests.logs.labelled import lines

FOUND = [(d.uid, text) for d in DETECTIONS for text in d.found]
CLEAN = [text for d in DETECTIONS for text in d.clean]

LINES = st.sampled_from([text for _, text in FOUND] + CLEAN)


def uids(text: str) -> set[str]:
    return {hit.detection.uid for hit in scan([text])}


@pytest.mark.parametrize(("uid", "text"), FOUND)
def test_a_detection_finds_its_lines(uid: str, text: str) -> None:
    assert uid in uids(text)


@pytest.mark.parametrize("text", CLEAN)
def test_no_detection_finds_a_clean_line(text: str) -> None:
    assert uids(text) == set()


def test_every_detection_is_declared_whole() -> None:
    assert len({d.uid for d in DETECTIONS}) == len(DETECTIONS) > 30
    assert all(d.found and 1 <= d.severity <= 5 for d in DETECTIONS)


@pytest.mark.parametrize(
    ("text", "actor", "source"),
    [
        ("Failed password for invalid user guest from 192.0.2.4 port 38926 ssh2", "guest", "192.0.2.4"),
        ("WARN auth - login failed for user 'jane.doe' from 192.0.2.9", "jane.doe", "192.0.2.9"),
        ("Failed login attempt for user admin from 192.0.2.77", "admin", "192.0.2.77"),
        ("Access denied for user 'app'@'192.0.2.30' (using password: YES)", "app", "192.0.2.30"),
        ("Authentication failure for user=bob ip=192.0.2.9", "bob", "192.0.2.9"),
        ("user bob logged in from 192.0.2.1", "bob", "192.0.2.1"),
        ("sudo:   ann : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/id", "ann", None),
        ("granted role 'ROLE_ADMIN' to user mallory", "mallory", None),
    ],
)
def test_who_and_from_where(text: str, actor: str, source: str | None) -> None:
    assert (actor, source) in {(hit.actor, hit.source) for hit in scan([text])}


@pytest.mark.parametrize("encode", [quote, quote_plus, lambda t: quote(quote(t))])
@pytest.mark.parametrize("uid", ["sql_tautology", "script", "path", "command"])
def test_what_is_url_encoded_is_found(uid: str, encode: object) -> None:
    values = {
        "sql_tautology": "1' OR '1'='1",
        "script": "<script>alert(1)</script>",
        "path": "../../../../etc/passwd",
        "command": "x;cat /tmp/y",
    }
    assert callable(encode)
    assert uid in uids(f"GET /items?id={encode(values[uid])} HTTP/1.1")


def test_what_is_encoded_and_harmless_is_clean() -> None:
    assert scan(["GET /a%20b%2Fc?d=%22e%22", "100%25 done", "%"]) == []


def test_one_attempt_is_counted_once() -> None:
    told_twice = (
        "sshd[3]: pam_unix(sshd:auth): authentication failure; logname= uid=0 tty=ssh ruser= rhost=192.0.2.4"
    )
    assert uids(told_twice) == set()


@given(st.lists(LINES | LINES.map(quote) | st.text(max_size=20), max_size=40))
def test_a_column_gives_what_its_texts_give(texts: list[str]) -> None:
    together = [(hit.text, hit.detection.uid, hit.actor, hit.source) for hit in scan(texts)]
    alone = [
        (place, hit.detection.uid, hit.actor, hit.source)
        for place, text in enumerate(texts)
        for hit in scan([text])
    ]
    assert together == alone


def test_real_and_usual_lines_are_clean() -> None:
    texts, _ = sample()
    assert scan(texts) == []
    usual = [line.text for line in lines(5000)]
    hits = [hit for hit in scan(usual) if hit.detection.sort is not Sort.LOGIN_PASSED]
    assert hits == []


def test_huge_lines_are_bounded() -> None:
    assert scan(["a' or " * 2_000_000 + "${jndi:ldap://x}"]) == []
    assert uids("x" * 100 + "\n" * 5000 + "${jndi:ldap://x}") == {"lookup"}
