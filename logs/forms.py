"""A shape → its form: what can vary in length is one value, so that the number of tokens says something.

Text in quotes, lists and objects in brackets, dates and runs of values become one value each, ``null`` and
``true`` as well. Text in quotes is left where its name says that it is the message (``msg="…"`` of logfmt).
"""

import re
from typing import Final

from logs.shapes import NUMBER, VALUE

_SPACED: Final = r"\s,;:()\[\]{}\"'=|<>!?&"
_TOKEN: Final = re.compile(rf"[^{_SPACED}]+")
#: Tokens of a form that are looked at.
MOST_TOKENS: Final = 128
_NESTED: Final = 6  # brackets in brackets that are looked at

_QUOTED: Final = re.compile(
    r'(?P<said>\b(?:msg|message|event|error|err|reason)=)?(?:(?<!\w)"[^"]*"|(?<!\w)\'[^\']*\'(?!\w))'
)
_INSIDE: Final = r"[^\[\]{}()<>]*"
_PAIRS: Final = ((r"\[", r"\]"), (r"\{", r"\}"), (r"\(", r"\)"), ("<", ">"))
_LIST: Final = re.compile(
    "|".join(
        [
            *(rf"{opened}(?:{_INSIDE},{_INSIDE}|\s*){closed}" for opened, closed in _PAIRS),
            *(rf"(?<=[:=] ){opened}{_INSIDE}{closed}" for opened, closed in _PAIRS[:2]),
            *(rf"(?<=[:=]){opened}{_INSIDE}{closed}" for opened, closed in _PAIRS[:2]),
            rf"[\[{{(]{_INSIDE},{_INSIDE}\Z",  # the line was cut in the middle of it
        ]
    )
)
_NAMED: Final = re.compile(r"(?<=\w: )[\w.-]+(?=\s*[\])},])|(?<=\w:)[\w.-]+(?=\s*[\])},])")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY: Final = re.compile(
    rf"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?(?:{'|'.join(_MONTHS)})[a-z]*(?=[\s,]+{VALUE})"
    rf"|(?<={VALUE} )(?:{'|'.join(_MONTHS)}|UTC|GMT|CET|CEST|CST|EST|EDT|PST|PDT)\b"
)
_CONSTANTS: Final = ("true", "false", "null", "none", "nil", "nan")
_CONSTANT: Final = re.compile(rf"\b(?:{'|'.join(_CONSTANTS)})\b", re.IGNORECASE)
_ADDRESS: Final = re.compile(rf"{VALUE}(?:::?[0-9a-fA-F]{{1,4}})+\b|\b(?:[0-9a-fA-F]{{1,4}}::?)+{VALUE}")
_PORT: Final = re.compile(rf"[\w-]+(?:\.[\w-]+)+:{VALUE}")
_UNIT: Final = re.compile(rf"(?<={VALUE}) ?(?:ns|us|µs|ms|s|sec|secs|[kKMGT]i?B|%)(?![\w-])")
_NUMBERS: Final = re.compile(rf"{NUMBER}+")
_RUN: Final = re.compile(rf"{VALUE}(?:[\s,;:|.+\-]*(?:{VALUE}|\({VALUE}\)))+")


def form_of(shape: str) -> str:
    """The form of ``shape``. Patterns are only tried where something that they need is there."""
    text = shape
    if '"' in text or "'" in text:
        text = _QUOTED.sub(_unquoted, text)
    if any(opened in text for opened in "[{(<"):
        text = _without_lists(text)
    if NUMBER in text:
        text = _NUMBERS.sub(NUMBER, text)
    if any(word in text.lower() for word in _CONSTANTS):
        text = _CONSTANT.sub(VALUE, text)
    if VALUE not in text:
        return text
    text = _UNIT.sub("", text)
    if f":{VALUE}" in text or f"{VALUE}:" in text:
        text = _PORT.sub(VALUE, text)
        text = _ADDRESS.sub(VALUE, text)
    if any(month in text for month in _MONTHS):
        text = _DAY.sub(VALUE, text)
    return _RUN.sub(VALUE, text)


def _without_lists(text: str) -> str:
    for _ in range(_NESTED):
        shorter = _LIST.sub(VALUE, text)
        if shorter == text:
            break
        text = shorter
    return _NAMED.sub(VALUE, text) if ":" in text else text


def tokens_of(form: str) -> tuple[str, ...]:
    """The tokens of ``form``, 128 at most; one with a value in it is a value."""
    return tuple(VALUE if VALUE in token else token for token in _TOKEN.findall(form)[:MOST_TOKENS])


def with_values(form: str, tokens: tuple[str, ...], shown: str) -> str:
    """``form`` with ``shown`` at each place that is a value in ``tokens``."""
    places = iter(tokens)
    text = _TOKEN.sub(lambda found: _shown(found[0], next(places, ""), shown), form)
    return text.replace(VALUE, shown).replace(NUMBER, shown if shown != VALUE else NUMBER)


def _shown(found: str, token: str, shown: str) -> str:
    return shown if token == VALUE else found


def _unquoted(found: re.Match[str]) -> str:
    return found[0] if found["said"] else VALUE
