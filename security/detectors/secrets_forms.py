"""The few forms in which most secrets come: a token by its beginning, a value by the name before it."""

import hashlib
import re
import string
from collections.abc import Sequence
from typing import Final

from security.detectors import masks
from security.detectors.kind import Category, Check, Kind, Mask, Rank
from security.detectors.secrets_checks import is_issued

#: Where a token may begin: not in a word, but behind what stands for a character where text was escaped.
EDGE: Final = r"(?:^|[^0-9A-Za-z]|\\+(?:[nrtbfv]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})|%[0-9A-Fa-f]{2}|\[[0-9;]*m)"
#: What joins a name and its value: in code, configuration, JSON (encoded again, in CSV), shells and forms.
ASSIGNS: Final = (
    r"(?:(?:\\*[\"'`]{1,2}\]?|%2[27]|&quot;|&#3[49];)?[ \t]*(?:=>|:=|->|==?|::?|%3[DdAa])|\][ \t]*=>|(?:\]"
    r"|%5[Dd])(?:="
    r"|%3[Dd]))(?:[ \t]|\\+t)*(?:%2[27])?"
)
#: What joins them besides, where the value says by its form what it is.
JOINS: Final = (
    rf"(?:{ASSIGNS}|\\*[\"'`]{{0,2}}[\])]?(?:[ \t]+(?i:is|was|to|as|is set to|set to|changed to"
    r"|(?:with|has) value)?[ \t]*:?[ \t]*|[ \t]*[|,;>({：「→][ \t]*|[\])][ \t]*[:=][ \t]*"
    r"|(?:\\+n|[\s,;])+\\*[\"']{0,2}(?i:value|val|default)\\*[\"']{0,2}[ \t]*[:=][ \t]*))"
)
#: What may stand between that and the value.
OPENS: Final = r"(?:[A-Z]?(?i:Some|Secret|bearer|token|basic)?[( ])?\\*(?:[\"'`]{1,2}|%22|&quot;|[(「])?"
#: A value between quotes: in JSON inside JSON, in a field of CSV, in YAML, in JSON and code, in SQL, HTML,
#: prose and the messages of TeamCity.
QUOTED: Final = (
    r"(?:\\{2,}\"(?P<value0>[^\"\\\n]+)\\+\"|\\*\"\"(?P<value6>[^\"\\\s,;:)}\]/>][^\"\\\n]*)\\*\"\""
    r"|\\\"(?P<value1>(?:[^\"\\\n]|\\\\\\\"|\\\\|\\[^\"\\])+)\\\""
    r"|''(?P<value_yaml>[^'\\\s,;:)}\]/>][^'\n]*)''|\|'(?P<value_teamcity>[^'|\n]+)\|'"
    r"|\"(?P<value2>(?:[^\"\\\n]|\\.)+)\"|'(?P<value3>(?:[^'\\\n]|\\.|'')+)'|`(?P<value4>[^`\n]+)`"
    r"|(?:&quot;|&#3[49];)(?P<value7>[^&\n]+)&|[“„‘«](?P<value8>[^”“’»\n]+)[”“’»])"
)
#: Characters without spaces; a quote among them when more follows.
BARE: Final = r"(?P<value5>[^\s\"'`>](?:[^\s\"'`]|[\"'`][0-9A-Za-z])*)"
WORD: Final = "0-9A-Za-z_"
ALNUM: Final = string.ascii_letters + string.digits
HEX: Final = "0123456789abcdef"
URLSAFE: Final = ALNUM + "-_"
UPPER: Final = string.ascii_uppercase + string.digits
LOWER: Final = string.ascii_lowercase + string.digits
UUID: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"


def made(size: int, alphabet: str = ALNUM, seed: str = "") -> str:
    """``size`` characters of ``alphabet`` that look drawn, the same every time: for examples."""
    digits = hashlib.shake_256(f"{seed}/{size}/{alphabet}".encode()).digest(size)
    return "".join(alphabet[digit % len(alphabet)] for digit in digits)


def made_uuid(seed: str = "") -> str:
    """A made-up value in the form of a UUID."""
    text = made(32, HEX, seed)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def token(  # noqa: PLR0913  a declaration has many parts
    name: str,
    title: str,
    start: str,
    rest: str,
    example: str,
    *,
    hints: Sequence[str] = (),
    misses: Sequence[str] = (),
    check: Check | None = is_issued,
    not_before: str = WORD,
    mask: Mask = masks.API_KEY,
    confidence: float = 0.98,
    rank: int = Rank.SHAPE,
) -> Kind:
    """A secret that says by its beginning what it is: ``start``, then ``rest``, both RE2."""
    return Kind(
        name=name,
        title=title,
        category=Category.SECRET,
        pattern=f"{EDGE}(?P<value>{start}{rest})",
        hints=tuple(map(_cheap, hints)) or (start,),
        not_before=not_before,
        check=check,
        mask=mask,
        confidence=confidence,
        rank=rank,
        family="api_key",
        matches=(f"using ‹{example}›, then", f'{{"value":"‹{example}›"}}', f"line\\n‹{example}›\\nline"),
        misses=(f"cut {example[: max(4, len(example) // 6)]}", f"word{example}", *misses),
    )


