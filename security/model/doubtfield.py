"""A value of a field → how likely it must be to be a secret, by what the field is called.

The words of other fields, and the looks of the value, do not make a secret of what ``"device":`` says.
"""

import re
from typing import Final

from security.model.fieldname import OTHER, SIGNS_IN, field_name, said_by
from security.model.said import SECRETS, WORD

NEVER: Final = 2.0  # no probability reaches it
SURE: Final = 0.995
_SHORT_NAME: Final = 2  # letters of a name that says something, though not for certain
_NEAR: Final = 32
_OF_CODES: Final = "C"  # the class of `said`
_IN_ORDER: Final = "01234567890"
#: Last words of names of what is said of a secret, or of who signs in.
_SAID_OF_IT: Final = frozenset(
    (
        "type types name names alias status state policy method provider source version length size count "
        "expiry age algorithm alg usage spec group groups role roles label title category class mode path"
    ).split()
)
#: Names of keys by which something is found, which are no secrets; and of more, if one is a digest or a UUID.
_KEYS: Final = re.compile(
    r"(?i)(?:merge|by|aggregation|threat|cache|partition|sort|primary|foreign|message|routing|dedup(?:lication)?"
    r"|index|lookup|hash|bucket|idempotency|s3|websocket)[ _-]?keys?(?:hex)?$"
)
_KEYS_OF_THINGS: Final = re.compile(
    r"(?i)(?:user|type|group|object|row|record|item|event|issue|project|alert)[ _-]?keys?$"
    r"|client[ _-]?(?:request[ _-]?)?token$"  # by which a request is known that comes twice
)
#: What the key of a pair ``{"key": …, "value": …}`` is: words, and a number.
_CALLED: Final = re.compile(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*\d{0,4}")
_KEY: Final = re.compile(r"(?i)key\d*")
_PARTS_OF_A_PATH: Final = 3
#: Of fields that hold who somebody is.
_USERS: Final = re.compile(r"(?i)user|account|acct|\buid|owner|(?:login|logon)[_ -]?name")
#: Names of what something was and is now, which the words before tell.
_OLD_AND_NEW: Final = frozenset(
    "alt alter neu neuer ancien nouveau antiguo anterior nuevo antigo novo vecchio nuovo oud nieuw".split()
)
_BEHIND_COLON: Final = re.compile(r"\w: ?[\"'`]?$")
#: Before the value of a field of JSON or XML, a parameter of a URL, an item of a list in JSON.
_IN_MARKUP: Final = re.compile(
    r"[\"']\s{0,3}:\s{0,3}\[?\\{0,9}[\"']?$|[\w\"'.-]>$|[?&][\w.-]+=$|\",\s{0,3}\"$"
)


def least_by_name(text: str, start: int, end: int, *, digest: bool) -> float:
    """How likely the value at ``start`` up to ``end`` must be at least; `NEVER`: it is none.

    ``digest``: whether it may be a digest or a UUID.
    """
    name, value = field_name(text, start), text[start:end]
    said = said_by(name)
    whole = f"{name}: {value}" == text  # a field that was cut out of its event
    if said == _OF_CODES and value in _IN_ORDER:
        return NEVER  # of a test: codes are drawn
    if said in SECRETS:
        return _of_secrets(name, value, digest)
    if len(name) < _SHORT_NAME or (not whole and _BEHIND_COLON.search(text, max(0, start - 3), start)):
        return 0.0
    if said == SIGNS_IN:
        return SURE if _USERS.search(name) or _last_word(name) in _SAID_OF_IT else 0.0
    if said != OTHER or name.lower() in _OLD_AND_NEW:
        return 0.0
    certain = len(name) > _SHORT_NAME and (whole or _IN_MARKUP.search(text, max(0, start - _NEAR), start))
    return NEVER if certain else SURE


def _of_secrets(name: str, value: str, digest: bool) -> float:
    """The same of a field whose name speaks of a secret."""
    if _KEYS.search(name) or (digest and _KEYS_OF_THINGS.search(name)):
        return NEVER
    if _KEY.fullmatch(name) and (_CALLED.fullmatch(value) or value.count("/") >= _PARTS_OF_A_PATH):
        return NEVER
    return SURE if _last_word(name) in _SAID_OF_IT else 0.0


def _last_word(name: str) -> str:
    words = WORD.findall(name)
    return words[-1].lower() if words else ""
