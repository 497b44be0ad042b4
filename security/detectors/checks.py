"""Whether what looks like a value is one: checksums, issuers, ranges, and how random a text is."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from stdnum import luhn

#: (lowest prefix, highest prefix, lengths) of the issuers; ISO/IEC 7812 and the networks' own documents.
_ISSUERS: Final = (
    ("34", "34", (15,)),
    ("37", "37", (15,)),
    ("300", "305", (14,)),
    ("3095", "3095", (14,)),
    ("36", "36", (14,)),
    ("38", "39", (14,)),
    ("3528", "3589", (16, 17, 18, 19)),
    ("4", "4", (13, 16, 19)),
    ("50", "50", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("51", "55", (16,)),
    ("56", "58", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("2200", "2204", (16, 17, 18, 19)),  # Mir
    ("2221", "2720", (16,)),
    ("6011", "6011", (16, 17, 18, 19)),
    ("62", "62", (16, 17, 18, 19)),
    ("63", "63", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("644", "659", (16, 17, 18, 19)),
    ("67", "67", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("81", "81", (16,)),  # RuPay
    ("9792", "9792", (16,)),  # Troy
)
_SHORT_CARD: Final = 13


def is_card(digits: str) -> bool:
    """Whether an issuer has cards of this prefix and length, and the check digit (Luhn) is right."""
    known = any(
        low <= digits[: len(low)] <= high and len(digits) in lengths for low, high, lengths in _ISSUERS
    )
    return known and luhn.is_valid(digits) and len(set(digits)) > 1


def cards(run: str) -> Iterator[tuple[int, int]]:
    """The cards in a run of groups of digits: the longest that is one counts, then what is beside it."""
    groups = [(m.start(), m.end()) for m in re.finditer(r"\d+", run)]
    first = 0
    while first < len(groups):
        for last in range(min(len(groups), first + 6) - 1, first - 1, -1):
            start, end = groups[first][0], groups[last][1]
            if is_card(re.sub(r"\D", "", run[start:end])):
                yield start, end
                first = last
                break
        first += 1


def is_issued_ssn(value: str) -> bool:
    """Not of the ranges that the Social Security Administration never issued."""
    area, group, serial = re.findall(r"\d+", value)
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def entropy(value: str) -> float:
    """Shannon entropy of the characters of ``value``, in bits a character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def is_random(value: str, least: float = 3.0) -> bool:
    """Whether ``value`` has at least ``least`` bits a character, and letters as well as digits."""
    return entropy(value) >= least and any(map(str.isdigit, value)) and any(map(str.isalpha, value))