def named(  # noqa: PLR0913  a declaration has many parts
    name: str,
    title: str,
    words: str,
    value: str,
    example: str,
    *,
    label: str = r"(?:key|token|secret|password|passwd|pat|auth|credentials?|license"
    r"|signature)(?:[_-]?(?:id|value|key|v?\d))?",
    written: str = "",
    misses: Sequence[str] = (),
    check: Check | None = is_issued,
    not_before: str = WORD,
    mask: Mask = masks.API_KEY,
    confidence: float = 0.9,
) -> Kind:
    """A secret without a form of its own: ``value`` (RE2) behind a name with one of ``words`` and a label.

    ``written``: the name in the examples, when it is not the first of ``words`` and the label ``api_key``.
    """
    shown = written or f"{words.split('|', maxsplit=1)[0].replace('[_-]?', '_').upper()}_API_KEY"
    end = r"(?:\b|[^0-9A-Za-z_]|$)" if not_before else ""  # so that the longest of several lengths is taken
    small = shown.lower().replace("_", "-")
    return Kind(
        name=name,
        title=title,
        category=Category.SECRET,
        pattern=rf"(?i:{_edged(words)}[\w .-]{{0,24}}?{label}){JOINS}{OPENS}(?P<value>{value}){end}",
        hints=(rf"(?i:{_edged(words)}[\w.-]*(?: \w+){{0,2}} ?{label})",),
        not_before=not_before,
        check=check,
        mask=mask,
        confidence=confidence,
        rank=Rank.NAMED + 10,
        family="api_key",
        matches=(
            f"export {shown}=‹{example}›",
            f'"{small}": "‹{example}›",',
            f"{small}: ‹{example}›",
            f'- name: {shown} value: "‹{example}›"',
            f'env var {shown} is "‹{example}›", expected another',
            f'1,jo,"{{""{small}"":""‹{example}›""}}",200',
        ),
        misses=(f"{shown}={example[:5]}", f"{shown} is not set", f"commit: {example}", *misses),
    )


_COUNT: Final = re.compile(r"\{(\d+)(?:,\d*)?\}")
_COUNTED: Final = 16
_FEW: Final = 4


def _cheap(hint: str) -> str:
    """``hint`` without long counts, each of which is many states of the automaton."""

    def shorter(match: re.Match[str]) -> str:
        if int(match[1]) <= _FEW:
            return match[0]
        if match.end() != len(hint):
            return "+"
        return f"{{{min(int(match[1]), _COUNTED if match.start() else _FEW)}}}"

    return _COUNT.sub(shorter, hint)


#: Words that are the beginning or the end of many others, or of ordinary ones.
_COMMON: Final = frozenset(
    "here line box meta heap segment split close wise functions? weights stream"
    " atlas ping spaces writer together"
    " eleven stability drone circle travis steam riot agora client oracle watson"
    " monday duo jira neptune genie".split()
)
_SHORTEST: Final = 5


def _edged(words: str) -> str:
    """``words`` as RE2, those that are short or common only where a name begins, and has a second part."""
    parts, depth = [""], 0
    for letter in words:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    short = [one for one in parts if one in _COMMON or len(one) < _SHORTEST]
    long = [one for one in parts if one not in short]
    edged = rf"(?:^|[^0-9A-Za-z])(?:{'|'.join(short)})[_.-]"
    return f"(?:{'|'.join([*long, edged] if short else long)})"


def entry(name: str, title: str, pattern: str, hints: Sequence[str], **rest: object) -> Kind:
    """Any other secret."""
    given = {"category": Category.SECRET, "mask": masks.API_KEY, "family": "api_key", **rest}
    return Kind(name=name, title=title, pattern=pattern, hints=tuple(map(_cheap, hints)), **given)  # type: ignore[arg-type]


def password_kind(name: str, title: str, pattern: str, hints: tuple[str, ...], **rest: object) -> Kind:
    """An entry of a password, with what such entries have in common unless ``rest`` says otherwise."""
    given: dict[str, object] = {
        "mask": masks.PASSWORD,
        "family": "password",
        "rank": Rank.NAMED,
        "confidence": 0.85,
        **rest,
    }
    return entry(name, title, pattern, hints, **given)
