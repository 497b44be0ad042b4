"""Masking: what must be masked is, what must not is left alone."""

import json
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from columns.redact import redact_batch
from schemas.batches import TABLE_CHANGES, Origin
from security.detectors import KINDS, redact_name, redact_text
from security.redaction import redact_json
from security.redactor import Redactor
from tests.captures import sample_lines

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
GITHUB = "ghp_" + "a1B2" * 9
MASKED = [
    ("email", "jane.doe@example.com", "j***@example.com"),
    ("credit_card", "4111 1111 1111 1111", "****-****-****-1111"),
    ("credit_card", "5555-5555-5555-4444", "****-****-****-4444"),
    ("credit_card", "378282246310005", "****-****-****-0005"),
    ("ssn", "123-45-6789", "***-**-****"),
    ("phone", "(415) 555-2671", "***-***-****"),
    ("phone", "1-800-555-0199", "***-***-****"),
    ("phone", "+4915112345678", "***-***-****"),
    ("email", "m\u00fcller@b\u00fccher.example", "m***@b\u00fccher.example"),
    ("api_key", "github_pat_" + "a1B2_" * 8, "[API_KEY]"),
    ("phone", "+1 415 555 2671", "***-***-****"),
    ("phone", "+44 20 7946 0958", "***-***-****"),
    ("api_key", "AKIAIOSFODNN7EXAMPLE", "[API_KEY]"),
    ("api_key", GITHUB, "[API_KEY]"),
    ("jwt", JWT, "[JWT]"),
    ("database_url", "postgresql://u:p@db:5432/x", "[DATABASE_URL]"),
]


def redacted(text: str) -> tuple[str, Counter[str]]:
    found: Counter[str] = Counter()
    return redact_text(text, found), found


@pytest.mark.parametrize(("kind", "secret", "mask"), MASKED)
def test_each_kind_is_masked_as_specified(kind: str, secret: str, mask: str) -> None:
    assert redacted(f"user {secret} failed") == (f"user {mask} failed", Counter([kind]))


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("password=hunter2 x", "password=[PASSWORD] x"),
        ("Passwd: 's3cret'", "Passwd: '[PASSWORD]'"),
        ('password="correct horse battery"', 'password="[PASSWORD]"'),
        ("password='a,b'", "password='[PASSWORD]'"),
        ("password=[hunter2]", "password=[PASSWORD]"),
        ("api_key=0123456789abcdef", "api_key=[API_KEY]"),
        ('x-api-key: "0123456789abcdef"', 'x-api-key: "[API_KEY]"'),
    ],
)
def test_the_name_of_a_secret_stays(text: str, mask: str) -> None:
    assert redacted(text)[0] == mask


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # fails Luhn
        "9999999999999995",  # no issuer
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "ts-food-service-5f55b6cf68-77cfw",
        "2023-01-29T08:41:09.074694Z",
        "33.33.33.82",
        "01a20b9e-c5d1-7265-995f-294367834f75",
        "253510.96666666667",
        "user@localhost",
        "4111 1111 1111 1112 0",
        "the password was wrong",
        "pwd:/home/jane",
        "git@github.com:org/repo",
        "+1.23456789",
        "sk-learn-something-long-name-here",
    ],
)
def test_what_is_harmless_is_left_alone(text: str) -> None:
    assert redacted(text) == (text, Counter())


PLANTED = st.sampled_from(
    [secret for _, secret, _ in MASKED] + ["password=hunter2", "api_key=0123456789abcdef"]
)
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="\\"), max_size=20)


@settings(max_examples=200)
@given(PLAIN, PLANTED, PLAIN)
def test_masking_twice_is_masking_once(before: str, secret: str, after: str) -> None:
    once, _ = redacted(f"{before} {secret} {after}")
    assert redacted(once)[0] == once
    assert secret not in once


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | PLAIN | PLANTED,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN | PLANTED, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(DOCUMENTS)
def test_json_stays_json_and_holds_no_secret(document: Any) -> None:
    text = json.dumps(document)
    clean = redact_json(text, Counter())
    json.loads(clean)
    assert redact_json(clean, Counter()) == clean
    assert not any(secret in json.dumps(json.loads(clean), ensure_ascii=False) for _, secret, _ in MASKED)


