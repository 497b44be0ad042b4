"""text → telephone numbers, by the numbering plans of all countries.

The plans are those of phonenumbers, a port of Google's libphonenumber. It takes tens of microseconds, so it
is asked about what looks like a number already.
"""

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

import phonenumbers
import re2

#: Countries in whose way a number is read that does not say its own; the most people first.
_REGIONS: Final = tuple(
    (
        "US IN CN BR ID PK NG BD RU MX JP PH EG VN TR IR DE TH GB FR IT ZA KR ES CO AR "
        "UA PL CA MA SA MY PE AU TW NL CL RO BE SE CZ GR PT HU AT CH IL SG HK DK FI NO "
        "IE NZ BG HR SK LT LV EE SI KE AE QA KW "
    ).split()
)
_NO_DIGITS: Final = re.compile(r"\D+")
_DIGITS: Final = re.compile(r"\d+")
_SHORTEST: Final = 5  # digits of a number on a small island
_WITH_AREA: Final = 7
_LONGEST: Final = 15  # ITU-T E.164
_LONGEST_INSIDE: Final = 13  # as it is dialled inside a country
_EXTENSION: Final = re.compile(r"(?i)[\s,;]*(?:x|ext\.?|extension|#|доб\.?)[\s.:]*\d{1,6}$")
_TIME: Final = re.compile(
    r"(?:19|20)\d\d([-/. ])[01]?\d\1[0-3]?\d(?!\d)"
    r"|[0-3]?\d([-/.])[01]?\d\2(?:19|20)\d\d(?!\d)|^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
)
_DECIMAL: Final = re.compile(r"^[+-]?(?:0|[1-9]\d*)\.\d+$")
_LOCAL: Final = re.compile(r"\d{3}\.\d{4}$")
_ADDRESS: Final = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?$")
_NORTH_AMERICA: Final = re.compile(r"(?:\+?1)?([2-9]\d\d)([2-9]\d\d)\d{4}$")
_NOT_OF_A_NUMBER: Final = re.compile(r"[^\W\d_]|[#;]")
_PAIRS_OF_FRANCE: Final = re.compile(r"0[1-9](?:[ .-]\d\d){4}$")
_WITH_TRUNK_PREFIX: Final = tuple("GB AU IE NZ ZA JP KR TW NL DE TH IT FR".split())


@functools.lru_cache(maxsize=64)
def digits_of(value: str) -> str:
    """Its digits, without an extension."""
    return _NO_DIGITS.sub("", _EXTENSION.sub("", value.replace("%20", " ")))


