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
    "| D.N.I. N° | tel |\n|---|:--|\n| 20123456 | 55 |": [("D.N.I. N°", "20123456"), ("tel", "55")],
    "row: | pin | tel | |---|---| | 5 | 55 |": [("pin", "5"), ("tel", "55")],
    "INSERT INTO t (id, tel) VALUES (7, '55', NOW())": [("id", "7"), ("tel", "55")],
    "DETAIL:  Key (lower(tel::text), gps)=(55, 1.5, 2.5) already exists.": [
        ("tel", "55"),
        ("gps", "1.5, 2.5"),
    ],
    "1062 Duplicate entry 'A-1' for key 'users.uq_passport'": [("passport", "A-1")],
    "bad row: header=[id,hkid] row=[7,M063443(9)]": [("id", "7"), ("hkid", "M063443(9)")],
    "tel LIKE '55' AND mrn <> 'x'": [("tel", "55"), ("mrn", "x")],
    'tel: Some("55")': [("tel", "55")],
    "dob=datetime.date(1985, 7, 9)": [("dob", "1985, 7, 9")],
    'Item {"tel":{"S":"55"}}': [("tel", "55")],
    '["tel"]=> string(2) "55"': [("tel", "55")],
    's:3:"tel";s:2:"55";': [("tel", "55")],
    'row["tel"] = "55"': [("tel", "55")],
    "Cannot parse tel from '55'": [("tel", "55")],
    '"tel" with value "55" fails': [("tel", "55")],
    "'55' is not a valid tel": [("tel", "55")],
    "1 validation error for x\ntel\n  Value error [type=x, input_value='55', input_type=str]": [
        ("tel", "55")
    ],
    "tel: '55' -> '56'": [("tel", "55"), ("tel", "56")],
    "field=tel old=55 new=56": [("tel", "55"), ("tel", "56")],
    '"system":"http://hl7.org/fhir/sid/us-npi","value":"55"': [("us-npi", "55")],
    '"identifier":[{"type":{"coding":[{"code":"MR"}]},"system":"urn:oid:1.2","value":"55"': [
        ("medical record number", "55")
    ],
    '<id root="2.16.840.1.113883.4.1" extension="55"/>': [("ssn", "55")],
    'form-data; name="tel"\r\n\r\n55\r\n': [("tel", "55")],
    "GET /api/by-tel/55/x": [("tel", "55")],
    "nino=SG+83&x=1": [("nino", "SG+83")],
    "PID|1||42^^^M^SS||DOE^J||19380918": [
        ("ssn", "42"),
        ("patient name", "DOE^J"),
        ("date of birth", "19380918"),
    ],
    "NM1*IL*1*DOE*J****MI*W123~DMG*D8*19380918*M~": [("member id", "W123"), ("date of birth", "19380918")],
    "SSR DOCS HK1/P/USA/A07910104/USA/19AUG61/F": [
        ("passport number", "A07910104"),
        ("date of birth", "19AUG61"),
    ],
    "SSR DOCS YY HK1/P/GBR/151446740/GBR/18-FEB-1953/F/12JUN31/BELLO-KANO/HADIZA": [
        ("passport number", "151446740"),
        ("date of birth", "18-FEB-1953"),
        ("patient name", "BELLO-KANO/HADIZA"),
    ],
    "CEF:0|a|b|1|7|n|5|cs1=55 cs1Label=Tel": [("Tel", "55")],
    ":50K:/12345678\nDOE": [("account number", "12345678")],
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
        (
            '{"doc":{"type":"passport","number":"C01XM38M5"},"type":"order","number":"12345678"}',
            '{"doc":{"type":"passport","number":"[PASSPORT_NUMBER]"},"type":"order","number":"12345678"}',
        ),
    ],
)
def test_they_are_masked_where_they_stand(text: str, masked: str) -> None:
    redactor = Redactor()
    assert redactor.redact(text).text == masked
    assert redactor.redact(masked).text == masked
    assert all(isinstance(one.finding, Finding) for one in redactor.redact(text).found)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[36mphone\x1b[0m=\x1b[33m5551234567\x1b[0m",
        "\\x1b[1mphone\\x1b[0m: 5551234567",
        "^[[36mphone^[[0m=5551234567",
        "&lt;phone&gt;5551234567&lt;/phone&gt;",
        "客户MyKad：610204032776已过期",
        "Kunde hat msisdn „5551234567“ geändert",
        "phone：５５５１２３４５６７",
        "nino=SG+83+29+03+C&x=1",
    ],
)
def test_what_stands_between_a_name_and_its_value_hides_nothing(text: str) -> None:
    once = Redactor().redact(text).text
    assert once is not None
    assert "[" in once or "*" in once
    assert not any(part in once for part in ("5551234567", "610204032776", "５５５１", "83+29"))
    assert Redactor().redact(once).text == once