@pytest.mark.parametrize(
    ("document", "clean"),
    [
        ('{"user":"jane\\u0040example.com"}', {"user": "j***@example.com"}),
        ('{"jane@example.com":1}', {"j***@example.com": 1}),
        ('{"password":"a b\\"c"}', {"password": "[PASSWORD]"}),
        ('{"password": 12345}', {"password": "[PASSWORD]"}),
        ('{"password": null}', {"password": None}),
        ('{"dsn":"postgres:\\/\\/u:p@h\\/db"}', {"dsn": "[DATABASE_URL]"}),
        (
            json.dumps({"tags": json.dumps({"password": "hunter2", "cfg": json.dumps({"pwd": "x y"})})}),
            {"tags": json.dumps({"password": "[PASSWORD]", "cfg": '{"pwd": "[PASSWORD]"}'})},
        ),
        ('{"bob@x.com":1,"bill@x.com":2}', {"b***@x.com": 1, "b***@x.com (2)": 2}),
        (
            '{"n":123456789012345678901234567890,"password":"x"}',
            {"n": 123456789012345678901234567890, "password": "[PASSWORD]"},
        ),
        ('{"a":[{"card":4111111111111111}]}', {"a": [{"card": "****-****-****-1111"}]}),
        ('{"api_key": {"nested": "0123456789"}}', {"api_key": {"nested": "[API_KEY]"}}),
    ],
)
def test_documents_are_walked(document: str, clean: dict[str, Any]) -> None:
    assert json.loads(redact_json(document, Counter())) == clean


def test_a_secret_is_found_however_deep(depth: int = 5000) -> None:
    clean = redact_json('{"a":' * depth + '"jane@example.com"' + "}" * depth, Counter())
    assert "jane" not in clean


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("forgot-password:cpu", "forgot-password:cpu"),
        ("access-token:latency_ms", "access-token:latency_ms"),
        ("alice@x.com:cpu", "a***@x.com:cpu"),
        ("password=hunter2", "password=[PASSWORD]"),
        ("postgres://u:p@h/db", "[DATABASE_URL]"),
        (f"{GITHUB}:cpu", "[API_KEY]:cpu"),
    ],
)
def test_in_a_name_a_colon_assigns_nothing(name: str, clean: str) -> None:
    assert redact_name(name, Counter()) == clean


def test_text_that_is_no_json_is_free_text() -> None:
    assert redact_json("{jane@example.com", Counter()) == "{j***@example.com"


def test_counts_are_of_rows_however_they_are_cut() -> None:
    schema = Origin("t", 0, "db").stamp(TABLE_CHANGES)
    texts = ['{"mail":"jane@example.com"}', '{"n":1}', '{"mail":"jane@example.com"}', None]
    rows = [
        {f.name: 0 for f in schema} | {"key": b'{"mail":"a@b.com"}', "row": t, "before": None} for t in texts
    ]
    whole = redact_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    parts = [redact_batch(pa.RecordBatch.from_pylist([row], schema=schema)) for row in rows]
    assert whole.found == Counter(email=6) == sum((part.found for part in parts), Counter())
    assert whole.batch.to_pylist() == [row for part in parts for row in part.batch.to_pylist()]
    assert whole.batch.column("row").to_pylist()[0] == '{"mail":"j***@example.com"}'


def test_a_text_of_many_batches_is_remembered_by_what_is_done_with_it() -> None:
    texts = pa.array(['{"mail":"jane@example.com"}']).dictionary_encode()
    batch = pa.RecordBatch.from_pydict({"resource": texts})
    clean = [redact_batch(batch).batch.column("resource").to_pylist() for _ in range(2)]
    assert clean == [['{"mail":"j***@example.com"}']] * 2
    assert redact_batch(batch, Redactor(kinds=())).batch.equals(batch)


@pytest.mark.slow
def test_the_sample_holds_nothing_to_mask() -> None:
    import base64

    for _, line in zip(range(3000), sample_lines(), strict=False):
        value = base64.b64decode(json.loads(line)["value"] or "").decode(errors="replace")
        assert redact_json(value, Counter()) == value


def test_a_long_text_does_not_outgrow_the_automaton() -> None:
    noise = "".join(f"{i * 7919 % 99991} {i:x}-" for i in range(200_000))
    assert redacted(noise + " jane@example.com")[1]["email"] == 1


def test_there_are_eight_kinds() -> None:
    expected = {"email", "credit_card", "ssn", "phone", "api_key", "jwt", "password", "database_url"}
    assert set(KINDS) == expected