@functools.lru_cache(maxsize=4096)
def _parsed(value: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None


def is_valid_in(value: str, regions: tuple[str | None, ...]) -> bool:
    """Whether one of ``regions`` has numbers such as ``value``; ``None``: the one whose code it names."""
    for region in _possible(value, regions):
        number = _parsed(value, region)
        if number is not None and (
            phonenumbers.is_valid_number_for_region(number, region)
            if region
            else phonenumbers.is_valid_number(number)
        ):
            return True
    return False


def _possible(value: str, regions: tuple[str | None, ...]) -> Iterable[str | None]:
    """Those of ``regions`` whose plan has numbers of such digits: most have not, and to parse one is slow."""
    digits = _NO_DIGITS.sub("", value)
    if _NOT_OF_A_NUMBER.search(value) or not digits.isascii():
        return regions
    plans = _plans(regions)
    return [regions[place] for place in sorted(plans.Match(digits) or ())]


@functools.cache
def _plans(regions: tuple[str | None, ...]) -> "re2.Set":
    """All digits that can be dialled for a number of each of ``regions``: prefixes, code and the number."""
    plans = re2.Set.FullMatchSet()
    for region in regions:
        plan = None if region is None else phonenumbers.PhoneMetadata.metadata_for_region(region)
        numbers = (
            None if plan is None or plan.general_desc is None else plan.general_desc.national_number_pattern
        )
        if plan is None or numbers is None or plan.national_prefix_transform_rule:  # digits are put in
            plans.Add(r"\d+")
            continue
        before = (plan.international_prefix, str(plan.country_code), plan.national_prefix_for_parsing)
        plans.Add("".join(f"(?:{prefix})?" for prefix in before if prefix) + f"(?:{numbers})")
    plans.Compile()
    return plans


def is_international(value: str) -> bool:
    """Whether ``value``, which begins with a plus or with 00, is a number of the country that it names."""
    value = re.sub(r"(?i)^(?:%2b|\\+u002b)", "+", value.replace("%20", " "))
    if value.startswith("(+"):
        value = value[1:].replace(")", "", 1)
    value = value[:1] + value[1:].replace("+", " ")  # a blank in a form
    if _DECIMAL.match(value) or not _WITH_AREA < len(digits_of(value)) <= _LONGEST + 2:
        return False
    plus = value.startswith("+")
    number = _parsed(value if plus else "+" + value.lstrip("0"), None)
    if number is None:
        return False
    if phonenumbers.is_valid_number(number):
        return True
    return plus and phonenumbers.is_possible_number(number) and _is_plain_shape(value)


def international(run: str) -> Iterator[tuple[int, int]]:
    """The number that a run of groups begins with: the most groups that one has."""
    for group in reversed(list(re.finditer(r"\d+\)?", run))):
        if is_international(run[: group.end()]) and (
            run[: group.end()].count("(") == run[: group.end()].count(")")
        ):
            whole = _EXTENSION.match(run, group.end())
            yield 0, whole.end() if whole else group.end()
            return


def _is_plain_shape(value: str) -> bool:
    """Groups of at least two digits, of which one is long: no sum, no list of small numbers."""
    groups = re.findall(r"\d+", _EXTENSION.sub("", value))
    most = 6
    return len(groups) <= most and max(map(len, groups)) > 2 and sum(len(g) == 1 for g in groups[1:]) <= 1  # noqa: PLR2004


def is_north_american(value: str) -> bool:
    """Whether ``value`` fits North America's plan: area and exchange begin with 2 to 9, no area is N11."""
    match = _NORTH_AMERICA.match(digits_of(value))
    return match is not None and match[1][1:] != "11" and not _DECIMAL.match(value)


def of_a_run(run: str) -> Iterator[tuple[int, int]]:
    """The number that a run of groups of digits is as a whole: columns of numbers are longer or shorter."""
    if _PAIRS_OF_FRANCE.match(run):
        found = is_valid_in(run, ("FR",))
    elif re.match(r"(?:1 )?[2-9]\d\d \d{3} \d{4}$", run):
        sizes = all(int(group) % 8 == 0 for group in run.split())
        found = not sizes and is_north_american(run) and is_valid_in(run, ("US", "CA"))
    elif re.match(r"0\d{1,4}(?: \d{3,4}){1,3}$|0\d{4} \d{6}$|0\d{2,3} \d{7,8}$", run):
        in_films = run.startswith("07700 900")  # Ofcom's numbers for drama
        found = in_films or is_valid_in(run, ("GB", "AU", "IE", "NZ", "ZA"))
    else:
        found = False
    if found:
        yield 0, len(run)


def has_trunk_prefix(value: str) -> bool:
    """A number as it is dialled inside a country, whose grouping is not a date's."""
    return not _TIME.search(value) and is_valid_in(value, _WITH_TRUNK_PREFIX)


def is_brazilian(value: str) -> bool:
    """With the area in parentheses."""
    return is_valid_in(value, ("BR", "MX", "AR", "ID", "IN"))


def is_called_one(value: str) -> bool:
    """Whether what is named a telephone number can be one: digits enough, and no date, decimal or address."""
    digits = digits_of(value)
    if not _SHORTEST <= len(digits) <= _LONGEST or len(set(digits)) == 1:
        return False
    if _TIME.search(value) or _ADDRESS.match(value):
        return False
    if _DECIMAL.match(value) and not _LOCAL.match(value):
        return value[0] == "+" and is_valid_in(value, (None,))
    short = 7
    if len(digits) < short:
        return is_valid_in(value, tuple(sorted(phonenumbers.SUPPORTED_REGIONS)))
    return len(digits) < _LONGEST_INSIDE or value[0] in "+0(" or is_valid_in(value, _REGIONS)


def is_on_a_line(value: str) -> bool:
    """Ten digits of North America, or a number of the country whose code it begins with."""
    digits = digits_of(value)
    ten = 10
    return is_north_american(digits) if len(digits) == ten else is_valid_in("+" + digits, (None,))


def is_dialled(value: str) -> bool:
    """The same behind a word that is said of other things as well: it must be a number of some country."""
    abroad = value.startswith(("+", "00"))
    grouped = value[0] in "+0(" or len(_DIGITS.findall(value)) > 1
    return (
        grouped
        and _WITH_AREA <= len(digits_of(value)) <= (_LONGEST if abroad else _LONGEST_INSIDE)
        and is_called_one(value)
        and (is_north_american(value) or is_valid_in(value, _REGIONS))
    )
