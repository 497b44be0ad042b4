"""value → the text that stands in for it."""

import re
from typing import Final

from security.detectors.kind import Mask, constant

API_KEY = constant("[API_KEY]")
JWT = constant("[JWT]")
PASSWORD = constant("[PASSWORD]")
DATABASE_URL = constant("[DATABASE_URL]")
PRIVATE_KEY = constant("[PRIVATE_KEY]")
SSN = constant("***-**-****")
PHONE = constant("***-***-****")


def email(value: str) -> str:
    """``j***@example.com``: the first letter, and where it is from."""
    user, *rest = AT.split(value.strip(_QUOTES), maxsplit=1)
    host = rest[0] if rest else ""
    return f"{user.strip(_QUOTES)[:1]}***@{_DOT.sub('.', host)}"


_QUOTES: Final = '\\"'
#: Between a mailbox and its host.
AT: Final = re.compile(r"(?i)\s?[\[({<](?:at|@)[\])}>]\s?|@|%40|&#64;")
_NO_DIGITS: Final = re.compile(r"\D+")
_DOT: Final = re.compile(r"(?i)\s?[\[({<](?:dot|\.)[\])}>]\s?")


def card(value: str) -> str:
    """The last four digits, as receipts show them."""
    return "****-****-****-" + _NO_DIGITS.sub("", value)[-4:]


def named(name: str) -> Mask:
    """``[NAME]`` of a kind ``name``."""
    return constant(f"[{name.upper()}]")
