"""Place in a text → the name of the field whose value stands there, and what that name says of the value.

In structured texts a value is what its own field says, whatever else the text speaks of: of
``{"token_type": "x", "device": "Phone1"}`` the second is no token.
"""

import re
from functools import lru_cache
from typing import Final

from security.model.said import SECRETS, WORD, class_of

_FAR: Final = 160  # characters before a value
_SHORT: Final = 2  # letters of a name
_ENDS: Final = frozenset("\"'`=:>[ ")
_NAME: Final = re.compile(
    r"[\"']([^\"'\\\n]{1,60})\\{0,9}[\"']\s{0,3}(?::|=>?)\s{0,3}"
    r"(?:\[(?:\s?\\{0,9}\"[^\"\\\n]{0,60}\\{0,9}\",){0,6}\s{0,9})?\\{0,9}[\"'`]?$"
    r"|([A-Za-z_][\w.-]{0,60}) ?(?:=>?|:=?) ?\\{0,9}[\"'`]?$"
    r"|[Nn]ame=\\{0,9}[\"']([^\"'<>\\\n]{1,60})\\{0,9}[\"']>$"
    r"|<([A-Za-z][\w:.-]{0,60})>$"
)
#: What may hold anything, a secret too.
_ANYTHING: Final = frozenset(
    (
        "value val values data content contents text msg message body arg args param params input new old "
        "to from extra detail details payload raw result response item string str it plain plaintext "
        "decoded answer reply current previous before after default cmd command line query q sql url uri log "
        "event note notes comment description field fields info stdout stdin stderr output out in error err "
        "reason env environment var variable request header headers form original actual expected got given "
        "set seen typed entered attempt guess"
    ).split()
)
#: The class of `said` of who signs in, which a name is of only if nothing else is in it.
SIGNS_IN: Final = "L"
NO_NAME: Final = ""
ANYTHING: Final = "any"
OTHER: Final = "other"


def field_name(text: str, start: int) -> str:
    """The name of the field of which a value begins at ``start``; nothing if none stands before it."""
    if text[start - 1 : start] not in _ENDS:
        return NO_NAME
    found = _NAME.search(text, max(0, start - _FAR), start)
    return next(filter(None, found.groups())) if found else NO_NAME


def holds_anything(name: str) -> bool:
    """Whether ``name`` is one of a field that says nothing of what it holds."""
    return bool(name) and (len(name) <= _SHORT or said_by(name) == ANYTHING)


@lru_cache(maxsize=16384)
def said_by(name: str) -> str:
    """What a name says: `NO_NAME`, a class of `said`, `ANYTHING`, `OTHER`."""
    if not name:
        return NO_NAME
    words = [word.lower() for word in WORD.findall(name)]
    classes = [class_of(word) for word in words]
    for known in classes:
        if known in SECRETS:
            return known
    if not _ANYTHING.isdisjoint(words):
        return ANYTHING
    return SIGNS_IN if SIGNS_IN in classes else OTHER
