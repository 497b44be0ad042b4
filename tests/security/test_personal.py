"""What is somebody's is found however it is written; what only looks like it is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.br import cpf

from security.detectors import Kind, Scanner, checks, masks, phones
from security.detectors.basic import BASIC
from security.detectors.finance import ibans, is_bitcoin_address, is_ethereum_address
from security.detectors.keccak import keccak_256
from security.detectors.national_asia import ASIA
from security.detectors.national_europe import EUROPE
from security.detectors.network import is_device_mac, is_public_address
from security.detectors.personal import PERSONAL, is_birth_date, is_vin

ALL = Scanner((*BASIC, *PERSONAL))
DIGITS = st.text("0123456789", min_size=1, max_size=24)


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind.name, text[one.start : one.end]) for one in ALL.scan(text)]


@pytest.mark.parametrize(
    "text",
    [
        "cpf=390.533.209-46",
        "cpf: 39053320946",
        'customer {"cpf":"39053320946"}',
        "CPF\\t39053320946",
        "cpf%3D39053320946",
        "cpf 390\u00a0533\u00a0209\u00a046",
        "39053320946 (CPF)",
        "tax_id = '39053320946'",
    ],
)
def test_a_number_is_found_however_it_and_its_name_are_written(text: str) -> None:
    names = [name for name, _ in found(text)]
    assert names == ["br_cpf"], found(text)


@pytest.mark.parametrize(
    "line",
    [
        "2023-01-29T08:41:09.074694Z offset=1674981729487160534 took 123456789 ns",
        "01a20b9e-c5d1-7265-995f-294367834f75 a8f5f167f44f4964e6c998dee827110c",
        "GET /v1.2.3.4/items/3905332094 200 512 1024 HTTP/1.1",
        "pod ts-food-service-5f55b6cf68-77cfw on 10.42.0.17:8080 rev 20230129-0841",
        "[GC 16777216K->1048576K(33554432K), 0.0123456 secs]",
        "0000000 1f8b 0800 4e2c d663 0003 4bcb cf4f",
        "SELECT * FROM t WHERE id = 123456782 AND created > 1674981729",
        "at java.base/java.lang.Thread.run(Thread.java:833) [kafka-clients-3.4.0.jar:?]",
        "const center = [51.505, -0.09]; scale(1.234567, 2.345678)",
        "sizes 512 256 1024, ranges 100-200-3000, dates 01-02-2023 20230129",
        "kex curve25519-sha256@libssh.org, cipher aes256-gcm@openssh.com",
    ],
)
def test_lines_without_anybody_in_them_hold_nothing(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a@x.org,b@y.org;c@z.org", ["a@x.org", "b@y.org", "c@z.org"]),
        ("call +1 415 555 2671 200 OK", ["+1 415 555 2671"]),
        ("(415) 555-2671 ext. 12", ["(415) 555-2671 ext. 12"]),
        ("from 93.184.216.34 via 10.0.0.1 to 93.184.216.35:443", ["93.184.216.34", "93.184.216.35"]),
        ("DE89370400440532013000 NL91ABNA0417164300", ["DE89370400440532013000", "NL91ABNA0417164300"]),
    ],
)
def test_values_side_by_side_are_found_each_for_itself(text: str, values: list[str]) -> None:
    assert [value for _, value in found(text)] == values


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("jane@example.com", "j***@example.com"),
        ("jane%40example.com", "j***@example.com"),
        ('"jane doe"@example.com', "j***@example.com"),
        ("jane [at] example [dot] com", "j***@example.com"),
    ],
)
def test_a_mailbox_is_masked_alike_however_it_is_written(value: str, mask: str) -> None:
    assert masks.email(value) == mask


@given(st.text("0123456789", min_size=9, max_size=9))
def test_every_cpf_is_found_and_no_other(digits: str) -> None:
    for number in (digits + f"{check:02}" for check in (0, 7, 42)):
        assert bool(found(f"cpf {number}")) == (cpf.is_valid(number) and len(set(number)) > 1)


@given(st.sampled_from(["4", "51", "2221", "6011", "3528"]), st.text("0123456789", min_size=12, max_size=12))
def test_every_card_is_found_grouped_or_not(prefix: str, rest: str) -> None:
    number = (prefix + rest)[:15]
    number += luhn.calc_check_digit(number)
    spans = list(checks.cards(number))
    assert spans == [(0, 16)] or len(set(number)) == 1 or not checks.is_card(number)
    grouped = " ".join(number[place : place + 4] for place in range(0, 16, 4))
    assert bool(list(checks.cards(grouped))) == bool(spans)


@given(st.sampled_from((*EUROPE, *ASIA)), st.from_regex(r"[0-9A-Z]{8,14}", fullmatch=True))
def test_a_check_answers_and_never_fails_on_what_fits(kind: Kind, value: str) -> None:
    for one in Scanner((kind,)).scan(f"{kind.before[0]} {value}"):
        assert 0 <= one.start < one.end


@pytest.mark.parametrize(
    ("value", "public"),
    [
        ("8.8.8.8", True),
        ("2a02:8109::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("203.0.113.9", True),
        ("224.0.0.251", False),
        ("120.0.0.0", False),
        ("2001:db8::1", True),
        ("fe80::1", False),
        ("1.2.3.400", False),
    ],
)
def test_only_addresses_that_can_be_somebodys_are_public(value: str, public: bool) -> None:
    assert is_public_address(value) is public


def test_addresses_of_groups_and_dates_are_no_devices() -> None:
    assert is_device_mac("3c:22:fb:9a:1b:0e")
    for value in ("01:00:5e:00:00:fb", "33:33:00:00:00:01", "00-00-00-00-00-00", "23-01-29-08-41-09"):
        assert not is_device_mac(value)


@pytest.mark.parametrize(
    ("value", "born"),
    [
        ("1985-07-09", True),
        ("31.12.1999", True),
        ("12/31/1999", True),
        ("9. Juli 1985", True),
        ("1985年7月9日", True),
        ("09071985", True),
        ("1985-13-40", False),
        ("2999-01-01", False),
        ("1785-01-01", False),
        ("12345678", False),
    ],
)
def test_dates_of_birth_are_past_days_in_any_order(value: str, born: bool) -> None:
    assert is_birth_date(value) is born


@pytest.mark.parametrize(
    ("run", "count"),
    [
        ("GB82 WEST 1234 5698 7654 32 and more", 1),
        ("gb82west12345698765432", 1),
        ("GB82 WEST 1234 5698 7654 33", 0),
        ("GB82WEST1234569876543", 0),
    ],
)
def test_ibans_end_where_their_country_says(run: str, count: int) -> None:
    assert len(list(ibans(run))) == count


def test_addresses_of_chains_have_checksums() -> None:
    assert keccak_256(b"").hex().startswith("c5d2460186f7233c")
    assert is_ethereum_address("0x52908400098527886E0F7030069857D2E4169EE7")
    assert not is_ethereum_address("0x52908400098527886e0F7030069857D2E4169EE7")
    taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
    assert is_bitcoin_address(taproot)
    assert is_bitcoin_address(taproot.upper())
    assert not is_bitcoin_address(taproot[:-1] + "q")


def test_a_vehicles_check_digit_is_the_ninth() -> None:
    assert is_vin("1M8GDM9AXKP042788")
    assert not is_vin("1M8GDM9A1KP042788")


@pytest.mark.parametrize(
    "value", ["+49 30 1234567", "0049 30 1234567", "+1 (415) 555-2671", "%2B4915112345678"]
)
def test_the_country_says_how_long_its_numbers_are(value: str) -> None:
    assert phones.is_international(value)
    assert not phones.is_international(value[:8])


@given(DIGITS)
def test_phones_answer_whatever_digits(digits: str) -> None:
    for text in (digits, f"+{digits}", f"({digits[:3]}) {digits[3:]}"):
        for check in (
            phones.is_international,
            phones.is_north_american,
            phones.is_called_one,
            phones.is_dialled,
        ):
            assert check(text) in (True, False)
