"""Plans of countries: they let through what the parser of numbers takes, and hide nothing from it."""

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from security.detectors import phones

_REGIONS = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
_FORMATS = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)


@st.composite
def _written(draw: st.DrawFn) -> str:
    """A number of some country, of which the last digits may make it one that nobody has."""
    region = draw(st.sampled_from(_REGIONS))
    known = phonenumbers.example_number(region)
    assert known is not None
    digits = phonenumbers.national_significant_number(known)
    number = phonenumbers.parse(digits[:-2] + draw(st.from_regex(r"[0-9]{2}", fullmatch=True)), region)
    if draw(st.booleans()):
        return phonenumbers.format_out_of_country_calling_number(
            number, draw(st.sampled_from(("US", "DE", "JP")))
        )
    return phonenumbers.format_number(number, draw(st.sampled_from(_FORMATS)))


def _parsed_in(value: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number_for_region(number, region)


@given(value=_written() | st.from_regex(r"[0-9][0-9 ()-]{4,17}", fullmatch=True))
def test_a_country_s_numbers_are_those_that_the_parser_takes(value: str) -> None:
    for region in _REGIONS:
        assert phones.is_valid_in(value, (region,)) == _parsed_in(value, region), region


def test_a_number_is_of_any_country_that_is_asked_for() -> None:
    assert phones.is_valid_in("030 901820", ("US", "DE"))
    assert not phones.is_valid_in("030 901820", ("US", "FR"))
    assert phones.is_valid_in("+49 30 901820", (None,))
