"""Fields that say by their name what they hold: in the ways in which programs write names with values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_model_names import TIER, marked

from security.model.fields import CUES, FIELD, Field, Fields, Role

FIELDS = Fields(lambda words: True, lambda words: True)

WRITTEN = (
    "forename=‹Ines›&surname=‹Okafor›&age=41",
    "<p:given_name>‹Ines›</p:given_name><p:family_name>‹Okafor›</p:family_name>",
    "Person{lastName='‹O'Neill›', firstName='‹Sean›', id=7}",
    '[{"name":"vorname","value":"‹Jörg›"},{"name":"nachname","value":"‹Weiß›"},{"name":"id","value":"7"}]',
    "INSERT INTO people (id, last_name, first_name) VALUES (7, '‹Okafor›', '‹Ines›')",
    "id;prenom;lastname;plan\n7;‹Inès›;‹Dubois›;pro",
    "Key (surname, forename)=(‹Okafor›, ‹Ines›) already exists.",
    "street=‹12 Mill Lane›, city=‹Leeds›, postcode=‹LS1 4AB›, plan=pro",
    '{\\"strasse\\":\\"‹Am Hang 3›\\",\\"plz\\":\\"‹04109›\\",\\"ort\\":\\"‹Leipzig›\\"}',
    "[address_line1] => ‹9 Rue Haute›\n[postal_code] => ‹67000›\n[id] => 7",
    "passengerName -> ‹Okafor, Ines›, seat -> 12A",
    "full_name=‹In%C3%A8s+Okafor›&plan=pro",
    "Contact person: ‹Dr. Ines Okafor›, plan: pro",
    "parcel for ‹Mill Lane 12, 04109 Leipzig› lost",
    "no seat for passenger ‹Gonzalez, Maria› on 12",
    "patient name: ‹OKAFOR^INES^^^DR›",
    'customer_name="‹Univ.Prof. Ines Okafor B.A.›" plan=pro',
    "Customer Name: ‹Dipl.-Ing. Ines Okafor B.Eng›. | plan: pro",
    "SSR WCHR for ‹OKAFOR/INES› MRS on LH400",
    "BEGIN:VCARD\nN:‹Okafor;Ines›;;;\nVERSION:3.0",
    "From: ‹=?UTF-8?Q?In=C3=A8s_Okafor?=› <box@mail.example>",
    "{'urn:oid:2.5.4.42': ['‹Ines›'], 'urn:oid:2.5.4.4': ['‹Okafor›']}",
    "backup of ‹Ines›'s iPhone done",
    "<name><family>‹Okafor›</family><given>‹Ines›</given></name>",
    "PV1||I|W4^401||||240899^‹Okafor^Ines›^^^DR|||SUR",
    '"rider":{"first":"‹Ines›","last":"‹Okafor›","rating":4.9}',
    "患者姓名:‹王晓明› 科室:内科",
)
OF_OTHER_THINGS = (
    "first_name=null last_name=required",
    "storeName=Roman Holiday, hostname=Maria",
    "ip_address=10.0.0.1 mac address: 00:11:43:e3 bind_address=[::]:8080",
    "city=Leeds, zip_code=04109",
    "UPDATE stock SET left = left - 12 WHERE zip = 4",
    'k.c.NetworkClient - Alexa Skill started',
    "SELECT first_name, last_name FROM people",
    "surname must not be empty",
    "Mar 14, 2026 Garbage collected",
    "updated Samsung-Galaxy and Apple-iPhone drivers",
    "GET /api/ORDERS/DRIVERS",
)  # fmt: skip


@pytest.mark.parametrize("line", WRITTEN)
def test_what_fields_hold_is_found_whole(line: str) -> None:
    text, spans = marked(line)
    (found,) = TIER.find([text])
    assert [(one.start, one.end) for one in found] == spans, [text[one.start : one.end] for one in found]


@pytest.mark.parametrize("line", OF_OTHER_THINGS)
def test_fields_of_other_things_and_values_that_are_none_are_left(line: str) -> None:
    assert TIER.find([line]) == [[]]


def test_a_code_is_found_alone_only_as_all_that_a_field_holds() -> None:
    assert [one.kind.name for one in TIER.find(["postal_code: 04109"])[0]] == ["postal_address"]
    assert TIER.find(["retries=3 postal_code=04109 page=2"]) == [[]]


def test_a_title_is_part_of_a_name() -> None:
    text = "invoice for Prof. Maria Gonzalez generated"
    (found,) = TIER.find([text])
    assert [text[one.start : one.end] for one in found] == ["Prof. Maria Gonzalez"]


NAMES = st.sampled_from(["first_name", "surname", "customerName", "street", "plz", "city", "name", "x"])
VALUES = st.sampled_from(
    ["Ines", "Okafor, Ines", "12 Mill Lane", "04109", "null", "%C3%A8", "Weiß", "'", '"', ""]
)
MARKS = st.sampled_from(["=", ": ", '":"', "','", "\t", " is ", "=>", "\n", ";", ") VALUES (", " [", "\\n"])
TEXTS = st.lists(st.tuples(NAMES, MARKS, VALUES, MARKS).map("".join), max_size=8).map("".join)


@given(st.one_of(TEXTS, st.text(max_size=80)))
def test_what_is_found_is_inside_in_order_and_apart(text: str) -> None:
    end = 0
    for one in FIELDS.find(text):
        assert isinstance(one, Field)
        assert end <= one.start < one.end <= len(text)
        assert one.role in Role
        end = one.end


def test_a_long_line_of_names_of_fields_is_read_in_time_that_grows_with_it() -> None:
    assert len(FIELDS.find("first_name=Ines " * 5_000)) == 5_000


def test_patterns_are_small_enough_for_one_automaton() -> None:
    assert len(CUES) < 64_000
    assert len(FIELD) < 32_000
