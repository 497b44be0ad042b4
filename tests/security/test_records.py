"""A value that a layout keeps away from its name is told by that name all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.detectors import Finding
from security.records import records, shown
from security.redactor import Redactor

_LAYOUTS = {
    "id,phone\n1,5551234\n2,5551235\n": [
        ("id", "1"),
        ("phone", "5551234"),
        ("id", "2"),
        ("phone", "5551235"),
    ],
    'x stmt: id;name\n7;"Jo; K"\n': [("id", "7"), ("name", "Jo; K")],
    "+----+------+\n| id | pw   |\n+----+------+\n| 1  | blue |\n": [
        ("id", "1"),
        ("pw", "blue"),
    ],
    "| id | 4 | Phone no | 5551234 |": [("id", "4"), ("Phone no", "5551234")],
    "07:43 DEBUG - | id | 4 | pin | 55 |": [("id", "4"), ("pin", "55")],
    "INSERT INTO t (`a`, b) VALUES ('it''s, 1', 2), (N'x', NULL)": [
        ("a", "it''s, 1"),
        ("b", "2"),
        ("a", "x"),
        ("b", "NULL"),
    ],
    "<ns:phone kind='x'>555</ns:phone>": [("phone", "555")],
    "<property name='db.pw' value='blue'/>": [("db.pw", "blue")],
    "[('db_pw', 'blue')]": [("db_pw", "blue")],
    "Array\n(\n    [run] => 12-9\n)": [("run", "12-9")],
    "error on field 'a.pw': rejected value [b c]; x": [("a.pw", "b c")],
    '"HSET" "user:7" "pw" "blue" "id" "4"': [("pw", "blue"), ("id", "4")],
    "2024-01-02 an ordinary line\n\tat com.acme.Order.save(Order.java:12)\n": [],
    "sshd: check pass; user unknown\nsshd: authentication failure; logname= uid=0\n": [],
    "one, two and three\nfour, five and six, seven\n": [],
}


@pytest.mark.parametrize(("text", "expected"), _LAYOUTS.items())
def test_values_are_told_with_their_names(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(one.name, text[one.start : one.end]) for one in records(text)]
    assert [pair for pair in found if pair[1] != "("] == expected


@given(st.text(alphabet="ab1,;|\t\n\"'()[]=> <>/v", max_size=200))
def test_values_are_in_order_and_where_the_view_says(text: str) -> None:
    values = records(text)
    view, starts, ends = shown(text, values)
    assert all(a.end <= b.start for a, b in zip(values, values[1:], strict=False))
    assert len(view) == len(starts) == len(ends)
    assert all(text[a:b] == char for char, a, b in zip(view, starts, ends, strict=True) if a < b)
    assert records(view) == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "INSERT INTO t (id, password) VALUES (7, 'blue kettle')",
            "INSERT INTO t (id, password) VALUES (7, '[PASSWORD]')",
        ),
        ("id,password\n7,kettle9\n", "id,password\n7,[PASSWORD]\n"),
        ('{"log":"id\\tpassword\\n7\\tkettle9\\n"}', '{"log":"id\\tpassword\\n7\\t[PASSWORD]\\n"}'),
        ('[{"name":"phone","value":"5551234"}]', '[{"name":"phone","value":"***-***-****"}]'),
    ],
)
def test_they_are_masked_where_they_stand(text: str, masked: str) -> None:
    redactor = Redactor()
    assert redactor.redact(text).text == masked
    assert redactor.redact(masked).text == masked
    assert all(isinstance(one.finding, Finding) for one in redactor.redact(text).found)
