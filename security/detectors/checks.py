"""Whether what looks like a value is one: checksums, issuers, ranges, and how random a text is."""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

from security.detectors.kind import Check
from security.detectors.masks import AT

#: (lowest prefix, highest prefix, lengths) of the issuers; ISO/IEC 7812 and the networks' own documents.
_ISSUERS: Final = (
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14, 16, 17, 18, 19)),
    ("3095", "3095", (14, 16, 17, 18, 19)),
    ("36", "36", (14, 15, 16, 17, 18, 19)),
    ("38", "39", (14, 16, 17, 18, 19)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("4", "4", (13, 16, 19)),
    ("50", "50", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("51", "55", (16,)),
    ("56", "58", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("2200", "2204", (16, 17, 18, 19)),  # Mir
    ("2221", "2720", (16,)),
    ("60", "60", (16,)),  # RuPay, Hipercard, UkrCard
    ("6011", "6011", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("63", "63", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("644", "659", (16, 17, 18, 19)),
    ("67", "67", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("81", "82", (16,)),  # RuPay
    ("9792", "9792", (16,)),  # Troy
)
_GROUP: Final = re.compile(r"\d+")
_UUID: Final = re.compile(r"\d{8}-\d{4}-\d{4}-\d{4}-\d{12}")
_NO_DIGITS: Final = re.compile(r"\D+")
_PREFIX: Final = 4  # digits, which the longest prefix has
_MOST_GROUPS: Final = 6  # of a card
_SHORTEST: Final = 12  # digits of one
_FIRST_GROUP: Final = 4  # digits, in every way in which cards are grouped
#: UATP's cards, which only their grouping tells from other numbers of 15 digits.
_IN_THREE_GROUPS: Final = re.compile(r"1\d{3}\D{1,3}\d{6}\D{1,3}\d{5}(?!\D?\d)")


def is_card(digits: str) -> bool:
    """Whether an issuer has cards of this prefix and length, and the check digit (Luhn) is right."""
    return len(digits) in _lengths(digits[:_PREFIX]) and luhn.is_valid(digits) and len(set(digits)) > 1


@functools.cache
def _lengths(prefix: str) -> frozenset[int]:
    """Of the cards that begin with ``prefix``."""
    return frozenset(
        size for low, high, sizes in _ISSUERS if low <= prefix[: len(low)] <= high for size in sizes
    )


def is_named_card(value: str) -> bool:
    """Whether the check digit (Luhn) of what is called a card is right, whoever issued it."""
    digits = _NO_DIGITS.sub("", value)
    return luhn.is_valid(digits) and len(set(digits)) > 1


def cards(run: str) -> Iterator[tuple[int, int]]:
    """The cards in a run of groups of digits: the longest that is one counts, then what is beside it."""
    if _UUID.search(run):
        return
    if run.count(".") == 1:  # a decimal, which may be an amount behind a card
        run = run[: max(run.rfind(" "), 0)]
    groups = list(_GROUP.finditer(run.replace("%20", "   ")))
    first = 0
    while first < len(groups):
        start, end = groups[first].span()
        reach = _MOST_GROUPS if end - start == _FIRST_GROUP else int(end - start >= _SHORTEST)
        for last in range(min(len(groups), first + reach) - 1, first - 1, -1):
            end = groups[last].end()
            parts = [group.group() for group in groups[first : last + 1]]
            digits = "".join(parts)
            if (_are_of_a_card(parts) and is_card(digits)) or (
                _IN_THREE_GROUPS.match(run, start) and luhn.is_valid(digits)
            ):
                yield start, end
                first = last
                break
        first += 1


def _are_of_a_card(groups: list[str]) -> bool:
    """Whether cards are grouped so: by four, or as those of American Express, Diners and old ones of Visa."""
    sizes = tuple(map(len, groups))
    return sizes in _OTHER_GROUPS or all(size == _FIRST_GROUP for size in sizes[:-1])


_OTHER_GROUPS: Final = frozenset(((4, 6, 4), (4, 6, 5), (4, 3, 3, 3)))
#: In advertisements and in a law's text (Social Security Administration, "Misused SSNs").
_SHOWN_SSNS: Final = frozenset({"078051120", "219099999", "457555462"})


def is_issued_ssn(value: str) -> bool:
    """Not of the ranges that the Social Security Administration never issued, nor known to be nobody's."""
    digits = _NO_DIGITS.sub("", value)
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    issued = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return issued and digits not in _SHOWN_SSNS and len(set(digits)) > 1


#: Ends of names of files, of units of systemd, of hosts: no domain has them.
_NO_DOMAINS: Final = frozenset(
    (
        "png jpg jpeg gif svg webp ico bmp css js mjs jsx tsx json xml html htm mod "
        "sum jar war exe dll txt log yml yaml conf cfg ini toml lock csv sql gz tgz "
        "bz2 whl class java kt scala go service socket timer target mount slice scope "
        "device path internal localdomain "
        "localhost lan "
    ).split()
)


_VERSION: Final = re.compile(r"v?\d+\.\d|\dx\.")
_BEFORE_TOP: Final = re.compile(r"[.\s\])}>]")
_SENTENCES: Final = 4  # that follow an address without a blank, at most
#: Who adds to the algorithms of SSH names them as a mailbox (RFC 4251, section 6).
_NAMES_OF_CIPHERS: Final = frozenset(("openssh.com", "libssh.org", "lysator.liu.se", "ssh.com"))
#: What names messages, and nobody's mailbox, has its form (RFC 5322, section 3.6.4).
_MESSAGE_IDS: Final = re.compile(r"(?i)(?:message[-_]?id|in-reply-to|references)[^@<]*<")


def mailboxes(value: str) -> Iterator[tuple[int, int]]:
    """The address that ``value`` begins with: names that no domain has at its end are not of it."""
    parts = AT.split(value, maxsplit=1)
    if value.startswith("://") or _MESSAGE_IDS.match(value) or len(parts) != 2:  # noqa: PLR2004
        return
    if parts[0] == "git" or parts[1] in _NAMES_OF_CIPHERS or _VERSION.match(parts[1]):
        return
    end = len(value)
    for _ in range(_SENTENCES):
        if "." not in parts[1] and not re.search(r"(?i)dot|\[\.", parts[1]):
            return
        top = _BEFORE_TOP.split(parts[1])[-1]
        written = top.islower() or top.isupper() or not top.isascii() or _is_titled(parts)
        if top.casefold() not in _NO_DOMAINS and written:
            yield 0, end
            return
        if not top.istitle() or "." not in parts[1]:  # not the next sentence
            return
        parts[1] = parts[1].rpartition(".")[0]
        end -= len(top) + 1


def _is_titled(parts: list[str]) -> bool:
    """Whether all of a host's name begins with large letters, as forms on telephones have it."""
    user, host = parts
    words = re.split(r"[.-]+", host)
    return user not in ("this", "super") and all(word[:1].isupper() or word[:1].isdigit() for word in words)


def entropy(value: str) -> float:
    """Shannon entropy of the characters of ``value``, in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def is_random(value: str, least: float = 3.0) -> bool:
    """Whether ``value`` has at least ``least`` bits a character, and letters as well as digits."""
    return entropy(value) >= least and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def is_plain(value: str) -> bool:
    """Whether its digits are not all the same: what forms are filled with passes many a checksum."""
    return len({letter for letter in value if letter.isdigit()}) > 1


def is_no_decimal(value: str) -> bool:
    """Whether it does not end with a point and one digit, which the pattern took to tell."""
    return value[-2:-1] != "."


_TYPESET: Final = {ord(c): " " for c in "\u00a0\u2007\u2009\u202f+"} | {
    ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
}


def plainly(value: str) -> str:
    """``value`` with the blanks and dashes of ASCII."""
    return value.replace("%20", " ").translate(_TYPESET)


def both(*all_of: Check) -> Check:
    """A check that is all of these."""
    return lambda value: all(check(value) for check in all_of)
