"""Values are what they say: valid by their own rules, and look-alikes are not."""

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import unquote

import phonenumbers
import pytest
from stdnum import iban as iban_rules
from stdnum import luhn

from security.evaluation.case import Topic, Value
from security.evaluation.draw import Draw
from security.evaluation.nationalid import is_valid
from security.evaluation.spell import spell
from security.evaluation.topics import TOPICS
from security.evaluation.values_ids import IDS

NAMED = {topic.name: topic for topic in TOPICS}
DRAWS = 120


def values(
    name: str, make: Callable[[Topic], Callable[[Draw], Value] | None] = lambda topic: topic.make
) -> list[Value]:
    found = make(NAMED[name])
    assert found is not None
    draw = Draw(11, name)
    return [found(draw) for _ in range(DRAWS)]


def secret(value: Value) -> str:
    return "".join(value.text[start:end] for start, end in value.spans)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_value_has_an_origin_and_spans_within_it(topic: Topic) -> None:
    draw = Draw(4, topic.name)
    for value in (topic.make(draw) for _ in range(20)):
        assert value.origin
        assert all(0 <= start < end <= len(value.text) for start, end in value.spans)
        assert topic.keys or topic.sentences or value.sentences


def test_cards_pass_luhn_and_have_12_to_19_digits() -> None:
    numbers = ["".join(filter(str.isdigit, value.text)) for value in values("credit_card")]
    assert all(luhn.is_valid(number) for number in numbers)
    assert {len(number) for number in numbers} >= {13, 14, 15, 16, 17, 18, 19}
    assert min(map(len, numbers)) >= 12


def test_accounts_pass_their_check_and_those_that_look_so_do_not() -> None:
    assert all(iban_rules.is_valid(value.text, check_country=False) for value in values("iban"))
    assert not any(iban_rules.is_valid(value.text) for value in values("iban", lambda topic: topic.lookalike))


def test_phones_are_valid_in_their_region() -> None:
    regions = set()
    for value in values("phone"):
        region, _ = value.origin.split("|")
        text = re.sub(r"^00", "+", secret(value))
        way = value.origin.split("|")[1]
        number = phonenumbers.parse(text.replace("(0)", ""), None if text.startswith("+") else region)
        assert phonenumbers.is_possible_number(number), way
        regions.add(region)
    assert len(regions) > 40


@pytest.mark.parametrize("one", IDS, ids=lambda one: one.name)
def test_national_ids_are_valid_as_they_are_written(one: object) -> None:
    name, module = one.name, one.module  # type: ignore[attr-defined]
    draw = Draw(11, name)
    for value in (NAMED[name].make(draw) for _ in range(20)):
        assert is_valid(module, value.text), value.origin


def test_addresses_of_the_network_are_public_and_those_that_look_so_are_not() -> None:
    for value in values("ip_address"):
        assert ipaddress.ip_address(secret(value)).is_global, value.origin
    for value in values("ip_address", lambda topic: topic.lookalike):
        try:
            assert not ipaddress.ip_address(value.text).is_global
        except ValueError:
            continue


def test_numbers_that_were_never_issued_are_no_social_security_numbers() -> None:
    for value in values("ssn"):
        area, group, serial = re.fullmatch(r"(\d{3})\D?(\d{2})\D?(\d{4})", value.text).groups()  # type: ignore[union-attr]
        assert area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def test_tokens_are_signed_and_headers_decode() -> None:
    for value in values("jwt"):
        head = value.text.split(".")[0]
        assert "alg" in json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    for value in values("basic_auth"):
        assert ":" in base64.b64decode(secret(value)).decode()


def test_what_matters_in_a_url_is_its_password_alone() -> None:
    for value in values("url_credentials"):
        assert value.text.split("@")[0].endswith(":" + secret(value))
        assert "/" not in secret(value) and unquote(secret(value))


def test_a_template_is_spelt_with_what_it_names() -> None:
    text = spell(Draw(1), "ghp_[A36]-[h8]-[d3-5]")
    assert re.fullmatch(r"ghp_[A-Za-z0-9]{36}-[0-9a-f]{8}-\d{3,5}", text)
    assert re.fullmatch(r"[0-9a-f-]{36}", spell(Draw(1), "[v]"))


def test_people_of_many_scripts() -> None:
    names = values("person_name")
    assert sum(value.text.isascii() for value in names) < DRAWS * 0.8
    assert len({value.origin.split("|")[0] for value in names}) > 25
    assert any(value.fields for value in names)
    addresses = values("postal_address")
    fields = [field for value in addresses for field in value.fields]
    assert {must for key, _, must in fields if "str" in key or "address" in key} == {True}
    assert any(not must for value in addresses for _, _, must in value.fields)
